"""What is earned late in an episode, counted apart: where the shift is time, what comes first is as in training.

An environment names the step after which it counts. Which of its goals an episode went for by then is told without an
optimum: the one of which most was earned, none where nothing was; ties are the intended goal's.
"""

from __future__ import annotations

import numpy as np

from ...pursuit import TINY, Floats, Indices
from ...terms import NONE, SPLITS
from ..table.episodes import Episodes
from ..table.record import Record
from .traces import stepwise


class Late(Record):
    """What the episodes of a split earn late.

    Attributes:
        after: the step after which it counts.
        before, earned: the mean of what is earned of each goal, undiscounted, up to this step and after it.
        shares: of the episodes in which most was earned of each goal after it, or nothing of any; they sum to 1.
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
    goals = episodes.game.goals
    steps = np.stack([stepwise(episodes, goal) for goal in goals], axis=-1)
    before, earned = steps[:, :after].sum(axis=1), steps[:, after:].sum(axis=1)
    most = _most(earned, goals.index(episodes.game.intended))
    return Late(
        split=split,
        after=after,
        before=dict(zip(goals, before.mean(axis=0).tolist(), strict=True)),
        earned=dict(zip(goals, earned.mean(axis=0).tolist(), strict=True)),
        shares={name: float((most == k).mean()) for k, name in enumerate((*goals, NONE))},
    )


def _most(earned: Floats, intended: int) -> Indices:
    """The goal of which most was earned, shape (episodes,); one more than the last for none."""
    best = earned.max(axis=1)
    first = np.where(earned[:, intended] >= best - TINY, intended, earned.argmax(axis=1))
    return np.where(best <= TINY, earned.shape[1], first)
