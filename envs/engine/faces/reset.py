"""What a user may ask of a reset, the same for every face: a level by its seed, or one written as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....choices import choose, shown
from ..batch import Batch
from ..levels import checked_seeds
from ..parse import parse

OPTIONS = ("level", "level_seed", "reset_mask")


def reset_with_options(batch: Batch, where: NDArray[np.int64], options: Mapping[str, Any] | None) -> None:
    """Start the games `where`: on their next levels, or on those that `options` asks for.

    Options:
        level_seed: an integer in 0 .. 2^63-1, or one for each game.
        level: a level as text, or the name of one that the game has named; or one for each game.

    Raises:
        ValueError: an option is unknown, both are given, or their number is not that of the games.
        TypeError: the options are no mapping, or a level is no text.
    """
    asked = {} if options is None else checked_options(options)
    for name in asked:
        choose("reset option", name, OPTIONS)
    if "level" in asked and "level_seed" in asked:
        raise ValueError("ask for a level by 'level' or by 'level_seed', not both")
    if "level" in asked:
        batch.reset_to_levels(_levels(batch, asked["level"], len(where)), where)
    elif "level_seed" in asked:
        batch.reset_to_seeds(_seeds(asked["level_seed"], len(where)), where)
    else:
        batch.reset(where)


def checked_options(options: Any) -> dict[str, Any]:
    """Options by name; TypeError where they are no mapping."""
    if not isinstance(options, Mapping):
        raise TypeError(f'reset options are a dictionary, such as {{"level_seed": 7}}, not {shown(options)}')
    return dict(options)


def checked_seed(seed: Any) -> Any:
    """The seed of many games; TypeError unless it is an integer, a list with one for each game, or None."""
    if isinstance(seed, bool) or not (
        seed is None or isinstance(seed, int | np.integer | list | tuple) or _is_row(seed)
    ):
        raise TypeError(f"a seed is an integer in 0 .. 2^63-1, or a list with one for each game, not {shown(seed)}")
    return seed


def _is_row(given: Any) -> bool:
    return isinstance(given, np.ndarray) and given.ndim == 1


def fresh_seeds(n: int) -> list[int]:
    """Seeds for games that were given none, from the system's entropy."""
    return [int(word) for word in np.random.SeedSequence().generate_state(n)]


def _levels(batch: Batch, level: Any, n: int) -> NDArray[np.void]:
    texts = [level] * n if isinstance(level, str) else level
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"a level is a text, one line a row, or a list with one for each game, not {shown(level)}")
    if len(texts) != n:
        raise ValueError(f"{len(texts)} levels for {n} games: give one, or one for each")
    return np.concatenate([parse(batch.task, text) for text in texts])


def _seeds(asked: Any, n: int) -> NDArray[np.int64]:
    seeds = checked_seeds(asked)
    if seeds.shape not in ((), (1,), (n,)):
        raise ValueError(f"{seeds.size} level seeds for {n} games: give one, or one for each")
    return np.broadcast_to(seeds, n)
