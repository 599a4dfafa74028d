"""What is earned late in an episode, counted apart: where the shift is time, what comes first is as in training.

An environment names the step after which it counts. What an episode went for by then is told by the rule of `pursuit`:
the goal of which the largest fraction was achieved, none where that is under one half. The optimum, though, is that of
the whole episode, earned at an even pace; and chance, which earns little in so long a time, is not taken out.
"""

from __future__ import annotations

import numpy as np

from ...pursuit import divide, outcomes
from ...terms import SPLITS
from ..table.episodes import Episodes
from ..table.record import Record
from .outcomes import outcome_names
from .traces import stepwise


class Late(Record):
    """What the episodes of a split earn late.

    Attributes:
        after: the step after which it counts.
        before, earned: the mean of what is earned of each reward, undiscounted, up to this step and after it.
        shares: of the episodes, by what they went for after it; they sum to 1.
    """

    split: str
    after: int
    before: dict[str, float]
    earned: dict[str, float]
    shares: dict[str, float]


def late(episodes: Episodes) -> tuple[Late, ...]:
    """One for each split with episodes that long, where the game counts what is late."""
    after = episodes.game.late
    if not after:
        return ()
    parts = [(split, episodes.where(split=split)) for split in SPLITS]
    return tuple(
        _late(split, after, part) for split, part in parts if len(part) and part.column("length").max() > after
    )


def _late(split: str, after: int, episodes: Episodes) -> Late:
    rewards, game = [reward.name for reward in episodes.game.rewards], episodes.game
    steps = np.stack([stepwise(episodes, name) for name in rewards], axis=-1)
    before, earned = steps[:, :after].sum(axis=1), steps[:, after:].sum(axis=1)
    achieved = divide(earned, episodes.channels("oracle", rewards) * (1 - after / steps.shape[1]))
    went = outcomes(game.rewards, False, achieved, np.zeros_like(achieved), np.zeros_like(achieved, int))  # noqa: FBT003
    return Late(
        split=split,
        after=after,
        before=dict(zip(rewards, before.mean(axis=0).tolist(), strict=True)),
        earned=dict(zip(rewards, earned.mean(axis=0).tolist(), strict=True)),
        shares={name: float((went == k).mean()) for k, name in enumerate(outcome_names(game))},
    )
