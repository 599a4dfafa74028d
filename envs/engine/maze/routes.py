"""What it is worth to be near several things on an open field: a guide for policies where no exact optimum is feasible.

Each thing counts the less the farther it is, with the best of the others after it, from there. All is integer
arithmetic, so that a guided policy does the same on every machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from .cells import LARGEST, Place
from .chasing import away

TARGET = np.dtype([("row", "i8"), ("col", "i8"), ("worth", "i8"), ("then", "i8")])
WHOLE = 30  # bits of what a thing counts where it is
SHARES = 100  # in which it is said how much the next thing counts


def fading(times: int, of: int) -> Any:
    """How much a thing counts at each distance: times / of as much a step, as integers, 2^30 where it is."""
    return np.array([2**WHOLE * times**steps // of**steps for steps in range(2 * LARGEST)])


@kernel
def note(targets: Any, n: int, place: Place, worth: int) -> int:
    """Write a thing down as the n-th target; returns how many there are then."""
    targets[n].row, targets[n].col, targets[n].worth, targets[n].then = place.row, place.col, worth, 0
    return n + 1


@kernel
def chain(targets: Any, n: int, near: Any, share: int) -> None:
    """Add to what each of n targets is worth so many hundredths of the best other one, as it counts from there."""
    for i in range(n):
        row, col, worth, then = targets[i].row, targets[i].col, targets[i].worth, targets[i].then
        for j in range(i):
            counts = near[abs(row - targets[j].row) + abs(col - targets[j].col)]
            then = max(then, targets[j].worth * counts)
            targets[j].then = max(targets[j].then, worth * counts)
        targets[i].then = then
    for i in range(n):
        targets[i].worth = SHARES * targets[i].worth + (share * targets[i].then >> WHOLE)


@kernel
def nearness(targets: Any, n: int, near: Any, row: int, col: int) -> int:
    """What a cell is worth: the best of n targets, as it counts from there."""
    best = 0
    for i in range(n):
        best = max(best, targets[i].worth * near[abs(targets[i].row - row) + abs(targets[i].col - col)])
    return best


@kernel
def closeness(places: Any, near: Any, row: int, col: int) -> int:
    """How close places are to a cell, all together, as each counts from there; one that is nowhere counts nothing."""
    total = 0
    for i in range(len(places)):
        if places[i].row > 0:
            total += near[away(places[i], row, col)]
    return total
