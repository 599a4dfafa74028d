"""Which episodes count where an agent was evaluated more than once, and which are shown or compared of many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .episodes import Episodes

Key = tuple[str, int, bool, str]  # a run, and a split
KEY = ("agent", "training_seed", "deterministic", "split")


def most_levels(parts: Sequence[Episodes]) -> list[Episodes]:
    """Tables of episodes without those whose levels are all in a larger table: of each run, and of each split.

    A table that is there twice counts once.
    """
    parts = [part for k, part in enumerate(parts) if not any(part.table.equals(other.table) for other in parts[:k])]
    levels = [_levels(part) for part in parts]
    kept = []
    for part, own in zip(parts, levels, strict=True):
        repeated = {key for key, seeds in own.items() if any(seeds < other.get(key, set()) for other in levels)}
        if rest := _without(part, repeated):
            kept.append(rest)
    return kept


def _keys(part: Episodes) -> list[Key]:
    return list(zip(*(part.table[name].to_pylist() for name in KEY), strict=True))


def _levels(part: Episodes) -> dict[Key, set[int]]:
    """The levels that each run played on each split."""
    played: dict[Key, set[int]] = {}
    for key, seed in zip(_keys(part), part.table["level_seed"].to_pylist(), strict=True):
        played.setdefault(key, set()).add(seed)
    return played


def _without(part: Episodes, repeated: set[Key]) -> Episodes | None:
    """The episodes without some, and the runs that played them; None where no episode is left."""
    if not repeated:
        return part
    mask = np.array([key not in repeated for key in _keys(part)])
    left = Episodes(part.game, part.runs, part.table.filter(mask))
    players = {key[:3] for key in _keys(left)}
    return Episodes(left.game, tuple(run for run in left.runs if run.key in players), left.table) if players else None


def dealt(episodes: Episodes, count: int) -> Episodes:
    """The first so many levels, each as played by one training seed, dealt to them in turn; of one split and mode."""
    who, level = episodes.column("training_seed"), episodes.column("level_seed")
    seeds, levels = np.unique(who), np.unique(level)[:count]
    player = {int(each): int(seeds[k % len(seeds)]) for k, each in enumerate(levels)}
    rows = [row for row in range(len(episodes)) if player.get(int(level[row])) == who[row]]
    return Episodes(episodes.game, episodes.runs, episodes.table.take(rows).sort_by("level_seed"))


def first_seeds(episodes: Episodes, count: int) -> Episodes:
    """The episodes of the first so many training seeds."""
    kept = sorted({run.training_seed for run in episodes.runs})[:count]
    runs = tuple(run for run in episodes.runs if run.training_seed in kept)
    own = pc.is_in(episodes.table["training_seed"], pa.array(kept, pa.int64()))
    return Episodes(episodes.game, runs, episodes.table.filter(own))
