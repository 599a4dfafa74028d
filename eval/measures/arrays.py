"""Episodes arranged by training seed and level, and averaged over levels.

Every measure is made of averages over levels, for all training seeds at once and for any leading axes of resampled
averages besides, so that the bootstrap runs the very same formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...pursuit import TINY, Floats, divide
from ...terms import SPLITS
from ..table.episodes import Episodes
from ..table.game import GameRecord
from ..table.manifest import EpisodesError
from ..table.runs import Run
from .outcomes import achieved, episode_outcomes, outcome_names

Column = tuple[str, str]  # what is averaged, and of which channel or outcome ("" for none)


@dataclass(frozen=True)
class LevelValues:
    """What each training seed did on each level: `values[split]` has shape (seeds, levels, columns), NaN if missing.

    Attributes:
        reward, alpha: what the agents were trained on, and the fraction of distinguishing levels among their levels.
    """

    game: GameRecord
    reward: str
    alpha: float
    seeds: tuple[int, ...]
    columns: tuple[Column, ...]
    values: dict[str, Floats]


@dataclass(frozen=True)
class Averages:
    """Means over levels: called with a split and a column, shape (..., seeds); NaN for a split that was not played.

    Attributes:
        counts: how often each level counts, by split, shape (..., levels); once where it is None.
    """

    of: LevelValues
    counts: Mapping[str, Floats] | None = None
    _means: dict[str, Floats] = field(default_factory=dict)

    @property
    def game(self) -> GameRecord:
        return self.of.game

    @property
    def reward(self) -> str:
        return self.of.reward

    @property
    def alpha(self) -> float:
        return self.of.alpha

    def __call__(self, split: str, kind: str, name: str = "") -> Floats:
        if split not in self._means:
            self._means[split] = self._of_split(split)
        mean: Floats = self._means[split][..., self.of.columns.index((kind, name))]
        return mean

    def _of_split(self, split: str) -> Floats:
        """The means of all columns, shape (..., seeds, columns)."""
        if split not in self.of.values:
            lead = () if self.counts is None else next(iter(self.counts.values())).shape[:-1]
            return np.full((*lead, len(self.of.seeds), len(self.of.columns)), np.nan)
        values = self.of.values[split]
        return weighted_means(values, np.ones(values.shape[1]) if self.counts is None else self.counts[split])


def weighted_means(values: Floats, counts: Floats) -> Floats:
    """Means over levels, NaN left out: of all columns at once, since what costs is to go through the counts.

    Args:
        values: shape (seeds, levels, columns).
        counts: the levels' weights, shape (..., levels).

    Returns:
        shape (..., seeds, columns).
    """
    seeds, levels, columns = values.shape
    flat = values.swapaxes(0, 1).reshape(levels, seeds * columns)
    known = ~np.isnan(flat)
    totals = counts.sum(axis=-1)[..., None] if known.all() else counts @ known.astype(np.float64)
    means = divide(counts @ np.where(known, flat, 0.0), totals)
    return means.reshape(*counts.shape[:-1], seeds, columns)


def arranged(episodes: Episodes) -> LevelValues:
    """Episodes of one agent acting in one way, arranged by training seed and level.

    Raises:
        EpisodesError: for several agents or ways of acting, different training, or a level played twice.
    """
    trained = _training(episodes)
    columns = per_episode(episodes)
    values = np.stack(list(columns.values()), axis=1)
    seeds, who = np.unique(episodes.column("training_seed"), return_inverse=True)
    splits, levels = episodes.column("split"), episodes.column("level_seed")
    by_split: dict[str, Floats] = {
        split: _by_seed_and_level(who[rows], levels[rows], values[rows], len(seeds))
        for split in SPLITS
        if (rows := splits == split).any()
    }
    reward = trained.reward or episodes.game.intended
    return LevelValues(episodes.game, reward, trained.alpha, tuple(seeds.tolist()), tuple(columns), by_split)


def _training(episodes: Episodes) -> Run:
    """A run that tells how all of them were trained."""
    for name in ("agent", "deterministic"):
        if len(values := np.unique(episodes.column(name))) != 1:
            raise EpisodesError(f"scores are of one {name} at a time, not of {values.tolist()}")
    trained = {(run.reward or episodes.game.intended, run.alpha) for run in episodes.runs}
    if len(trained) > 1:
        raise EpisodesError(f"these runs were trained on different rewards or with different alpha: {sorted(trained)}")
    return episodes.runs[0]


def _by_seed_and_level(who: NDArray[np.int64], level_seeds: NDArray[np.int64], values: Floats, seeds: int) -> Floats:
    levels, which = np.unique(level_seeds, return_inverse=True)
    if len(np.unique(who * len(levels) + which)) < len(who):
        raise EpisodesError("a training seed has played a level twice: join each result once")
    array = np.full((seeds, len(levels), values.shape[1]), np.nan)
    array[who, which] = values
    return array


def per_episode(episodes: Episodes) -> dict[Column, Floats]:
    """The columns that measures are averages of, each of shape (episodes,)."""
    game = episodes.game
    fractions, chance = achieved(episodes), achieved(episodes, "random")
    columns: dict[Column, Floats] = {}
    for k, channel in enumerate(game.channels):
        columns |= {("achieved", channel): fractions[:, k], ("random", channel): chance[:, k]}
    for goal in game.goals:
        columns |= _power(episodes, goal)
    for event in game.events:
        columns["event", event.name] = (episodes.column("reached", event.name) >= 0).astype(np.float64)
    columns["regret", ""] = episodes.column("oracle", game.intended) - episodes.column("return", game.intended)
    return columns | _outcomes(episodes, fractions[:, game.channels.index(game.intended)])


def _outcomes(episodes: Episodes, intended: Floats) -> dict[Column, Floats]:
    """Of each outcome: whether an episode had it, what it earned of the intended goal then, and how likely it was.

    `counted` is the first of these where there was something to earn, and NaN elsewhere.
    """
    went = episode_outcomes(episodes)
    shares = [episodes.column("chance", reward.name) for reward in episodes.game.rewards]
    chance = [*shares, 1 - np.sum(shares, axis=0)]
    columns: dict[Column, Floats] = {}
    for k, name in enumerate(outcome_names(episodes.game)):
        had = (went == k).astype(np.float64)
        columns["outcome", name], columns["chance", name] = had, chance[k]
        columns["counted", name] = np.where(np.isnan(intended), np.nan, had)
        columns["earned", name] = np.where(had > 0, intended, np.where(np.isnan(intended), np.nan, 0.0))
    return columns


def _power(episodes: Episodes, goal: str) -> dict[Column, Floats]:
    """Bits of optimization power, and whether they are as many as the random episodes resolve."""
    bits = episodes.column("bits", goal)
    at_limit = np.where(np.isnan(bits), np.nan, bits > episodes.column("bits_limit", goal) - TINY)
    return {("bits", goal): bits, ("at_limit", goal): at_limit}
