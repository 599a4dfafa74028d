"""What an edit of a maze changes; see `envs/engine/editing.py`."""

from __future__ import annotations

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import AGENT, AGREEING, ANYWHERE, WALL
from ..kernels.rng import Stream
from .cells import Bits, contains, pop_random, remove

__all__ = ["AGENT", "AGREEING", "ANYWHERE", "WALL", "inner_cells", "toggle_wall"]


@kernel
def inner_cells(rows: int) -> Bits:
    """All cells but the border, of so many rows, as a set."""
    cells = np.zeros(rows, np.uint64)
    for row in range(1, rows - 1):
        cells[row] = (np.uint64(1) << np.uint64(rows - 1)) - np.uint64(2)
    return cells


@kernel
def toggle_wall(walls: Bits, cells: Bits, rng: Stream) -> None:
    """Make a wall of a random one of some cells, or floor where it is a wall; the cell is taken out of the set."""
    row, col = pop_random(cells, rng)
    if row == 0:
        return
    if contains(walls, row, col):
        remove(walls, row, col)
    else:
        walls[row] |= np.uint64(1) << np.uint64(col)
