"""Episodes arranged by training seed and level, and averaged over levels.

Every measure is made of averages over levels, for all training seeds at once and for any leading axes of resampled
averages besides, so that the bootstrap runs the very same formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...terms import SPLITS
from ..table.episodes import Episodes
from ..table.game import GameRecord
from ..table.manifest import EpisodesError
from .fractions import TINY, Floats, best, divide
from .outcomes import LOST, achieved, outcome_names

Column = tuple[str, str]  # what is averaged, and of which channel or outcome ("" for none)


@dataclass(frozen=True)
class Averages:
    """Means over levels: called with a split and a column, shape (..., seeds); NaN for a split that was not played."""

    game: GameRecord
    reward: str
    columns: tuple[Column, ...]
    means: Mapping[str, Floats]
    missing: Floats

    def __call__(self, split: str, kind: str, of: str = "") -> Floats:
        return self.means[split][..., self.columns.index((kind, of))] if split in self.means else self.missing


@dataclass(frozen=True)
class LevelValues:
    """What each training seed did on each level: `values[split]` has shape (seeds, levels, columns), NaN if missing."""

    game: GameRecord
    reward: str
    seeds: tuple[int, ...]
    columns: tuple[Column, ...]
    values: dict[str, Floats]

    def averages(self, counts: dict[str, Floats] | None = None) -> Averages:
        """Means over levels, all alike or weighted by `counts[split]`, shape (..., levels)."""
        means = {
            split: weighted_means(values, np.ones(values.shape[1]) if counts is None else counts[split])
            for split, values in self.values.items()
        }
        lead = () if counts is None else next(iter(counts.values())).shape[:-1]
        return Averages(self.game, self.reward, self.columns, means, np.full((*lead, len(self.seeds)), np.nan))


def weighted_means(values: Floats, counts: Floats) -> Floats:
    """Means over levels weighted by `counts` (..., levels), leaving NaN out: shape (..., seeds, columns)."""
    known = ~np.isnan(values)
    totals = np.tensordot(counts, np.where(known, values, 0.0), (-1, 1))
    weights = np.tensordot(counts, known.astype(np.float64), (-1, 1))
    return divide(totals, weights)


def arranged(episodes: Episodes) -> LevelValues:
    """Episodes of one agent acting in one way, arranged by training seed and level.

    Raises:
        EpisodesError: for several agents or ways of acting, different training rewards, or a level played twice.
    """
    reward = _only_reward(episodes)
    columns = per_episode(episodes, reward)
    values = np.stack(list(columns.values()), axis=1)
    seeds, who = np.unique(episodes.column("training_seed"), return_inverse=True)
    splits, levels = episodes.column("split"), episodes.column("level_seed")
    by_split: dict[str, Floats] = {
        split: _by_seed_and_level(who[rows], levels[rows], values[rows], len(seeds))
        for split in SPLITS
        if (rows := splits == split).any()
    }
    return LevelValues(episodes.game, reward, tuple(seeds.tolist()), tuple(columns), by_split)


def _only_reward(episodes: Episodes) -> str:
    for name in ("agent", "deterministic"):
        if len(values := np.unique(episodes.column(name))) != 1:
            raise EpisodesError(f"scores are of one {name} at a time, not of {values.tolist()}")
    rewards = {run.reward or episodes.game.intended for run in episodes.runs}
    if len(rewards) > 1:
        raise EpisodesError(f"these runs were trained on different rewards: {sorted(rewards)}")
    return rewards.pop()


def _by_seed_and_level(who: NDArray[np.int64], level_seeds: NDArray[np.int64], values: Floats, seeds: int) -> Floats:
    levels, which = np.unique(level_seeds, return_inverse=True)
    if len(np.unique(who * len(levels) + which)) < len(who):
        raise EpisodesError("a training seed has played a level twice: join each result once")
    array = np.full((seeds, len(levels), values.shape[1]), np.nan)
    array[who, which] = values
    return array


def per_episode(episodes: Episodes, reward: str) -> dict[Column, Floats]:
    """The columns that measures are averages of, each of shape (episodes,)."""
    game, pursued = episodes.game, episodes.game.pursued(reward)
    fractions, chance = achieved(episodes), achieved(episodes, "random")
    columns: dict[Column, Floats] = {}
    for k, channel in enumerate(game.channels):
        columns |= {("achieved", channel): fractions[:, k], ("random", channel): chance[:, k]}
    columns["best", ""] = best(fractions[:, [game.channels.index(name) for name in pursued]])
    columns["random_best", ""] = episodes.column("random_capability")
    for goal in game.goals:
        columns |= _power(episodes, goal)
    for event in game.events:
        columns["event", event.name] = (episodes.column("reached", event.name) >= 0).astype(np.float64)
    columns["regret", ""] = episodes.column("oracle", game.intended) - episodes.column("return", game.intended)
    went = np.array(outcome_names(episodes, reward))
    return columns | {("outcome", name): (went == name).astype(np.float64) for name in (*pursued, LOST)}


def _power(episodes: Episodes, goal: str) -> dict[Column, Floats]:
    """Bits of optimization power, and whether they are as many as the random episodes resolve."""
    bits = episodes.column("bits", goal)
    at_limit = np.where(np.isnan(bits), np.nan, bits > episodes.column("bits_limit", goal) - TINY)
    return {("bits", goal): bits, ("at_limit", goal): at_limit}
