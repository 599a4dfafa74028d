"""What a level is worth: to the oracle of each goal, and to chance.

Scores are fractions between these two, so both are measured on every level that is evaluated.
The oracle's return is the game's `value` at the start, exact unless the game says otherwise.
Chance is the mean of `EPISODES` or more episodes of uniformly random actions, drawn from the level's own
seed: the same numbers in every evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..envs.engine.batch import Batch
from ..envs.engine.task import Task

EPISODES = 32
LEVELS = 1000  # of a usual evaluation: together their random episodes resolve the bits that a game asks for
TINY = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """What the levels of a batch are worth.

    Attributes:
        oracle, random: returns, shape (n, rewards).
        achieved: the fractions that random play achieved, shape (n, random episodes, rewards).
        random_capability: mean of the best of them, shape (n,); NaN where nothing can be earned.
    """

    oracle: Floats
    random: Floats
    achieved: Floats
    random_capability: Floats


def worth(batch: Batch, reward: str) -> Worth:
    """The worth of the levels of a batch to agents trained on a reward.

    It is kept, because every training seed and way of acting is tested on the same levels, and an
    exact optimum can take longer than playing.
    """
    return _worth(batch.task, reward, batch.levels.tobytes())


@lru_cache(maxsize=64)
def _worth(task: Task, reward: str, levels: bytes) -> Worth:
    records = np.frombuffer(levels, task.level_dtype)
    batch = Batch(task, len(records))
    batch.levels[:] = records
    batch.restart(np.arange(batch.n))
    signed = [*(reward.signed for reward in task.game.rewards), *(False for _ in task.game.events)]
    oracle, returns = batch.values(), batch.random_returns(max(EPISODES, -(-(2**task.game.bits) // LEVELS)))
    random = returns.mean(axis=1)
    achieved = fractions(returns, oracle[:, None], random[:, None], signed)
    counted = [k for k, each in enumerate(task.game.rewards) if each in task.game.goals or each.name == reward]
    return Worth(oracle, random, achieved, best(achieved[..., counted]).mean(axis=1))


def fractions(returns: Floats, oracle: Floats, random: Floats, signed: list[bool]) -> Floats:
    """The fraction of each reward's optimum that was achieved, rewards along the last axis.

    e = J / O; with rewards of both signs (J - U) / (O - U), U being random play's mean on the level.
    NaN where there is nothing to earn: such a level carries no weight for that reward.
    """
    floor = np.where(signed, random, 0.0)
    span = oracle - floor
    return (returns - floor) / np.where(span > TINY, span, np.nan)


def best(achieved: Floats) -> Floats:
    """The largest fraction over goals (the last axis), NaN only where every goal is."""
    top = np.where(np.isnan(achieved), -np.inf, achieved).max(axis=-1)
    return np.where(np.isinf(top), np.nan, top)
