"""Mazes: walls drawn at random, and the part of them that can be walked."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.rng import Stream, below, draw
from .cells import COL_STEP, ONE, ROW_STEP, Bits, add, contains, count, pop_random, remove
from .walking import flood


@kernel
def carve(walls: Bits, perfect: int, rng: Stream) -> None:
    """Draw a maze into `walls`."""
    if perfect:
        carve_perfect(walls, rng)
    else:
        carve_blocks(walls, rng)


@kernel
def inside(rows: int) -> Any:
    """The playable cells of one row as bits."""
    return (ONE << np.uint64(rows - 1)) - np.uint64(2)


@kernel
def carve_blocks(walls: Bits, rng: Stream) -> None:
    """Each playable cell is a wall with probability 1/4."""
    rows = len(walls)
    full = (ONE << np.uint64(rows)) - ONE
    walls[0] = walls[rows - 1] = full
    for row in range(1, rows - 1):
        walls[row] = (draw(rng) & draw(rng) & inside(rows)) | (full ^ inside(rows))


@kernel
def carve_perfect(walls: Bits, rng: Stream) -> None:
    """A spanning tree over the cells with odd coordinates, by depth-first search."""
    rows = len(walls)
    for row in range(rows):
        walls[row] = (ONE << np.uint64(rows)) - ONE
    stack = np.empty(rows * rows, np.int64)
    row, col = 1 + 2 * below(rng, (rows - 1) // 2), 1 + 2 * below(rng, (rows - 1) // 2)
    remove(walls, row, col)
    stack[0], depth = row * rows + col, 1
    while depth > 0:
        row, col = stack[depth - 1] // rows, stack[depth - 1] % rows
        ways, way = 0, 0
        for action in range(4):
            r, c = row + 2 * ROW_STEP[action], col + 2 * COL_STEP[action]
            if 0 < r < rows - 1 and 0 < c < rows - 1 and contains(walls, r, c):
                ways += 1
                if below(rng, ways) == 0:
                    way = action
        if ways == 0:
            depth -= 1
            continue
        remove(walls, row + ROW_STEP[way], col + COL_STEP[way])
        row, col = row + 2 * ROW_STEP[way], col + 2 * COL_STEP[way]
        remove(walls, row, col)
        stack[depth] = row * rows + col
        depth += 1


@kernel
def free_cells(walls: Bits) -> Bits:
    """The playable cells that are no walls, as a new set."""
    free = np.zeros(len(walls), np.uint64)
    for row in range(1, len(walls) - 1):
        free[row] = ~walls[row] & inside(len(walls))
    return free


@kernel
def reached_from(walls: Bits, row: int, col: int) -> Bits:
    """The cells that walking from (row, col) can reach, as a new set; empty where a wall stands there."""
    reach = np.zeros(len(walls), np.uint64)
    if not contains(walls, row, col):
        add(reach, row, col)
        flood(walls, reach)
    return reach


@kernel
def main_part(walls: Bits, rng: Stream) -> Bits:
    """The cells that walking from a random free cell can reach, as a new set."""
    row, col = pop_random(free_cells(walls), rng)
    return reached_from(walls, row, col)


@kernel
def is_roomy(cells: Bits) -> bool:
    """Whether a set holds at least a third of the playable cells."""
    return 3 * count(cells) >= (len(cells) - 2) ** 2


@kernel
def corner_of(cells: Bits, side: int) -> Bits:
    """The cells of a set in the top-left square of `side` x `side` playable cells, as a new set."""
    corner = np.zeros(len(cells), np.uint64)
    for row in range(1, side + 1):
        corner[row] = cells[row] & ((ONE << np.uint64(side + 1)) - ONE)
    return corner
