"""How a course is drawn: sections one after the other, each between stretches of flat ground where nothing can happen.

From standing still on such a stretch every section can be passed, whatever the time is, and in either direction: chasms
are at most four tiles wide, what is to be climbed is at most three tiles high, and enemies leave both ends free. So a
course needs no proof that it can be run. Two kinds of section have a place for a coin that lies off the way: the bottom
of a hollow, which can be jumped, and a row of crates, below which one can run.
"""

from __future__ import annotations

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import Level
from ..kernels.rng import Stream, below
from ..maze.cells import Bits, Place, contains
from .enemies import SAW_DOWN, SAW_UP, WALKER_LEFT, WALKER_RIGHT, add_enemy

ROWS, ENEMIES = 14, 12  # of a course; an enemy more than there is room for is left out
LOWEST, HIGHEST, DEEP = 2, 6, 2  # tiles of ground; and how deep a hollow is
STEP, CHASM, BRIDGE, HOLLOW, LEDGE, WALK, SAWS = range(7)
NARROWEST = np.array([1, 2, 6, 3, 4, 5, 3])  # tiles, by the kind of section
HARDEST = 2  # tiles more, where a course is hard
START, FINISH, BEHIND = 3, 4, 4  # tiles of flat ground at both ends, and from the end wall on
NEAREST = 12  # the first column that a coin off the way may lie in
WORD = np.uint64(64)
FULL = ~np.uint64(0)


@kernel
def fill(cells: Bits, first: int, last: int, height: int) -> None:
    """Fill the columns first .. last - 1 of a set up to a height."""
    span = (FULL >> (WORD - np.uint64(last - first))) << np.uint64(first)
    for row in range(len(cells) - height, len(cells)):
        cells[row] |= span


@kernel
def lay_course(level: Level, anywhere: bool, rng: Stream) -> int:
    """Draw a course with its end and, for the coin, one of the places off the way; returns how many of these there are.

    The agent begins at the left, or before any section or the end.
    """
    height, begin, stops, spots = LOWEST + below(rng, HIGHEST - LOWEST + 1), 2, 1, 0
    hard, col = below(rng, HARDEST + 1), 1 + START
    fill(level.ground, 1, col, height)
    while True:
        kind, flat = below(rng, len(NARROWEST)), 1 + below(rng, 3)
        width = NARROWEST[kind] + below(rng, hard + 1)
        if col + flat + width + FINISH + BEHIND > level.columns:
            break
        fill(level.ground, col, col + flat, height)
        first, col = col + flat, col + flat + width
        height = lay_section(level, kind, first, col, height, rng)
        stops += 1
        if anywhere and below(rng, stops) == 0:
            begin = col
        if kind in (HOLLOW, LEDGE) and (first + col) // 2 >= NEAREST:
            spots += 1
            if below(rng, spots) == 0:
                rest(level, level.coin, (first + col) // 2)
    close(level, col, height)
    level.start.agent.row, level.start.agent.col = 2 * top_of(level, begin), 2 * begin
    return spots


@kernel
def lay_section(level: Level, kind: int, first: int, last: int, height: int, rng: Stream) -> int:
    """Draw a section in the columns first .. last - 1; returns the height of the ground behind it."""
    top, middle = len(level.ground) - height, (first + last) // 2
    if kind == STEP:
        height = changed(height, 1 + below(rng, 2), rng)
    if kind in (CHASM, BRIDGE):
        fill(level.lava, first, last, 1 + below(rng, height - 1))
    else:
        fill(level.ground, first, last, max(1, height - DEEP) if kind == HOLLOW else height)
    if kind == CHASM:
        height = changed(height, below(rng, 2), rng)
    elif kind == BRIDGE:
        lay_crates(level, top, middle - 1, last - (middle - 1 - first))
    elif kind == LEDGE:
        lay_crates(level, top - 2 - below(rng, 2), first + 1, last - 1)
    elif kind == WALK:
        right = below(rng, 2) == 0
        add_enemy(level, top - 1, first + 1 if right else last - 2, WALKER_RIGHT if right else WALKER_LEFT)
    elif kind == SAWS:
        up = below(rng, 2) == 0
        add_enemy(level, top - 1 if up else top - 3, middle, SAW_UP if up else SAW_DOWN)
    return height


@kernel
def changed(height: int, by: int, rng: Stream) -> int:
    """A height so much higher or lower, within bounds."""
    by = by if below(rng, 2) == 0 else -by
    return height + by if LOWEST <= height + by <= HIGHEST else height - by


@kernel
def lay_crates(level: Level, row: int, first: int, last: int) -> None:
    for col in range(first, last):
        level.crates[row] |= np.uint64(1) << np.uint64(col)


@kernel
def top_of(level: Level, col: int) -> int:
    """The row above what is topmost in a column."""
    row = 0
    while not contains(level.ground, row + 1, col) and not contains(level.crates, row + 1, col):
        row += 1
    return row


@kernel
def rest(level: Level, place: Place, col: int) -> None:
    """Lay what has a place onto what is topmost in a column."""
    place.row, place.col = top_of(level, col), col


@kernel
def close(level: Level, col: int, height: int) -> None:
    """Draw the end of a course: the wall, unless one can run through it, what lies behind it, and both borders."""
    rows, level.finish = len(level.ground), col + FINISH
    fill(level.ground, col, level.columns, height)
    rest(level, level.end, level.finish - 1)
    fill(level.ground, 0, 1, rows)
    fill(level.ground, level.columns - 1, level.columns, rows)
    if level.wall == 0:
        fill(level.ground, level.finish, level.finish + 1, rows)
