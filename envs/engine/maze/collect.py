"""The exact optimum of collecting things on a grid within a time limit.

Forward dynamic programming over the set of things collected so far (Held and Karp 1962): for every
set, the earliest time at which each of its things can be the last one taken. Walking onto a thing
takes it, wanted or not, so the ways between two takings lead around everything else that is active.
A thing that costs a token (a chest) is active while a token (a key) is held.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from .cells import NONE, ONE, Bits, cut, has, put, spread, tour

MOST = 14  # things: the table has 2^MOST rows
NEVER = 2**16 - 1  # longer than any way through the largest grid


@kernel
def collect(walls: Bits, here: Any, limit: int, things: Any, worth: Any) -> tuple[float, int]:
    """The most worth that can be collected in `limit` steps from `here`, and the fewest steps it takes.

    `things` is a table of integers, a row for each thing that still lies there: its row and col, the
    tokens it gives (a key 1, a chest -1), and whether taking it ends everything; `things[-1, 2]`, in
    an extra last row, is the number of tokens held. `worth` holds one number a thing.
    """
    n, limit = len(things) - 1, min(limit, NEVER - 1)
    earliest = np.full((1 << n, max(n, 1)), NEVER, np.uint16)
    closed, goods, wave, fresh = walls.copy(), walls.copy(), walls.copy(), walls.copy()
    best, steps = 0.0, 0
    for taken in range(1 << n):
        total, tokens, over, first = tally(taken, things, worth, earliest)
        if first > limit:
            continue
        if total > best or (total == best and first < steps):
            best, steps = total, first
        if over:
            continue
        active = lay_out(walls, things, taken, tokens, closed, goods)
        wave[:] = NONE
        if taken == 0:
            put(wave, here.row, here.col)
        for t in range(first, limit):
            if active == 0:
                break
            active -= advance(things, taken, t, earliest, wave, goods)
            spread(closed, wave, fresh)
    return best, steps


@kernel
def easily(walls: Bits, here: Any, spots: Any, first: int, limit: int) -> bool:
    """Whether going to the nearest takes half the spots, from `first` on, and no other, in two thirds of the time."""
    closed, goods = walls.copy(), np.zeros(len(walls), np.uint64)
    for i in range(len(spots)):
        put(goods if first <= i < first + len(spots) // 2 else closed, spots[i, 0], spots[i, 1])
    return 0 <= 3 * tour(closed, here.row, here.col, goods) <= 2 * limit


@kernel
def tally(taken: int, things: Any, worth: Any, earliest: Any) -> tuple[float, int, bool, int]:
    """Of a set of things: its worth, the tokens left, whether it ends everything, and when it can be complete."""
    total, tokens, over, first = 0.0, things[len(things) - 1, 2], False, NEVER if taken else 0
    for j in range(len(things) - 1):
        if (taken >> j) & 1:
            total += worth[j]
            tokens += things[j, 2]
            over |= things[j, 3] == 1
            first = min(first, np.int64(earliest[taken, j]))  # type: ignore[assignment]
    return total, tokens, over, first


@kernel
def lay_out(walls: Bits, things: Any, taken: int, tokens: int, closed: Bits, goods: Bits) -> int:
    """Put the things that can still be taken on the map, where they block the way; returns how many there are."""
    active = 0
    for row in range(len(walls)):
        closed[row], goods[row] = walls[row], NONE
    for j in range(len(things) - 1):
        if not (taken >> j) & 1 and (things[j, 2] >= 0 or tokens > 0):
            put(goods, things[j, 0], things[j, 1])
            put(closed, things[j, 0], things[j, 1])
            active += 1
    return active


@kernel
def advance(things: Any, taken: int, t: int, earliest: Any, wave: Bits, goods: Bits) -> int:
    """Start from the things that are the last ones at time t, and take what lies beside the wave; returns how many."""
    found = 0
    for j in range(len(things) - 1):
        if earliest[taken, j] == t:
            put(wave, things[j, 0], things[j, 1])
    for j in range(len(things) - 1):
        row, col = things[j, 0], things[j, 1]
        if has(goods, row, col) and touches(wave, row, col):
            cut(goods, row, col)
            found += 1
            earliest[taken | (1 << j), j] = min(earliest[taken | (1 << j), j], t + 1)
    return found


@kernel
def touches(wave: Bits, row: int, col: int) -> bool:
    """Whether a set holds a neighbour of a cell."""
    beside = wave[row - 1] | wave[row + 1] | (wave[row] << ONE) | (wave[row] >> ONE)
    return (beside >> np.uint64(col)) & ONE == ONE
