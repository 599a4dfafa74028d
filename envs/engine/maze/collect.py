"""The exact optimum of collecting things on a grid within a time limit.

Forward dynamic programming over the set of things collected so far (Held and Karp 1962): for every
set, the earliest time at which each of its things can be the last one taken. Walking onto a thing
takes it, wanted or not, so the ways between two takings lead around everything else that is active.
A thing that costs a token (a chest) is active while a token (a key) is held.

Sets that cannot come to more than the best so far, nor to as much any sooner, are left out (branch and bound, Land and
Doig 1960): no set comes to more than what it has, all worth that is left, and a chest for each key at most.
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
    n, limit, things = len(things), min(limit, NEVER - 1), interleaved(things)
    earliest = np.full((1 << n, n + 1), NEVER, np.uint16)  # by the last thing that is taken, and of all
    earliest[0, n] = 0
    blocked, targets, frontier, scratch = walls.copy(), walls.copy(), walls.copy(), walls.copy()
    best, steps = 0.0, 0
    for taken in range(1 << n):
        first: Any = np.int64(earliest[taken, n])
        if first > limit:
            continue
        total, tokens, over = tally(taken, things)
        waiting = home > 0
        if not waiting and (total > best or (total == best and first < steps)):
            best, steps = total, first
        useful = limit if waiting else in_time(promise(things, taken, held + tokens), best - total, limit, steps)
        if over or first >= useful + waiting:
            continue
        active = block_active(walls, things, taken, held + tokens, blocked, targets)
        frontier[:] = NONE
        if taken == 0:
            add(frontier, place.row, place.col)
        for t in range(first, useful + waiting):
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
def interleaved(things: Any) -> Any:
    """Things by turns: one that costs no token, one that does. Sets of few of both come early then."""
    ordered, ranks, costing = np.empty(len(things), WANTED), np.zeros(2, np.int64), 0
    for i in range(len(things)):
        costing += things[i].tokens < 0
    pairs = min(costing, len(things) - costing)
    for i in range(len(things)):
        costs = 1 if things[i].tokens < 0 else 0
        rank = ranks[costs]
        ordered[2 * rank + costs if rank < pairs else pairs + rank] = things[i]
        ranks[costs] += 1
    return ordered


@kernel
def promise(things: Any, taken: int, tokens: int) -> float:
    """The most that a set can still gain, with so many tokens in hand: a bound, whatever the ways and the time."""
    gain, dearest, chests = 0.0, 0.0, 0
    for j in range(len(things)):
        if not (taken >> j) & 1:
            if things[j].tokens < 0:
                chests, dearest = chests + 1, max(dearest, things[j].worth)
            else:
                gain, tokens = gain + max(0.0, things[j].worth), tokens + things[j].tokens
    return gain + min(chests, tokens) * dearest


@kernel
def in_time(gain: float, lacks: float, limit: int, steps: int) -> int:
    """Until when what is taken can be of use, to a set that may gain so much and lacks so much of the best so far."""
    if gain > lacks:
        return limit
    return min(limit, steps - 1) if gain == lacks else 0


@kernel
def tally(taken: int, things: Any) -> tuple[float, int, bool]:
    """Of a set of things: its worth, the tokens it gives, and whether it ends everything."""
    total, tokens, over = 0.0, 0, False
    for j in range(len(things)):
        if (taken >> j) & 1:
            total += things[j].worth
            tokens += things[j].tokens
            over |= things[j].ends
    return total, tokens, over


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
            after = earliest[taken | (1 << j)]
            after[j], after[-1] = min(after[j], t + 1), min(after[-1], t + 1)
    return reached
