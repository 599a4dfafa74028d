"""How a game looks, derived from the observation: text and pictures show what an agent sees, no more.

Each environment declares which glyph stands for which layers; the pictures of layers are shared
(`sprites`). Everything is NumPy, so pictures need no display, no game library and no font.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .canvas import TRAIL, Colour, Pixels, enlarge, lay, lay_floor, lay_trail, lay_walls
from .legend import legend_strip
from .sprites import CELL, SPRITES, sprite

if TYPE_CHECKING:
    from .spec import Game

FLOOR = "."
FITS = 512

Path = Sequence[tuple[int, int]]


class Art(ABC):
    """How observations of a game are shown to people."""

    @abstractmethod
    def text(self, obs: Pixels, layers: Sequence[str]) -> str:
        """An observation as text."""

    @abstractmethod
    def picture(self, game: Game, obs: Pixels, returns: Mapping[str, float] | None = None) -> Pixels:
        """An observation as an RGB image with a legend of the goals, uint8, shape (height, width, 3)."""


@dataclass(frozen=True, eq=False)
class GridArt(Art):
    """A grid of one-hot layers, uint8, shape (rows, cols, channels).

    Args:
        legend: for each glyph, the set of layers of a cell that it stands for. A cell whose set has no
            glyph shows that of its topmost layer alone; the floor is ".".
    """

    legend: Mapping[str, tuple[str, ...]]

    def text(self, obs: Pixels, layers: Sequence[str]) -> str:
        """One line a row, border included, one glyph a cell."""
        glyphs = {frozenset(names): glyph for glyph, names in self.legend.items()}
        return "\n".join("".join(_glyph(cell, layers, glyphs) for cell in row) for row in obs)

    def rgb(self, obs: Pixels, layers: Sequence[str], path: Path = (), colour: Colour = TRAIL, scale: int = 0) -> Pixels:
        """The grid alone.

        Args:
            path: cells (row, col) of a walk to draw on the floor, below the things that lie there.
            colour: of the walk.
            scale: the picture has 16 x scale pixels a cell; 0 takes what fits 512 pixels.

        Returns:
            uint8, shape (rows x 16 x scale, cols x 16 x scale, 3).
        """
        return enlarge(_painted(obs, layers, path, colour), scale or _scale(obs))

    def picture(
        self, game: Game, obs: Pixels, returns: Mapping[str, float] | None = None, path: Path = (), colour: Colour = TRAIL
    ) -> Pixels:
        """The grid with the goals below it, and what has been earned of each; path and colour as in `rgb`."""
        image = _painted(obs, game.layers, path, colour)
        strip = legend_strip(game, image.shape[1], returns)
        return enlarge(np.concatenate([image, strip]), _scale(obs))


def _scale(obs: Pixels) -> int:
    return max(1, FITS // (CELL * max(obs.shape[:2])))


def _glyph(cell: Pixels, layers: Sequence[str], glyphs: Mapping[frozenset[str], str]) -> str:
    there = [name for name, active in zip(layers, cell, strict=True) if active]
    if not there:
        return FLOOR
    return glyphs.get(frozenset(there)) or glyphs[frozenset(there[-1:])]


def _painted(obs: Pixels, layers: Sequence[str], path: Path, colour: Colour) -> Pixels:
    rows, cols, _ = obs.shape
    canvas = np.empty((rows, CELL, cols, CELL, 3), np.uint8)
    tiles, image = canvas.swapaxes(1, 2), canvas.reshape(rows * CELL, cols * CELL, 3)
    there = {name: obs[..., channel] > 0 for channel, name in enumerate(layers)}
    lay_floor(tiles)
    if "wall" in there:
        lay_walls(tiles, there.pop("wall"))
    lay_trail(image, path, colour)
    for name, where in there.items():
        lay(tiles, where, _sprite(name))
    return image


def _sprite(name: str) -> Pixels:
    if name not in SPRITES:
        raise ValueError(f"layer {name!r} has no picture in sprites.SPRITES: draw one; there are {', '.join(SPRITES)}")
    return sprite(name)
