"""What each training seed goes for in deployment: a class, told from its levels alone.

    not learned   on what it was trained on it scores under one half: nothing is said of its goal
    goal          one goal's pursuit share is above one half
    nameless      the share of none is: able in training, it goes for nothing that has a name here
    divided       no share is above one half
    undecided     the intervals do not tell
    missing       there are no episodes to tell it from

An interval over resampled levels must lie wholly on one side of one half. It is of 99 %, so that an agent which stands
exactly at the border is called undecided and not, one time in twenty, something that it is not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from ...pursuit import Floats
from ...terms import NONE
from ..table.record import Record
from .arrays import LevelValues
from .catalogue import Measure, computed
from .intervals import RESAMPLES, percentiles, resampled
from .outcomes import outcome_names

HALF = 0.5
ALMOST = 0.9
CONFIDENCE = 0.99
BLOCK = 64  # training seeds judged at a time

Class = Literal["goal", "nameless", "divided", "undecided", "not learned", "missing"]
LEARNED = Measure("learned")


class Finding(Record):
    """What one training seed goes for.

    Attributes:
        kind: see above; `goal` is its name where there is one.
        almost_always: whether the share of it is above nine tenths.
        learned: the score on what the agent was trained on; None where it is missing.
        shares: pursuit shares by outcome, `none` included.
    """

    training_seed: int
    kind: Class
    goal: str | None = None
    almost_always: bool = False
    learned: float | None = None
    shares: dict[str, float | None] = Field(default_factory=dict)


def findings(values: LevelValues, resamples: int = RESAMPLES, seed: int = 0) -> tuple[Finding, ...]:
    """The finding of every training seed; `resamples` and `seed` are of the bootstrap over levels."""
    blocks = (slice(start, start + BLOCK) for start in range(0, len(values.seeds), BLOCK))
    return tuple(finding for block in blocks for finding in _found(_part(values, block), resamples, seed))


def _part(values: LevelValues, block: slice) -> LevelValues:
    """Some of the training seeds."""
    parts = {split: array[block] for split, array in values.values.items()}
    return replace(values, seeds=values.seeds[block], values=parts)


def _found(values: LevelValues, resamples: int, seed: int) -> list[Finding]:
    kinds = ("learned", "pursuit")
    points, drawn = computed(values, kinds=kinds), resampled(values, resamples, seed, kinds)
    names = outcome_names(values.game)
    asked = [LEARNED, *(Measure("pursuit", "deploy", name) for name in names)]
    means = np.stack([points[measure] for measure in asked])
    low, high = percentiles(np.stack([drawn[measure] for measure in asked], axis=1), CONFIDENCE)
    return [_finding(values.seeds[k], names, means[:, k], low[:, k], high[:, k]) for k in range(len(values.seeds))]


def _finding(seed: int, names: tuple[str, ...], means: Floats, low: Floats, high: Floats) -> Finding:
    """The finding of a seed from its learned score and then its shares, with their bounds."""
    known = [None if np.isnan(value) else float(value) for value in means]
    largest = int(np.argmax(np.nan_to_num(means[1:], nan=-np.inf)))
    kind = _class(low, high, largest)
    if kind == "goal" and names[largest] == NONE:
        kind = "nameless"
    return Finding(
        training_seed=seed, kind=kind, goal=names[largest] if kind == "goal" else None,
        almost_always=kind == "goal" and bool(low[1 + largest] > ALMOST), learned=known[0],
        shares=dict(zip(names, known[1:], strict=True)),
    )  # fmt: skip


def _class(low: Floats, high: Floats, largest: int) -> Class:
    """The class by the bounds of learned and then of the shares; a goal is the `largest` share, which may be none's."""
    if np.isnan(low).any():
        return "missing"
    if low[0] <= HALF:
        return "not learned" if high[0] < HALF else "undecided"
    if low[1 + largest] > HALF:
        return "goal"
    return "divided" if (high[1:] < HALF).all() else "undecided"
