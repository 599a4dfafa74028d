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

from .canvas import TRAIL, Colour, Path, Pixels, enlarge, lay, lay_floor, lay_trail, lay_walls
from .legend import legend_strip
from .sprites import CELL, sprite

if TYPE_CHECKING:
    from .spec import Game

FLOOR = "."
FITS = 512


class Art(ABC):
    """How observations of a game are shown to people."""

    @abstractmethod
    def text(self, obs: Pixels, layers: Sequence[str]) -> str:
        """An observation as text."""

    @abstractmethod
    def paint(self, obs: Pixels, layers: Sequence[str], path: Path = (), colour: Colour = TRAIL) -> Pixels:
        """An observation as an image before enlarging, uint8, shape (height, width, 3)."""

    def rgb(
        self, obs: Pixels, layers: Sequence[str], path: Path = (), colour: Colour = TRAIL, scale: int = 0
    ) -> Pixels:
        """An observation as a picture.

        Args:
            obs: as an agent sees it.
            layers: the names of its channels.
            path: cells (row, col) of a walk, drawn on the floor below the things that lie there.
            colour: of the walk: red, green, blue.
            scale: how often each pixel is repeated; 0 takes the most that keeps within 512 pixels.

        Returns:
            uint8, shape (height, width, 3).
        """
        image = self.paint(obs, layers, path, colour)
        return enlarge(image, scale or _scale(image))

    def picture(
        self,
        game: Game,
        obs: Pixels,
        returns: Mapping[str, float] | None = None,
        path: Path = (),
        colour: Colour = TRAIL,
    ) -> Pixels:
        """As `rgb`, with the goals below it and, by the goal's name, what has been earned of each."""
        image = self.paint(obs, game.layers, path, colour)
        strip = legend_strip(game, image.shape[1], returns)
        return enlarge(np.concatenate([image, strip]), _scale(image))


@dataclass(frozen=True, eq=False)
class GridArt(Art):
    """A grid of one-hot layers, uint8, shape (rows, cols, channels); 16 pixels a cell before enlarging.

    Args:
        legend: for each glyph, the set of layers of a cell that it stands for; every layer in at least
            one. A cell whose set has no glyph shows that of its topmost layer; the floor is ".".
    """

    legend: Mapping[str, tuple[str, ...]]

    def text(self, obs: Pixels, layers: Sequence[str]) -> str:
        """One line a row, border included, one glyph a cell."""
        glyphs = {frozenset(names): glyph for glyph, names in self.legend.items()} | {frozenset(): FLOOR}
        return "\n".join("".join(_glyph(cell, layers, glyphs) for cell in row) for row in obs)

    def paint(self, obs: Pixels, layers: Sequence[str], path: Path = (), colour: Colour = TRAIL) -> Pixels:
        """Floor, walls and trail first, then the things in the order of the layers."""
        rows, cols, _ = obs.shape
        canvas = np.empty((rows, CELL, cols, CELL, 3), np.uint8)
        tiles, image = canvas.swapaxes(1, 2), canvas.reshape(rows * CELL, cols * CELL, 3)
        there = {name: obs[..., channel] > 0 for channel, name in enumerate(layers)}
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
