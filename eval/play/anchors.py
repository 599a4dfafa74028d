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

from ...envs.engine.batch import Batch
from ...envs.engine.task import Task
from ...terms import LEVELS
from ..measures.fractions import Floats, best, fractions

EPISODES = 32  # of random play on a level, at least


@dataclass(frozen=True)
class Anchors:
    """What the levels of a batch are worth.

    Attributes:
        oracle, random: returns, shape (n, channels).
        achieved: the fractions that random play achieved, shape (n, random episodes, channels).
        random_capability: mean of the best of them, shape (n,); NaN where nothing can be earned.
    """

    oracle: Floats
    random: Floats
    achieved: Floats
    random_capability: Floats


def anchors(batch: Batch, reward: str) -> Anchors:
    """What the levels of a batch are worth to agents trained on a reward.

    It is kept, because every training seed and way of acting is tested on the same levels, and an
    exact optimum can take longer than playing.
    """
    return _anchors(batch.task, reward, batch.levels.tobytes())


@lru_cache(maxsize=64)
def _anchors(task: Task, reward: str, levels: bytes) -> Anchors:
    batch = Batch.on(task, np.frombuffer(levels, task.level_dtype))
    signed = [*(reward.signed for reward in task.game.rewards), *(False for _ in task.game.events)]
    oracle, returns = batch.values(), batch.random_returns(_episodes(task))
    random = returns.mean(axis=1)
    achieved = fractions(returns, oracle[:, None], random[:, None], signed)
    counted = [k for k, known in enumerate(task.game.rewards) if known in task.game.goals or known.name == reward]
    return Anchors(oracle, random, achieved, best(achieved[..., counted]).mean(axis=1))


def _episodes(task: Task) -> int:
    """Random episodes on a level, so that those of a usual evaluation together resolve the bits a game asks for."""
    wanted: int = 2**task.game.bits
    return max(EPISODES, -(-wanted // LEVELS))
