"""The exact optimum of collecting things on a grid within a time limit.

Forward dynamic programming over the set of things collected so far (Held and Karp 1962): for every
set, the earliest time at which each of its things can be the last one taken. Walking onto a thing
takes it, wanted or not, so the ways between two takings lead around everything else that is active.
A thing that costs a token (a chest) is active while a token (a key) is held.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .grid import COL_STEP, ROW_STEP, Bits, cut, has, put, spread
from .jit import kernel

MOST = 14  # things: the table has 2^MOST rows
NEVER = 255


@kernel
def collect(walls: Bits, here: Any, limit: int, things: Any, worth: Any) -> tuple[float, int]:
    """The most worth that can be collected in `limit` steps from `here`, and the fewest steps it takes.

    `things` is a table of integers, a row for each thing that still lies there: its row and col, the
    tokens it gives (a key 1, a chest -1), and whether taking it ends everything; `things[-1, 2]`, in
    an extra last row, is the number of tokens held. `worth` holds one number a thing.
    """
    n = len(things) - 1
    earliest = np.full((1 << n, max(n, 1)), NEVER, np.uint8)
    wave, fresh = np.empty(len(walls), np.uint64), np.empty(len(walls), np.uint64)
    closed, goods = np.empty(len(walls), np.uint64), np.empty(len(walls), np.uint64)
    best, steps = 0.0, 0
    for taken in range(1 << n):
        total, tokens, over, first = 0.0, things[n, 2], False, NEVER
        for j in range(n):
            if (taken >> j) & 1:
                total += worth[j]
                tokens += things[j, 2]
                over |= things[j, 3] == 1
                first = min(first, np.int64(earliest[taken, j]))
        first = 0 if taken == 0 else first
        if first > limit:
            continue
        if total > best or (total == best and first < steps):
            best, steps = total, first
        if over:
            continue
        for row in range(len(walls)):
            wave[row] = goods[row] = np.uint64(0)
            closed[row] = walls[row]
        active = 0
        for j in range(n):
            if not (taken >> j) & 1 and (things[j, 2] >= 0 or tokens > 0):
                put(goods, things[j, 0], things[j, 1])
                put(closed, things[j, 0], things[j, 1])
                active += 1
        if taken == 0:
            put(wave, here.row, here.col)
        for t in range(first, limit):
            if active == 0:
                break
            for j in range(n):
                if earliest[taken, j] == t:
                    put(wave, things[j, 0], things[j, 1])
            for j in range(n):
                row, col = things[j, 0], things[j, 1]
                if has(goods, row, col) and touches(wave, row, col):
                    cut(goods, row, col)
                    active -= 1
                    earliest[taken | (1 << j), j] = min(earliest[taken | (1 << j), j], t + 1)
            spread(closed, wave, fresh)
    return best, steps


@kernel
def touches(wave: Bits, row: int, col: int) -> bool:
    """Whether a set holds a neighbour of a cell."""
    for action in range(4):
        if has(wave, row + ROW_STEP[action], col + COL_STEP[action]):
            return True
    return False
