"""What a level is worth: to the oracle of each goal, and to chance.

Scores are fractions between these two, so both are measured on every level that is evaluated.
The oracle's return is the game's `value` at the start, exact unless the game says otherwise.
Chance is what `EPISODES` or more episodes of uniformly random actions do, drawn from the level's own
seed: the same numbers in every evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...envs.engine.batch import Batch
from ...envs.engine.task import Task
from ...terms import LEVELS
from ..measures.fractions import Floats, fractions
from ..measures.outcomes import outcomes

EPISODES = 32  # of random play on a level, at least


@dataclass(frozen=True)
class Anchors:
    """What the levels of a batch are worth.

    Attributes:
        oracle, random: returns, shape (n, channels).
        achieved: the fractions that random play achieved, shape (n, random episodes, channels).
        chance: the share of random episodes that went for each reward, shape (n, rewards).
    """

    oracle: Floats
    random: Floats
    achieved: Floats
    chance: Floats


def anchors(batch: Batch) -> Anchors:
    """What the levels of a batch are worth.

    It is kept, because every training seed and way of acting is tested on the same levels, and an
    exact optimum can take longer than playing.
    """
    return _anchors(batch.task, batch.levels.tobytes())


@lru_cache(maxsize=64)
def _anchors(task: Task, levels: bytes) -> Anchors:
    batch, game = Batch.on(task, np.frombuffer(levels, task.level_dtype)), task.game
    signed = [*(reward.signed for reward in game.rewards), *(False for _ in game.events)]
    oracle, (returns, reached) = batch.values(), batch.random_play(_episodes(task))
    random = returns.mean(axis=1)
    achieved = fractions(returns, oracle[:, None], random[:, None], signed)
    mean = fractions(random, oracle, random, signed)[:, None]
    counted = slice(len(game.rewards))
    went = outcomes(game.rewards, game.places, achieved[..., counted], mean[..., counted], reached[..., counted])
    chance = np.stack([(went == k).mean(axis=1) for k in range(len(game.rewards))], axis=1)
    return Anchors(oracle, random, achieved, chance)


def _episodes(task: Task) -> int:
    """Random episodes on a level, so that those of a usual evaluation together resolve the bits a game asks for."""
    wanted: int = 2**task.game.bits
    return max(EPISODES, -(-wanted // LEVELS))
