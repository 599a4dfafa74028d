"""How a game looks: as text and as a picture, everything in NumPy, so that no display and no font is needed.

A game is drawn as a board of cells. Of a grid the board is the observation itself, so that text and pictures show what
an agent sees, no more. A game that is no grid declares a board of its own, for people: it may show what is hidden from
the agent, as a level in text does. The pictures of things are shared (`sprites`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..looks import lines
from .canvas import TRAIL, Colour, Path, Pixels, enlarge, lay, lay_floor, lay_trail, lay_walls
from .goals import legend_strip
from .sprites import CELL, sprite

if TYPE_CHECKING:
    from ..game import Game

FLOOR = "."
FITS = 512


@dataclass(frozen=True)
class Scene:
    """A game at one moment: its observation, and the records of its level and state."""

    game: Game
    obs: Pixels
    level: Any
    state: Any


class Art(ABC):
    """How a game is shown to people; `things` are the pictures of a game that is no grid."""

    things: tuple[str, ...]

    def glyph(self, thing: str) -> str:
        return ""

    @abstractmethod
    def text(self, scene: Scene) -> str:
        """A scene as text."""

    @abstractmethod
    def level(self, scene: Scene) -> str:
        """The level of a scene that has just begun, as text that `ascii.parse` reads."""

    @abstractmethod
    def cells(self, scene: Scene) -> tuple[Pixels, Sequence[str]]:
        """The board, 1 where a thing is, shape (rows, cols, things), and the names of the things."""

    def rgb(self, scene: Scene, path: Path = (), colour: Colour = TRAIL, scale: int = 0) -> Pixels:
        """A scene as a picture.

        Args:
            path: cells (row, col) of a walk, drawn on the floor below the things that lie there.
            colour: of the walk: red, green, blue.
            scale: how often each pixel is repeated; 0 takes the most that keeps within 512 pixels.

        Returns:
            uint8, shape (height, width, 3).
        """
        image = paint(*self.cells(scene), path, colour)
        return enlarge(image, scale or _scale(image))

    def picture(self, scene: Scene, returns: Mapping[str, float] | None = None) -> Pixels:
        """As `rgb`, with the goals below it and, by the goal's name, what has been earned of each."""
        image = paint(*self.cells(scene))
        strip = legend_strip(scene.game, image.shape[1], returns)
        return enlarge(np.concatenate([image, strip]), _scale(image))


@dataclass(frozen=True, eq=False)
class GridArt(Art):
    """A grid, whose observation is the board.

    Args:
        legend: for each glyph, the set of layers of a cell that it stands for; every layer in at least
            one. A cell whose set has no glyph shows that of its topmost layer; the floor is ".".
    """

    legend: Mapping[str, tuple[str, ...]]

    def text(self, scene: Scene) -> str:
        """One line a row, border included, one glyph a cell."""
        glyphs = {frozenset(names): glyph for glyph, names in self.legend.items()} | {frozenset(): FLOOR}
        return "\n".join("".join(_glyph(cell, scene.game.things, glyphs) for cell in row) for row in scene.obs)

    def level(self, scene: Scene) -> str:
        return self.text(scene)

    def cells(self, scene: Scene) -> tuple[Pixels, Sequence[str]]:
        return scene.obs, scene.game.things


@dataclass(frozen=True, eq=False)
class BoardArt(Art):
    """A game that is no grid: text is the fields of its level and state, line by line.

    Args:
        things: names of pictures, from the lowest to the topmost.
        board: from the records of level and state to where each thing is shown, uint8, shape (rows, cols, things).
    """

    things: tuple[str, ...]
    board: Callable[[Any, Any], Pixels]

    def text(self, scene: Scene) -> str:
        return f"{self.level(scene)}\n\n{lines.write(scene.state)}"

    def level(self, scene: Scene) -> str:
        return lines.write(scene.level)

    def cells(self, scene: Scene) -> tuple[Pixels, Sequence[str]]:
        return self.board(scene.level, scene.state), self.things


def paint(cells: Pixels, things: Sequence[str], path: Path = (), colour: Colour = TRAIL) -> Pixels:
    """A board, 16 pixels a cell: floor, walls and trail first, then the things in their order."""
    rows, cols, _ = cells.shape
    canvas = np.empty((rows, CELL, cols, CELL, 3), np.uint8)
    tiles, image = canvas.swapaxes(1, 2), canvas.reshape(rows * CELL, cols * CELL, 3)
    there = {name: cells[..., channel] > 0 for channel, name in enumerate(things)}
    lay_floor(tiles)
    if "wall" in there:
        lay_walls(tiles, there.pop("wall"))
    lay_trail(image, path, colour)
    for name, where in there.items():
        lay(tiles, where, sprite(name))
    return image


def _glyph(cell: Pixels, layers: Sequence[str], glyphs: Mapping[frozenset[str], str]) -> str:
    there = [name for name, active in zip(layers, cell.tolist(), strict=True) if active]
    if frozenset(there) in glyphs:
        return glyphs[frozenset(there)]
    return glyphs[min((names for names in glyphs if there[-1] in names), key=len)]


def _scale(image: Pixels) -> int:
    return max(1, FITS // int(max(image.shape)))
