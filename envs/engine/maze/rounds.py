"""Going round stops in a cyclic order: what a visit pays, the ways between stops, and the exact optimum.

To come to a stop pays +1 where it is the successor of the one visited last, and -1 where it is another; the first visit
and coming back to the last stop pay nothing. "Last" and "now" are one more than a stop's number; 0 is none. The best
that can be done from a stop in so many steps follows from what can be done from each stop in fewer (`plan`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.rng import Stream, below
from .cells import COL_STEP, NONE, ROW_STEP, Bits, Place, add, at, contains

FAR = 2**16 - 1  # steps, where there is no way


@kernel
def shuffle(order: Any, rng: Stream) -> None:
    """Put the numbers of an array into a random order."""
    for i in range(len(order) - 1, 0, -1):
        k = below(rng, i + 1)
        order[i], order[k] = order[k], order[i]


@kernel
def pay(order: Any, last: int, now: int) -> int:
    """What it pays, in an order, to come to one stop after another."""
    if last in (0, now):
        return 0
    for i in range(len(order)):
        if order[i] + 1 == last:
            return 1 if order[(i + 1) % len(order)] + 1 == now else -1
    return 0


@kernel
def alike(order: Any, other: Any) -> int:
    """How many stops have the same successor in two orders."""
    n, same = len(order), 0
    for i in range(n):
        same += pay(order, other[i] + 1, other[(i + 1) % n] + 1) > 0
    return same


@kernel
def arrived(stops: Any, row: int, col: int, last: int) -> int:
    """The stop visited last, after a step to (row, col)."""
    for i in range(len(stops)):
        if at(stops[i], row, col):
            return i + 1
    return last


@kernel
def ends(stops: Any, last: int, rows: int) -> Bits:
    """The cells of the stops at which a way ends, as a new set: all but the one visited last, which pays nothing."""
    cells = np.full(rows, NONE)
    for i in range(len(stops)):
        if i + 1 != last:
            add(cells, stops[i].row, stops[i].col)
    return cells


@kernel
def cell_of(place: Place, rows: int) -> int:
    """The number of a place's cell."""
    return place.row * rows + place.col


@kernel
def beyond(cell: int, action: int, rows: int) -> int:
    """The number of the cell above, to the right, below or to the left."""
    return cell + ROW_STEP[action] * rows + COL_STEP[action]


@kernel
def holds(cells: Bits, cell: int) -> bool:
    """Whether a set holds the cell of a number."""
    return contains(cells, cell // len(cells), cell % len(cells))


@kernel
def steps_from(walls: Bits, ends: Bits, start: int) -> Any:
    """Steps from a cell to each, FAR where there is no way, by ways that go on through no cell of `ends`."""
    rows = len(walls)
    away, queue = np.full(rows * rows, FAR, np.uint16), np.empty(rows * rows, np.int64)
    away[start], queue[0], head, tail = 0, start, 0, 1
    while head < tail:
        here = queue[head]
        head += 1
        if head > 1 and holds(ends, here):
            continue
        for action in range(4):
            there = beyond(here, action, rows)
            if away[there] == FAR and not holds(walls, there):
                away[there], queue[tail] = away[here] + 1, there
                tail += 1
    return away


@kernel
def onward(away: Any, ends: Bits, here: int) -> int:
    """The next cell of a shortest way to where `away` is 0, the first of those that are as near."""
    for action in range(4):
        there = beyond(here, action, len(ends))
        if away[there] == away[here] - 1 and (away[there] == 0 or not holds(ends, there)):
            return there
    return here


@kernel
def payments(order: Any) -> Any:
    """What `pay` says, shape (n + 1, n): of all stops, and none, before each stop."""
    gains = np.empty((len(order) + 1, len(order)), np.int64)
    for last in range(len(order) + 1):
        for k in range(len(order)):
            gains[last, k] = pay(order, last, k + 1)
    return gains


@kernel
def plan(gains: Any, steps: Any, left: int) -> Any:
    """The most that can be earned in 0 .. left steps from each stop, and the steps it takes; shape (left + 1, n, 2).

    Args:
        gains: `payments`.
        steps: from each stop to each other, shape (n, n).
    """
    best = np.zeros((left + 1, len(steps), 2), np.int64)
    for t in range(1, left + 1):
        for i in range(len(steps)):
            best[t, i, 0], best[t, i, 1] = outlook(gains, i + 1, steps, i, best, t)
    return best


@kernel
def outlook(gains: Any, last: int, away: Any, i: int, best: Any, left: int) -> tuple[int, int]:
    """The most that can be earned by going to another stop k, which is away[i, k] steps away, and the steps it takes.

    Nothing where it is best to visit none. Of what is worth the same, the quickest.
    """
    worth = wait = 0
    for k in range(gains.shape[1]):
        steps = np.int64(away[i, k])
        if k + 1 == last or steps > left:
            continue
        gain = gains[last, k] + best[left - steps, k, 0]
        steps += best[left - steps, k, 1]
        if gain > worth or (gain == worth and gain > 0 and steps < wait):
            worth, wait = gain, steps
    return worth, wait
