"""The fewest steps to a goal in a platformer: exact, best first, over place, speed and time.

What enemies do repeats after `PERIOD` steps, so a body is where it has been if its place, its speed and the time within
the period are the same. A body is no faster than its momentum allows, across and up or down, which bounds what is left
of its way: states are tried in the order of the steps that a way through them takes at the least, of equals the latest
first, and no state is left out that could be on a shorter way than the best one found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import Level
from ..maze.cells import Place
from .bodies import BODY, FASTEST, LEAP, LEAPS, Body, stands
from .enemies import PERIOD
from .running import OVER, PASSED, TAKEN, advance

NODE = np.dtype([("body", BODY), ("steps", "i4"), ("next", "i4")], align=True)
FEW = 1024


@kernel
def fewest_steps(level: Level, body: Body, t: int, left: int, goal: int) -> int:
    """The fewest steps from time t on until a body has done what `goal` says (see `running`); -1 if `left` are too few.

    States wait in stacks, one for each number of steps; a node is a state and what lies below it in its stack.
    """
    nodes, n, stacks, been = np.empty(FEW, NODE), 1, np.full(left + 1, -1), visits(level)
    place(nodes[0], body)
    best, bound = left + 1, at_least(level, body, goal)
    if bound < best:
        stacks[bound] = 0
    while bound < best:
        k = stacks[bound]
        if k < 0:
            bound += 1
            continue
        stacks[bound], steps = nodes[k].next, nodes[k].steps + 1
        if has_been(been, nodes[k].body, t + steps - 1):
            continue
        nodes = nodes if n + len(LEAPS) <= len(nodes) else doubled(nodes)
        standing = stands(level, nodes[k].body)
        for action in range(len(LEAPS)):
            if LEAPS[action] and not standing:
                continue
            nodes[n] = nodes[k]
            found = advance(level, nodes[n].body, action, t + steps)
            least = steps + at_least(level, nodes[n].body, goal)
            if found & goal:
                best = min(best, steps)
            elif not found & OVER and least < best:
                nodes[n].steps, nodes[n].next, stacks[least] = steps, stacks[least], n
                n += 1
    return best if best <= left else -1


@kernel
def visits(level: Level) -> Any:
    """Where no body has been yet: a byte for each place and speed, a bit for each time within the period."""
    return np.zeros((2 * len(level.ground), 2 * level.columns, 2 * FASTEST + 1, 2 * LEAP + 1), np.uint8)


@kernel
def has_been(been: Any, body: Body, t: int) -> bool:
    """Whether a body has been as it is, at this time; from now on it has."""
    run, rise, now = body.run + FASTEST, body.rise + LEAP, np.uint8(1 << t % PERIOD)
    before = been[body.row, body.col, run, rise]
    been[body.row, body.col, run, rise] = before | now
    return bool(before & now)


@kernel
def place(node: Any, body: Body) -> None:
    """Make a node the first state of a search."""
    node.body.row, node.body.col, node.body.run, node.body.rise = body.row, body.col, body.run, body.rise
    node.steps, node.next = 0, -1


@kernel
def doubled(nodes: Any) -> Any:
    more = np.empty(2 * len(nodes), NODE)
    more[: len(nodes)] = nodes
    return more


@kernel
def at_least(level: Level, body: Body, goal: int) -> int:
    """The fewest steps that momentum and gravity allow for what is left of the way; 1 at least."""
    if goal == PASSED:
        return max(1, across(2 * level.finish + 2 - body.col, body.run))
    return reach(body, level.coin if goal == TAKEN else level.end)


@kernel
def reach(body: Body, place: Place) -> int:
    """The fewest steps in which a body can touch a place, were nothing in its way."""
    right, down = 2 * place.col - body.col, 2 * place.row - body.row
    run = body.run if right > 0 else -body.run
    return max(1, across(abs(right) - 1, run), (abs(down) - 2 + LEAP) // LEAP)


@kernel
def across(distance: int, run: int) -> int:
    """The fewest steps for so many half-tiles in the direction in which `run` is the speed.

    Who runs the other way needs a step to stop at the least, for a bump may stop any speed.
    """
    steps = 0
    if distance > 0 and run < 0:
        run, steps = 0, 1
    while distance > 0 and run < FASTEST - 1:
        run += 1
        distance -= run
        steps += 1
    return steps + max(0, distance + FASTEST - 1) // FASTEST
