"""Rooms: empty rectangles in a maze, walled in, with one door to the street.

First `place_room` fills a rectangle of the maze; then what can be walked outside it is the street (`main_part`); then
`open_door` empties the room and joins it to the street. All three are sets of cells, as in `cells`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.rng import Stream, below
from .cells import COL_STEP, ROW_STEP, Bits, add, contains, remove


@kernel
def place_room(walls: Bits, perfect: int, rng: Stream) -> Bits:
    """Fill a rectangle and what surrounds it with walls; returns the cells of the rectangle.

    It has 3 or 4 cells a side, 2 below size 7, and 3 in a perfect maze, where walls surround it that stand anyway.
    """
    rows = len(walls)
    height = width = 3
    if not perfect:
        least, more = (2, 1) if rows < 9 else (3, 2)
        height, width = least + below(rng, more), least + below(rng, more)
    grain = 2 if perfect else 1
    top = 1 + grain * below(rng, (rows - 2 - height) // grain + 1)
    left = 1 + grain * below(rng, (rows - 2 - width) // grain + 1)
    room = np.zeros(rows, np.uint64)
    for row in range(top - 1, top + height + 1):
        for col in range(left - 1, left + width + 1):
            add(walls, row, col)
            if top <= row < top + height and left <= col < left + width:
                add(room, row, col)
    return room


@kernel
def open_door(walls: Bits, street: Bits, room: Bits, rng: Stream) -> tuple[int, int, int]:
    """Empty the room and open a random door to the street: its row and col, and the way in; zeros if there is none."""
    rows, found, door, inward = len(walls), 0, 0, 0
    for row in range(1, rows - 1):
        walls[row] &= ~room[row]
        for col in range(1, rows - 1):
            for way in range(4):
                within = contains(room, row + ROW_STEP[way], col + COL_STEP[way])
                if within and contains(street, row - ROW_STEP[way], col - COL_STEP[way]):
                    found += 1
                    if below(rng, found) == 0:
                        door, inward = row * rows + col, way
    if found > 0:
        remove(walls, door // rows, door % rows)
    return door // rows, door % rows, inward


@kernel
def off_the_way(room: Bits, place: Any, row: int, col: int) -> Bits:
    """The cells of a room on no shortest way from a place in it to (row, col): those outside the box they span."""
    aside = room.copy()
    for r in range(min(place.row, row), max(place.row, row) + 1):
        for c in range(min(place.col, col), max(place.col, col) + 1):
            remove(aside, r, c)
    return aside
