"""The optimum of every goal by brute force over `step` itself, for levels small enough.

The slow truth that the tests hold every fast solver to. All distinct states are expanded by all
actions, time step by time step; states are the same when their bytes are. Then values are carried
back from the end, exactly: V_t(s) = max over actions of r + discount x V_t+1(s').
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .batch import Batch
from .levels import Levels
from .task import Task

NOWHERE = -1  # where an episode that is over goes on: it stands for a value of 0


def brute_force(task: Task, levels: Levels, goal: int, states: Levels | None = None) -> float:
    """The most of a goal, by its place in `channels`, that can be earned on a level: see `optima`."""
    return float(optima(task, levels, states)[goal])


def optima(task: Task, levels: Levels, states: Levels | None = None) -> NDArray[np.float64]:
    """The most of each channel that can be earned on a level, discounted, shape (channels,).

    Args:
        levels: the level, an array of one record.
        states: an array of one record to begin from; the start of the level by default.

    Memory and time grow with the number of states that can be reached: keep sizes and horizons small.
    """
    if len(levels) != 1:
        raise ValueError(f"brute force solves one level at a time, not {len(levels)}")
    now = _keys(levels["start"].copy() if states is None else states)
    steps: list[tuple[Any, Any]] = []
    while len(now):
        rewards, over, after = _expand(task, levels, now)
        links = np.full(len(after), NOWHERE)
        now, links[~over] = np.unique(after[~over], return_inverse=True)
        steps.append((rewards, links))
    values = np.zeros((1, len(task.channels)))
    for rewards, links in reversed(steps):
        earned = (rewards + task.discounts * values[links]).reshape(-1, len(task.game.actions), len(task.channels))
        values = np.concatenate([earned.max(axis=1), np.zeros((1, len(task.channels)))])
    return values[0]


def _expand(task: Task, levels: Levels, keys: Any) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Every state by every action: rewards of all channels, whether it is over, and the states after."""
    actions = len(task.game.actions)
    batch = Batch.on(task, levels.repeat(len(keys) * actions))
    batch.put(keys.repeat(actions).view(task.state_dtype))
    batch.step(np.tile(np.arange(actions), len(keys)))
    return batch.rewards, batch.done, _keys(batch.states)


def _keys(states: Levels) -> NDArray[np.bytes_]:
    """The bytes of each state, as a view that can be sorted and compared."""
    return states.view(f"S{states.dtype.itemsize}")
