"""Walking in a maze: what can be reached, in how many steps, and by which ways."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from .cells import NONE, ONE, Bits, Place, add, contains, count, leave_out, lowest, remove


@kernel
def flood(walls: Bits, reach: Bits) -> None:
    """Grow the set `reach` to all cells that walking from it can reach."""
    growing = True
    while growing:
        growing = False
        for sweep in range(2):
            for k in range(1, len(walls) - 1):
                row = k if sweep == 0 else len(walls) - 1 - k
                old = reach[row]
                new = (old | reach[row - 1] | reach[row + 1]) & ~walls[row]
                new |= ((new << ONE) | (new >> ONE)) & ~walls[row]
                reach[row] = new
                growing |= new != old


@kernel
def dilate(walls: Bits, frontier: Bits, scratch: Bits) -> bool:
    """Grow a set by one step in every direction, with `scratch` as scratch; False when it cannot grow."""
    rows, growing = len(walls), False
    for row in range(1, rows - 1):
        scratch[row] = (frontier[row] | beside(frontier, row)) & ~walls[row]
    for row in range(1, rows - 1):
        growing |= scratch[row] != frontier[row]
        frontier[row] = scratch[row]
    return growing


@kernel
def within(walls: Bits, cells: Bits, steps: int) -> Bits:
    """The cells that are at most so many steps away from a set, as a new set."""
    near, scratch = cells.copy(), cells.copy()
    for _ in range(steps):
        dilate(walls, near, scratch)
    return near


@kernel
def ring(walls: Bits, cells: Bits, least: int, most: int) -> Bits:
    """The cells that are `least` to `most` steps away from a set, `least` being 1 or more, as a new set."""
    band = within(walls, cells, most)
    leave_out(band, within(walls, cells, least - 1))
    return band


@kernel
def add_near(walls: Bits, place: Place, cells: Bits) -> None:
    """Put the cells that are at most two steps away from a place into a set."""
    row, one = place.row, ONE << np.uint64(place.col)
    above, below = one & ~walls[row - 1], one & ~walls[row + 1]
    level = (one | (one << ONE) | (one >> ONE)) & ~walls[row]
    cells[row] |= (level | (level << ONE) | (level >> ONE) | above | below) & ~walls[row]
    cells[row - 1] |= (above | (above << ONE) | (above >> ONE) | level) & ~walls[row - 1]
    cells[row + 1] |= (below | (below << ONE) | (below >> ONE) | level) & ~walls[row + 1]
    if row > 1:
        cells[row - 2] |= above & ~walls[row - 2]
    if row < len(walls) - 2:
        cells[row + 2] |= below & ~walls[row + 2]


@kernel
def nearest(walls: Bits, row: int, col: int, targets: Bits) -> tuple[int, int, int]:
    """Walking distance, row and col of the nearest cell of a set; the distance is -1 when there is no way."""
    rows = len(walls)
    frontier, scratch = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
    add(frontier, row, col)
    steps = 0
    while True:
        for r in range(rows):
            if frontier[r] & targets[r] != NONE:
                return steps, r, lowest(frontier[r] & targets[r])
        if not dilate(walls, frontier, scratch):
            return -1, 0, 0
        steps += 1


@kernel
def steps_to(walls: Bits, place: Place, row: int, col: int) -> int:
    """Steps from a place to a cell; -1 where there is no way. It takes 1 to be where one is: by bumping into a wall."""
    target = np.zeros(len(walls), np.uint64)
    add(target, row, col)
    steps = nearest(walls, place.row, place.col, target)[0]
    return 1 if steps == 0 else steps


@kernel
def arrival(steps: int, left: int, discount: float) -> tuple[float, int]:
    """The value of +1 after `steps` steps, and these steps; nothing where there is no way or no time `left` for it."""
    if steps < 0 or steps > left:
        return 0.0, 0
    return discount ** (steps - 1), steps


@kernel
def greedy_tour(walls: Bits, row: int, col: int, targets: Bits) -> int:
    """Steps to visit all cells of a set, always the nearest next; -1 when one is out of reach."""
    return visit(walls, row, col, targets, count(targets))[0]


@kernel
def visit(walls: Bits, row: int, col: int, targets: Bits, most: int) -> tuple[int, int, int]:
    """Visit `most` cells of a set, always the nearest next, and take them out of it.

    Returns:
        Steps, row and col of the last; -1 steps when one is out of reach.
    """
    total = 0
    for _ in range(most):
        steps, row, col = nearest(walls, row, col, targets)
        if steps < 0:
            return -1, 0, 0
        remove(targets, row, col)
        total += steps
    return total, row, col


@kernel
def cut_shortest_ways(cells: Bits, walls: Bits, place: Place, row: int, col: int) -> None:
    """Leave only cells that lie on no shortest way from a place to (row, col), which can be reached from it."""
    rows, length = len(walls), 0
    waves = np.empty((rows * rows, rows), np.uint64)  # the cells that are so many steps away; rows are made as needed
    reach, band = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
    for r in range(rows):
        waves[0, r] = NONE
    add(waves[0], place.row, place.col)
    while not contains(waves[length], row, col):
        for r in range(1, rows - 1):
            reach[r] |= waves[length, r]
        length += 1
        waves[length, 0] = waves[length, rows - 1] = NONE
        for r in range(1, rows - 1):
            waves[length, r] = beside(waves[length - 1], r) & ~walls[r] & ~reach[r]
    add(band, row, col)
    for t in range(length, -1, -1):
        for r in range(1, rows - 1):
            reach[r] = waves[t, r] & (band[r] if t == length else beside(band, r))
        for r in range(1, rows - 1):
            band[r] = reach[r]
            cells[r] &= ~band[r]


@kernel
def passes_by(walls: Bits, start: Place, end: Place, place: Place) -> bool:
    """Whether no shortest way from one place to another leads through a third."""
    left = np.zeros(len(walls), np.uint64)
    add(left, place.row, place.col)
    cut_shortest_ways(left, walls, start, end.row, end.col)
    return contains(left, place.row, place.col)


@kernel
def beside(cells: Bits, row: int) -> Any:
    """The neighbours of a set that lie in a row, as one word."""
    return cells[row - 1] | cells[row + 1] | (cells[row] << ONE) | (cells[row] >> ONE)
