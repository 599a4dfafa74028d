"""What a user may ask of a reset, the same for every face: a level by its seed, or one drawn in ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....choices import choose
from ..batch import Batch, checked_seeds
from ..parse import parse

OPTIONS = ("level", "level_seed", "reset_mask")


def begin(batch: Batch, where: NDArray[np.int64], options: Mapping[str, Any] | None) -> None:
    """Start the games `where`: on their next levels, or on those that `options` asks for.

    Options:
        level_seed: an integer in 0 .. 2^63-1, or one for each game.
        level: a level in ASCII, or one for each game.
    """
    asked = dict(options or {})
    for name in asked:
        choose("reset option", name, OPTIONS)
    if "level" in asked and "level_seed" in asked:
        raise ValueError("ask for a level by 'level' or by 'level_seed', not both")
    if "level" in asked:
        _begin_drawn(batch, where, asked["level"])
    elif "level_seed" in asked:
        batch.begin_seeds(where, _seeds(asked["level_seed"], len(where)))
    else:
        batch.begin(where)


def _begin_drawn(batch: Batch, where: NDArray[np.int64], level: Any) -> None:
    texts = [level] * len(where) if isinstance(level, str) else list(level)
    if len(texts) != len(where):
        raise ValueError(f"{len(texts)} levels for {len(where)} games: give one, or one for each")
    batch.levels[where] = np.concatenate([parse(batch.task, text) for text in texts])
    batch.restart(where)


def _seeds(asked: Any, n: int) -> NDArray[np.int64]:
    seeds = checked_seeds(asked)
    if seeds.shape not in ((), (1,), (n,)):
        raise ValueError(f"{seeds.size} level seeds for {n} games: give one, or one for each")
    return np.broadcast_to(seeds, n)
