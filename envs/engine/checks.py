"""What a batch lets into compiled code, which reads and writes wherever it is told to.

Every index, seed and record that a caller gives passes through here once, when a game begins or a question is asked;
stepping costs nothing more. Of records, places, borders, horizons and steps are checked, and what the environment's
arguments check; what else stands in them is the environment's own, and must come from the engine: drawn, read, or a
batch's own.
"""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...choices import shown
from .arguments import LONGEST
from .maze.cells import PLACE, Grid
from .task import Task

MOST_GAMES = 10**7

Indices = NDArray[np.int64]
Records = NDArray[np.void]


def as_array(given: Any) -> NDArray[Any]:
    """What was given as an array: of objects, where it is lists of different lengths."""
    try:
        return np.asarray(given)
    except ValueError:
        return np.array(None)


def check_number(name: str, given: Any, low: int = 1) -> None:
    """ValueError unless it is a number of games."""
    whole = isinstance(given, int) and not isinstance(given, bool)
    if not whole or not low <= given <= MOST_GAMES:
        allowed = f"at most {MOST_GAMES}" if whole and given > MOST_GAMES else f"at least {low}"
        raise ValueError(f"{name} is a whole number of games, {allowed}, not {shown(given)}")


def checked_games(where: Any, everyone: Indices) -> Indices:
    """The games `where`, as compiled code takes them; IndexError where there is no such game."""
    given, n = as_array(where), len(everyone)
    if given.dtype == bool and given.shape == (n,):
        return np.flatnonzero(given)
    if given.shape != (0,) and (
        given.ndim != 1 or given.dtype.kind not in "iu" or (given < 0).any() or (given >= n).any()
    ):
        raise IndexError(f"games are chosen by a list of numbers in 0 .. {n - 1}, or by a mask, not by {shown(where)}")
    return np.ascontiguousarray(given, np.int64)


def checked_goal(goal: Any, task: Task) -> int:
    """The place of a reward or event in the reward vector; ValueError where there is none."""
    named = ", ".join(f"{k} {name}" for k, name in enumerate(task.channels))
    try:
        place = index(goal)
    except TypeError:
        place = -1
    if isinstance(goal, bool) or not 0 <= place < len(task.channels):
        raise ValueError(f"{task.game.name} has no reward or event {shown(goal)}: choose from {named}")
    return place


def checked_levels(levels: Any, task: Task, n: int) -> Records:
    """Levels of the task, one a game; ValueError where they are of another task, or would lead out of their grid."""
    given = _records(levels, task.level_dtype, n, "levels", task)
    horizon = given["horizon"]
    if (horizon < 1).any() or (horizon > LONGEST).any():
        raise ValueError(f"the horizon of a level is in 1 .. {LONGEST}, not {horizon.min()} .. {horizon.max()}")
    if isinstance(task.settings, Grid):
        _check_border(given["walls"])
        _check_places(given, task.settings.board_shape()[0])
    task.settings.check_levels(given)
    return given


def checked_states(states: Any, task: Task, n: int) -> Records:
    """States of the task, one a game; ValueError where they are of another task, or lie outside of their grid."""
    given = _records(states, task.state_dtype, n, "states", task)
    if (given["t"] < 0).any():
        raise ValueError(f"a state is at least 0 steps from the start, not {given['t'].min()}")
    if isinstance(task.settings, Grid):
        _check_places(given, task.settings.board_shape()[0])
    task.settings.check_states(given)
    return given


def _records(given: Any, dtype: np.dtype[Any], n: int, kind: str, task: Task) -> Records:
    array = as_array(given)
    if array.dtype != dtype or array.shape != (n,):
        records = "such records" if array.dtype == dtype else "other records"
        what = f"{records if array.dtype.names else array.dtype} of shape {array.shape}"
        raise ValueError(f"{kind} of {task.game.name} with {task.arguments} are {n} records, one a game, not {what}")
    return array


def _check_places(records: Records, rows: int) -> None:
    """ValueError where a place, wherever in the records, is none of a grid of so many rows and columns."""
    for name in records.dtype.names or ():
        part = records[name]
        if part.dtype == PLACE:
            if any((part[axis] < 0).any() or (part[axis] >= rows).any() for axis in ("row", "col")):
                raise ValueError(f"{name} lies outside of the grid, whose rows and columns are 0 .. {rows - 1}")
        elif part.dtype.names:
            _check_places(part, rows)


def _check_border(walls: NDArray[np.uint64]) -> None:
    rows = walls.shape[-1]
    full, sides = np.uint64(2**rows - 1), np.uint64(1 | 1 << (rows - 1))
    if not ((walls[:, [0, -1]] & full == full).all() and (walls & sides == sides).all()):
        raise ValueError("the border of a level must be wall all around")
