"""Pictures as tiles: every different square of 16 x 16 pixels once, and frames as numbers of tiles.

Boards are drawn cell by cell, so a film of a hundred steps has few tiles more than its first frame. What changes from
frame to frame is told by cell.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.looks.sprites import CELL

Pixels = NDArray[np.uint8]


class Atlas:
    """The tiles of all frames it has seen."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def frame(self, image: Pixels) -> list[int]:
        """The tiles of an image, row by row; uint8, shape (16 x rows, 16 x cols, 3)."""
        rows, cols = image.shape[0] // CELL, image.shape[1] // CELL
        tiles = image.reshape(rows, CELL, cols, CELL, 3).swapaxes(1, 2).reshape(rows * cols, -1)
        return [self._numbers.setdefault(tile.tobytes(), len(self._numbers)) for tile in tiles]

    @property
    def across(self) -> int:
        """How many tiles stand in a row of `image`."""
        return max(1, math.isqrt(len(self._numbers)))

    def image(self) -> Pixels:
        """All tiles side by side in the order of their numbers, filled up with black."""
        rows = -(-len(self._numbers) // self.across)
        sheet = np.zeros((rows * self.across, CELL, CELL, 3), np.uint8)
        for number, tile in enumerate(self._numbers):
            sheet[number] = np.frombuffer(tile, np.uint8).reshape(CELL, CELL, 3)
        return sheet.reshape(rows, self.across, CELL, CELL, 3).swapaxes(1, 2).reshape(rows * CELL, -1, 3)


def changes(before: list[int], after: list[int]) -> list[int]:
    """Cell and new tile, one after the other, for each cell that changed."""
    return [
        number
        for cell, (old, new) in enumerate(zip(before, after, strict=True))
        if old != new
        for number in (cell, new)
    ]
