"""What happens within an episode, step by step: does an agent with frozen weights improve, does a herd die out.

An environment names the curves that are worth recording, rewards or fields of its state; every episode keeps them.
A trace is the mean of a curve over episodes, after each step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...pursuit import Floats
from ...terms import SPLITS
from ..table.episodes import Episodes
from ..table.manifest import EpisodesError
from ..table.record import Record

WINDOW = 10  # steps at either end of a trace


class Trace(Record):
    """The mean of a curve on a split after each step, a tuple of at least one number."""

    split: str
    curve: str
    values: tuple[float, ...]

    @property
    def first(self) -> float:
        """The mean of the first steps."""
        return float(np.mean(self.values[:WINDOW]))

    @property
    def last(self) -> float:
        """The mean of the last steps."""
        return float(np.mean(self.values[-WINDOW:]))

    @property
    def improvement(self) -> float:
        """How much it rises: the mean of its last steps less that of its first ones."""
        return self.last - self.first


def traces(episodes: Episodes, splits: Sequence[str] = SPLITS) -> tuple[Trace, ...]:
    """Every curve that the game records, on each of the splits that were played."""
    played = [(split, part) for split in splits if len(part := episodes.where(split=split))]
    return tuple(
        Trace(split=split, curve=curve, values=tuple(mean_trace(part, curve).tolist()))
        for split, part in played
        for curve in episodes.game.curves
    )


def mean_trace(episodes: Episodes, curve: str) -> Floats:
    """The mean of a curve after each step, shape (steps,); EpisodesError where it is not recorded.

    After an episode's end a reward counts as 0, and the state as it was last.
    """
    mean: Floats = stepwise(episodes, curve).mean(axis=0)
    return mean


def stepwise(episodes: Episodes, curve: str) -> Floats:
    """A curve after each step of each episode, shape (episodes, steps); as `mean_trace` beyond an episode's end."""
    if curve not in episodes.game.curves:
        known = ", ".join(episodes.game.curves) or "none"
        raise EpisodesError(f"{episodes.game.environment} records no curve {curve!r}; there are: {known}")
    lists = episodes.table[f"curve.{curve}"].combine_chunks().drop_null()
    if not len(lists):
        raise EpisodesError(f"there are no episodes to take the curve {curve!r} from")
    lengths = lists.value_lengths().to_numpy()
    played = np.arange(lengths.max()) < lengths[:, None]
    curves = np.zeros(played.shape)
    curves[played] = lists.flatten().to_numpy()
    if curve in episodes.game.channels:
        return curves
    return np.where(played, curves, curves[np.arange(len(curves)), lengths - 1][:, None])
