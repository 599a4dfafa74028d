"""What must hold of courses and bodies, so that nothing compiled looks beyond them; ValueError says what does not."""

from __future__ import annotations

from typing import Any

import numpy as np

from .bodies import FASTEST, LEAP
from .enemies import KINDS
from .sections import ROWS


def check_courses(levels: Any, columns: int) -> None:
    """Borders are closed, and all that has a place has it inside of them; levels are records, shape (n,)."""
    for name, low, high in (("columns", columns, columns), ("finish", 1, columns - 2)):
        _check_range(name, levels[name], low, high)
    for name in ("coin", "end"):
        _check_range(f"the row of {name}", levels[name]["row"], 0, ROWS - 1)
        _check_range(f"the column of {name}", levels[name]["col"], 0, columns - 1)
    _check_range("the kind of an enemy", levels["enemies"]["kind"], 0, len(KINDS))
    sides, full = np.uint64(1 | 1 << (columns - 1)), np.uint64((1 << columns) - 1)
    floor = levels["ground"][:, -1] | levels["lava"][:, -1]
    if not ((levels["ground"] & sides == sides).all() and (floor & full == full).all()):
        raise ValueError("the first and the last column must be ground, and the lowest row ground or lava")
    check_bodies(levels["start"]["agent"], columns)


def check_bodies(bodies: Any, columns: int) -> None:
    """Bodies are above the lowest row and no faster than they can be; records of `BODY`, shape (n,)."""
    _check_range("the row of a body, in half-tiles,", bodies["row"], 0, 2 * ROWS - 3)
    _check_range("the column of a body, in half-tiles,", bodies["col"], 2, 2 * columns - 4)
    _check_range("the speed of a body to the right", bodies["run"], -FASTEST, FASTEST)
    _check_range("the speed of a body upwards", bodies["rise"], -LEAP, LEAP)


def _check_range(name: str, given: Any, low: int, high: int) -> None:
    if (given < low).any() or (given > high).any():
        raise ValueError(f"{name} is in {low} .. {high}, not {given.min()} .. {given.max()}")
