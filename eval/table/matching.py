"""Episodes of several agents matched by level, so that all of them are judged by the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ...terms import SPLITS
from .episodes import Episodes, check_same_game
from .manifest import EpisodesError

Levels = dict[str, NDArray[np.int64]]  # level seeds by split


def check_comparable(agents: Mapping[str, Episodes]) -> None:
    """EpisodesError unless these are at least two agents that have played the same game."""
    if len(agents) < 2:
        raise EpisodesError(f"a comparison is of two agents or more, not of {len(agents)}")
    first = next(iter(agents))
    for name, episodes in agents.items():
        if not len(episodes):
            raise EpisodesError(f"{name} has no episodes to compare")
        try:
            check_same_game(agents[first].game, episodes.game)
        except EpisodesError as error:
            raise EpisodesError(f"{first} and {name} cannot be compared: {error}") from None


def common_levels(agents: Iterable[Episodes]) -> Levels:
    """The level seeds of each split that every training seed of every agent has played; EpisodesError for none."""
    listed = list(agents)
    played = {split: [own for each in listed for own in _by_seed(each, split)] for split in SPLITS}
    levels = {split: reduce(np.intersect1d, each) for split, each in played.items()}
    known: Levels = {split: seeds for split, seeds in levels.items() if len(seeds)}
    if not known:
        raise EpisodesError("these agents have played no level in common: evaluate them on the same levels")
    return known


def _by_seed(episodes: Episodes, split: str) -> list[NDArray[np.int64]]:
    """The level seeds of a split that each training seed has played."""
    seeds = np.unique(episodes.column("training_seed")).tolist()
    return [episodes.where(split=split, training_seed=seed).column("level_seed") for seed in seeds]


def on_levels(episodes: Episodes, levels: Levels) -> Episodes:
    """The episodes on these levels."""
    splits, seeds = episodes.column("split"), episodes.column("level_seed")
    chosen = np.any([(splits == split) & np.isin(seeds, own) for split, own in levels.items()], axis=0)
    return Episodes(episodes.game, episodes.runs, episodes.table.filter(chosen))


def levels_played(episodes: Episodes, split: str) -> int:
    """How many levels of a split any training seed has played."""
    return len(np.unique(episodes.where(split=split).column("level_seed")))
