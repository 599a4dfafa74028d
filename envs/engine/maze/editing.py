"""What an edit of a maze changes; see `envs/engine/editing.py`."""

from __future__ import annotations

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import AGENT, AGREEING, ANYWHERE, THING, WALL
from ..kernels.rng import Stream
from .cells import NONE, ONE, Bits, Place, leave_out, pop_random

__all__ = ["AGENT", "AGREEING", "ANYWHERE", "THING", "WALL", "edit_maze", "inner_cells", "put"]


@kernel
def inner_cells(rows: int) -> Bits:
    """All cells but the border, of so many rows, as a set."""
    cells = np.zeros(rows, np.uint64)
    for row in range(1, rows - 1):
        cells[row] = (ONE << np.uint64(rows - 1)) - np.uint64(2)
    return cells


@kernel
def put(place: Place, cells: Bits, rng: Stream) -> None:
    """Move a place to a random cell, which is taken out of the set; where there is none, it stays."""
    row, col = pop_random(cells, rng)
    if row > 0:
        place.row, place.col = row, col


@kernel
def edit_maze(walls: Bits, agent: Place, cells: Bits, what: int, rng: Stream) -> bool:
    """Toggle a wall on one of some cells, or put the agent on one that is none, as `what` says; whether it says so.

    Of the cells those without a wall are left.
    """
    if what == WALL:
        row, col = pop_random(cells, rng)
        walls[row] ^= ONE << np.uint64(col) if row > 0 else NONE
    leave_out(cells, walls)
    if what == AGENT:
        put(agent, cells, rng)
    return what in (WALL, AGENT)
