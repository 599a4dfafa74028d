"""Places on an open field: how far apart they are, whether one is free, and one that chases another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from .cells import Bits, Place, add, at


@kernel
def enclose(walls: Bits) -> None:
    """Build the border, and nothing within."""
    rows = len(walls)
    for k in range(rows):
        for side in (0, rows - 1):
            add(walls, k, side)
            add(walls, side, k)


@kernel
def away(place: Place, row: int, col: int) -> int:
    """Steps from a place to a cell where nothing is in the way."""
    return abs(place.row - row) + abs(place.col - col)


@kernel
def any_at(places: Any, row: int, col: int) -> bool:
    """Whether one of some places is the cell (row, col)."""
    found = False
    for i in range(len(places)):
        found |= at(places[i], row, col)
    return found


@kernel
def chase(places: Any, i: int, prey: Place, coin: bool) -> None:
    """Bring the i-th of some places a cell nearer to another: by the longer way, or if one of them stands there by the
    other, or else not. Of two ways that are equally long the coin chooses.
    """
    down, right = prey.row - places[i].row, prey.col - places[i].col
    upright = abs(down) > abs(right) or (abs(down) == abs(right) and coin)
    for _ in range(2):
        row, col = places[i].row + upright * np.sign(down), places[i].col + (not upright) * np.sign(right)
        if not any_at(places, row, col):
            places[i].row, places[i].col = row, col
            break
        upright = not upright
