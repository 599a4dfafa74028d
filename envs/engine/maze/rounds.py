"""Going round stops in a cyclic order: what a visit pays, the ways between stops, and the exact optimum.

To come to a stop pays +1 where it is the successor of the one visited last, and -1 where it is another; to come back to
the last one pays nothing. A stop that is missing is nowhere, at (0, 0). The best that can be done from a stop in so
many steps follows from what can be done from each stop in fewer (`plan`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.rng import Stream, below
from .cells import COL_STEP, NONE, ROW_STEP, Bits, Place, add, at, contains

FAR = 2**16 - 1  # steps, where there is no way


@kernel
def shuffle(order: Any, n: int, rng: Stream) -> None:
    """Put the first n numbers of an array into a random order."""
    for i in range(n - 1, 0, -1):
        k = below(rng, i + 1)
        order[i], order[k] = order[k], order[i]


@kernel
def pay(after: Any, last: int, now: int) -> int:
    """What it pays to come to one stop after another, where `after` has the successor of each."""
    if last == now:
        return 0
    return 1 if after[last] == now else -1


@kernel
def arrived(stops: Any, row: int, col: int, last: int) -> int:
    """The stop visited last, after a step to (row, col)."""
    for i in range(len(stops)):
        if at(stops[i], row, col):
            return i
    return last


@kernel
def ends(stops: Any, last: int, rows: int) -> Bits:
    """The cells of the stops at which a way ends, as a new set: all but the one visited last, which pays nothing."""
    cells = np.full(rows, NONE)
    for i in range(len(stops)):
        if i != last:
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
def plan(after: Any, steps: Any, left: int) -> Any:
    """The most that can be earned in 0 .. left steps from each stop, and the steps it takes; shape (left + 1, n, 2).

    Args:
        after: the successor of each stop.
        steps: from each stop to each other, shape (n, n).
    """
    best = np.zeros((left + 1, len(steps), 2), np.int64)
    for t in range(1, left + 1):
        for i in range(len(steps)):
            best[t, i, 0], best[t, i, 1] = outlook(after, i, steps, i, best, t)
    return best


@kernel
def outlook(after: Any, last: int, away: Any, i: int, best: Any, left: int) -> tuple[int, int]:
    """The most that can be earned by going to another stop k, which is away[i, k] steps away, and the steps it takes.

    Nothing where it is best to visit none. Of what is worth the same, the quickest.
    """
    worth = wait = 0
    for k in range(len(after)):
        steps = np.int64(away[i, k])
        if k == last or steps > left:
            continue
        gain = pay(after, last, k) + best[left - steps, k, 0]
        steps += best[left - steps, k, 1]
        if gain > worth or (gain == worth and gain > 0 and steps < wait):
            worth, wait = gain, steps
    return worth, wait


@kernel
def followed(walls: Bits, stops: Any, after: Any, steps: Any, last: int, left: int) -> int:
    """What the best policy for the second of two orders is paid in the first; it takes the quickest, then the first.

    Args:
        stops: places.
        after: the successors in both orders, shape (2, n).
        steps: from each stop to each other.
        last: the stop where it begins.
        left: how many steps there are.
    """
    rows, here, paid, best = len(walls), cell_of(stops[last], len(walls)), 0, plan(after[1], steps, left)
    all_stops, away = ends(stops, len(stops), rows), np.full((rows * rows, len(stops)), FAR, np.uint16)
    for i in range(len(stops)):
        if stops[i].row > 0:
            away[:, i] = steps_from(walls, all_stops, cell_of(stops[i], rows))
    worth, wait = outlook(after[1], last, away, here, best, left)
    while worth > 0:
        left -= 1
        for action in range(4):
            there = beyond(here, action, rows)
            if holds(walls, there):
                continue
            now = arrived(stops, there // rows, there % rows, last)
            more, wait_there = outlook(after[1], now, away, there, best, left)
            if pay(after[1], last, now) + more == worth and wait_there + 1 == wait:
                break
        paid += pay(after[0], last, now)
        here, last, worth, wait = there, now, more, wait_there
    return paid
