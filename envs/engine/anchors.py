"""What a level is worth: to the oracle of each goal, and to chance.

Scores are fractions between these two, so both are measured on every level that is evaluated.
The oracle's return is the game's `value` at the start, exact unless the game says otherwise.
Chance is what `EPISODES` or more episodes of uniformly random actions do, drawn from the level's own
seed: the same numbers in every evaluation. By the same two it is told, without a table, whether an episode went for
the intended goal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...pursuit import Floats, fractions, outcomes
from ...terms import LEVELS
from .batch import Batch
from .levels import Levels
from .task import Task

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
    return _kept(batch.task, batch.levels.tobytes())


def successes(task: Task, levels: Levels, returns: Floats, reached: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether episodes that have ended went for the intended goal, by the rule of `pursuit`, shape (n,).

    Args:
        task: what was played.
        levels: array of records, shape (n,).
        returns, reached: of the episodes, shape (n, channels), as a batch counts them.
    """
    game, counted = task.game, slice(len(task.game.rewards))
    intended = game.rewards.index(game.intended)
    if game.places:
        nothing = np.zeros_like(returns[:, counted])
        return outcomes(game.rewards, game.places, nothing, nothing, reached[:, counted]) == intended
    succeeded = np.zeros(len(returns), bool)
    asked = np.flatnonzero((returns[:, intended] > 0) | game.signed[intended])  # the others earned nothing
    if asked.size:
        worth = _measured(task, levels[asked])
        earned, chance = (
            fractions(each, worth.oracle, worth.random, game.signed)[:, counted]
            for each in (returns[asked], worth.random)
        )
        succeeded[asked] = outcomes(game.rewards, game.places, earned, chance, reached[asked][:, counted]) == intended
    return succeeded


@lru_cache(maxsize=64)
def _kept(task: Task, levels: bytes) -> Anchors:
    return _measured(task, np.frombuffer(levels, task.level_dtype))


def _measured(task: Task, levels: Levels) -> Anchors:
    batch, game = Batch.on(task, levels), task.game
    oracle, (returns, reached) = batch.values(), batch.random_play(_episodes(task))
    random = returns.mean(axis=1)
    achieved = fractions(returns, oracle[:, None], random[:, None], game.signed)
    mean = fractions(random, oracle, random, game.signed)[:, None]
    counted = slice(len(game.rewards))
    went = outcomes(game.rewards, game.places, achieved[..., counted], mean[..., counted], reached[..., counted])
    chance = np.stack([(went == k).mean(axis=1) for k in range(len(game.rewards))], axis=1)
    return Anchors(oracle, random, achieved, chance)


def _episodes(task: Task) -> int:
    """Random episodes on a level, so that those of a usual evaluation together resolve the bits a game asks for."""
    wanted: int = 2**task.game.bits
    return max(EPISODES, -(-wanted // LEVELS))
