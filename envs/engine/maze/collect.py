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
from .cells import NONE, ONE, PLACE, Bits, Place, add, contains, remove
from .walking import beside, dilate

WANTED = np.dtype([("place", PLACE), ("worth", "f8"), ("tokens", "i8"), ("ends", "?")], align=True)
MOST = 14  # things: the table has 2^MOST rows
NEVER = 2**16 - 1  # longer than any way through the largest grid


@kernel
def collect(walls: Bits, place: Place, held: int, limit: int, things: Any, home: int) -> tuple[float, int]:
    """The most worth that can be collected in `limit` steps from a place, and the fewest steps it takes.

    Args:
        held: tokens in hand.
        things: records of `WANTED`, one for each thing that still lies there: where it is, its worth, the tokens it
            gives (a key 1, a chest -1), and whether taking it ends everything.
        home: 0, or the cell `row * rows + col` to which all must be brought, where each token pays 1 besides.
    """
    n, limit = len(things), min(limit, NEVER - 1)
    earliest = np.full((1 << n, max(n, 1)), NEVER, np.uint16)
    blocked, targets, frontier, scratch = walls.copy(), walls.copy(), walls.copy(), walls.copy()
    best, steps = 0.0, 0
    for taken in range(1 << n):
        total, tokens, over, first = tally(taken, things, earliest)
        if first > limit:
            continue
        waiting = home > 0
        if not waiting and (total > best or (total == best and first < steps)):
            best, steps = total, first
        if over:
            continue
        active = block_active(walls, things, taken, held + tokens, blocked, targets)
        frontier[:] = NONE
        if taken == 0:
            add(frontier, place.row, place.col)
        for t in range(first, limit + waiting):
            if active == 0 and not waiting:
                break
            active -= advance(things, taken, t, earliest, frontier, targets)
            if waiting and contains(frontier, home // len(walls), home % len(walls)):
                waiting, total = False, total + held + tokens
                if total > best or (total == best and t < steps):
                    best, steps = total, t
            dilate(blocked, frontier, scratch)
    return best, steps


@kernel
def tally(taken: int, things: Any, earliest: Any) -> tuple[float, int, bool, int]:
    """Of a set of things: its worth, the tokens it gives, whether it ends everything, and when it can be complete."""
    total, tokens, over, first = 0.0, 0, False, NEVER if taken else 0
    for j in range(len(things)):
        if (taken >> j) & 1:
            total += things[j].worth
            tokens += things[j].tokens
            over |= things[j].ends
            first = min(first, np.int64(earliest[taken, j]))  # type: ignore[assignment]
    return total, tokens, over, first


@kernel
def block_active(walls: Bits, things: Any, taken: int, tokens: int, blocked: Bits, targets: Bits) -> int:
    """Put the things that can still be taken on the map, where they block the way; returns how many there are."""
    active = 0
    for row in range(len(walls)):
        blocked[row], targets[row] = walls[row], NONE
    for j in range(len(things)):
        if not (taken >> j) & 1 and (things[j].tokens >= 0 or tokens > 0):
            add(targets, things[j].place.row, things[j].place.col)
            add(blocked, things[j].place.row, things[j].place.col)
            active += 1
    return active


@kernel
def advance(things: Any, taken: int, t: int, earliest: Any, frontier: Bits, targets: Bits) -> int:
    """Start from the things that are the last ones at time t, and take what lies beside the frontier; returns how
    many are taken.
    """
    reached = 0
    for j in range(len(things)):
        if earliest[taken, j] == t:
            add(frontier, things[j].place.row, things[j].place.col)
    for j in range(len(things)):
        row, col = things[j].place.row, things[j].place.col
        if contains(targets, row, col) and (beside(frontier, row) >> np.uint64(col)) & ONE == ONE:
            remove(targets, row, col)
            reached += 1
            earliest[taken | (1 << j), j] = min(earliest[taken | (1 << j), j], t + 1)
    return reached
