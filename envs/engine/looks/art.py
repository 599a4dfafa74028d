"""How a game looks: as text and as a picture, everything in NumPy, so that no display and no font is needed.

A game is drawn as a board of cells. Of a grid the board is the observation itself, so that text and pictures show what
an agent sees, no more; where that is pixels, it is read off them. A game that is no grid declares a board of its own,
for people: it may show what is hidden from the agent, as a level in text does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ....terms import Reward
from ..maze.tiles import decode
from . import lines, text
from .canvas import TRAIL, Colour, Walk, composite, draw_floor, draw_trail, draw_walls, enlarge
from .goals import goal_strip
from .sprites import CELL, Pixels
from .text import Legend

FITS = 512


@dataclass(frozen=True)
class Scene:
    """A game at one moment.

    Attributes:
        obs: its observation.
        level, state: its records.
        pictures: of the things on its board, by name, in the order of the board's channels.
        goals: what can be wanted in it.
    """

    obs: Pixels
    level: Any
    state: Any
    pictures: Mapping[str, Pixels]
    goals: tuple[Reward, ...]


class Art(ABC):
    """How a game is shown to people; `things` are the things on the board of a game that is no grid."""

    things: tuple[str, ...]

    @abstractmethod
    def text(self, scene: Scene) -> str:
        """Write a scene as text."""

    @abstractmethod
    def level(self, scene: Scene) -> str:
        """Write the level of a scene that has just begun, as `parse` reads it."""

    @abstractmethod
    def cells(self, scene: Scene) -> Pixels:
        """Lay out the board: 1 where a thing is, shape (rows, cols, things)."""

    def image(self, scene: Scene, path: Walk = (), colour: Colour = TRAIL) -> Pixels:
        """Paint the board, 16 pixels a cell, with a walk as in `rgb`."""
        return paint(self.cells(scene), scene.pictures, path, colour)

    def glyphs(self, things: tuple[str, ...]) -> dict[str, str]:
        """The glyph of each thing in text, "" where it has none."""
        return dict.fromkeys(things, "")

    def rgb(self, scene: Scene, path: Walk = (), colour: Colour = TRAIL, scale: int = 0) -> Pixels:
        """Draw a scene.

        Args:
            path: cells (row, col) of a walk, drawn on the floor below the things that lie there.
            colour: of the walk: red, green, blue.
            scale: how often each pixel is repeated; 0 takes the most that keeps within 512 pixels.

        Returns:
            uint8, shape (height, width, 3).
        """
        image = self.image(scene, path, colour)
        return enlarge(image, scale or _scale(image))

    def picture(self, scene: Scene, returns: Mapping[str, float] | None = None) -> Pixels:
        """Draw a scene as `rgb` does, with the goals below it and, by the goal's name, what has been earned of each."""
        image = self.image(scene)
        strip = goal_strip(scene.goals, image.shape[1], returns)
        return enlarge(np.concatenate([image, strip]), _scale(image))


@dataclass(frozen=True, eq=False)
class DrawnArt(Art):
    """A board whose text is a drawing, a glyph a cell.

    Args:
        legend: for each glyph, the set of layers of a cell that it stands for. A cell whose set has no glyph shows
            that of its topmost layer that has one; where nothing lies is ".".
        hidden: fields of a level that nobody sees, which its text tells below the drawing.
    """

    legend: Legend
    hidden: tuple[str, ...] = ()

    def text(self, scene: Scene) -> str:
        """Write one line a row, border included, one glyph a cell."""
        return text.write(self.cells(scene), tuple(scene.pictures), self.legend)

    def level(self, scene: Scene) -> str:
        below = lines.write(scene.level, self.hidden)
        return f"{self.text(scene)}\n\n{below}" if below else self.text(scene)

    def glyphs(self, things: tuple[str, ...]) -> dict[str, str]:
        alone = {names[0]: glyph for glyph, names in self.legend.items() if len(names) == 1}
        return super().glyphs(things) | alone


@dataclass(frozen=True, eq=False)
class GridArt(DrawnArt):
    """A grid, whose board is the observation, or what its pixels show.

    Args:
        legend: as in `DrawnArt`; every layer is in at least one set.
        tiles: of a grid that is seen as pixels, from which the board is read.
    """

    tiles: Pixels | None = None

    def cells(self, scene: Scene) -> Pixels:
        return self.board(scene.obs)

    def board(self, obs: Pixels) -> Pixels:
        """The layers of observations, 1 where a thing is seen, shape (..., rows, cols, things)."""
        return obs if self.tiles is None else decode(obs, self.tiles)


@dataclass(frozen=True, eq=False)
class BoardArt(Art):
    """A game that is no grid: text is the fields of its level and state, line by line.

    Args:
        things: names of things, from the lowest to the topmost.
        board: from the records of level and state to where each thing is shown, uint8, shape (rows, cols, things).
    """

    things: tuple[str, ...]
    board: Callable[[Any, Any], Pixels]

    def text(self, scene: Scene) -> str:
        return f"{self.level(scene)}\n\n{lines.write(scene.state)}"

    def level(self, scene: Scene) -> str:
        return lines.write(scene.level)

    def cells(self, scene: Scene) -> Pixels:
        return self.board(scene.level, scene.state)


def paint(cells: Pixels, pictures: Mapping[str, Pixels], path: Walk = (), colour: Colour = TRAIL) -> Pixels:
    """Paint a board, 16 pixels a cell: floor, walls and trail first, then the things in their order.

    Args:
        cells: 1 where a thing is, shape (rows, cols, things).
        pictures: of the things, by name, in the order of the last axis of `cells`; those named "wall" are joined.
        path, colour: a walk, as in `Art.rgb`.

    Returns:
        uint8, shape (16 x rows, 16 x cols, 3).
    """
    rows, cols, _ = cells.shape
    places = dict(zip(pictures, np.moveaxis(cells > 0, -1, 0), strict=True))
    walls = places.pop("wall", np.zeros((rows, cols), bool))
    canvas = _ground((rows, cols), walls.tobytes(), pictures.get("wall", np.empty(0, np.uint8)).tobytes()).copy()
    tiles, image = canvas.swapaxes(1, 2), canvas.reshape(rows * CELL, cols * CELL, 3)
    draw_trail(image, path, colour)
    for name, place in places.items():
        composite(tiles, place, pictures[name])
    return image


@lru_cache(maxsize=8)  # the pictures of an episode have the same walls
def _ground(shape: tuple[int, int], walls: bytes, block: bytes) -> Pixels:
    """Floor and walls, from the bytes of where these are and of their picture, shape (rows, 16, cols, 16, 3)."""
    rows, cols = shape
    canvas = np.empty((rows, CELL, cols, CELL, 3), np.uint8)
    tiles = canvas.swapaxes(1, 2)
    draw_floor(tiles)
    if block:
        draw_walls(
            tiles, np.frombuffer(walls, bool).reshape(shape), np.frombuffer(block, np.uint8).reshape(CELL, CELL, 4)
        )
    return canvas


def _scale(image: Pixels) -> int:
    return max(1, FITS // int(max(image.shape)))
