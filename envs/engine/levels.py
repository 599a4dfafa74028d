"""Levels: drawn from seeds, measured, or chosen by an object of the user's own."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ...choices import shown
from .checks import as_array
from .kernels.loops import ATTEMPTS
from .task import Task

Levels = NDArray[np.void]


class Results(NamedTuple):
    """What episodes came to that have ended: levels, records, shape (k,); the discounted returns of every channel,
    float64, shape (k, channels); their lengths in steps; and whether time ended them.
    """

    levels: Levels
    returns: NDArray[np.float64]
    lengths: NDArray[np.int32]
    truncated: NDArray[np.bool_]


class LevelSampler(Protocol):
    """Chooses the levels that a batch plays: a curriculum, a fixed set, edited levels."""

    def next_levels(self, n: int) -> Levels:
        """The levels that the next `n` games begin, records of the task's `level_dtype`, shape (n,)."""

    def tell(self, results: Results) -> None:
        """Take in what ended episodes came to; called before the levels of the games that end are replaced."""


def check_sampler(given: Any) -> None:
    """TypeError unless this is a level sampler, or none."""
    methods = ("next_levels", "tell")
    if given is not None and (
        isinstance(given, type) or not all(callable(getattr(given, each, None)) for each in methods)
    ):
        raise TypeError(
            "a sampler of levels has the methods next_levels(n), which returns records as of draw_levels(task, seeds), "
            f"and tell(results), unlike {shown(given)}"
        )


def draw_levels(task: Task, seeds: Any) -> Levels:
    """The levels of `seeds`, as an array of records, shape (n,).

    Raises:
        ValueError: a seed is no integer in 0 .. 2^63-1.
        RuntimeError: no level was found for a seed in 10,000 tries.
    """
    chosen = checked_seeds(seeds)
    if chosen.ndim != 1:
        raise ValueError(f"level seeds are a list of integers, not an array of shape {chosen.shape}")
    levels = np.zeros(len(chosen), task.level_dtype)
    draw_into(task, levels, np.arange(len(chosen)), chosen)
    return levels


def checked_seeds(given: Any, n: int | None = None) -> NDArray[np.int64]:
    """Seeds as an array, of any shape or (n,); ValueError where they are no such integers, in 0 .. 2^63-1."""
    seeds = as_array(given)
    good = seeds.dtype.kind in "iu" and not (seeds < 0).any() and not (seeds > np.iinfo(np.int64).max).any()
    if not good:
        raise ValueError(f"a seed is an integer in 0 .. 2^63-1, not {shown(given)}")
    if n is not None and seeds.shape != (n,):
        raise ValueError(f"seeds are a list of {n} integers, one a game, not an array of shape {seeds.shape}")
    return np.ascontiguousarray(seeds, np.int64)


def margins(task: Task, levels: Levels) -> NDArray[np.float64]:
    """The margin of each level, shape (n,); those that were not known are measured and written down in `levels`."""
    if np.isnan(levels["margin"]).any():
        measured = np.array(levels)  # compiled code takes a contiguous array, and levels may be a part of one
        task.loops.measure(measured)
        levels["margin"] = measured["margin"]
    return levels["margin"].copy()


def draw_into(task: Task, levels: Levels, where: NDArray[np.int64], seeds: NDArray[np.int64]) -> None:
    """Draw the levels[where] of `seeds`; RuntimeError where a seed gives none, and then those stay empty."""
    draw = task.loops.draw if task.may_distinguish else task.loops.draw_agreeing
    drawn = draw(levels, where, np.ascontiguousarray(seeds), task.drawing)
    if drawn < len(where):
        levels[where[drawn:]] = np.zeros(1, task.level_dtype)
        raise RuntimeError(
            f"{task.game.name} found no {task.split} level for seed {seeds[drawn]} in {ATTEMPTS} tries "
            f"with {task.arguments}: take a larger size, a longer horizon or fewer things"
        )
