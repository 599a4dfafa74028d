"""Differences between two agents on the same levels: which of them is higher, and whether that can be told.

Levels are resampled once for both agents, so that what a level does to both of them cancels (paired bootstrap). The
unit is the training seed, as in `intervals`:

* Of one training seed each, the interval of a difference is that of its resampled values: it covers the choice of
  levels, for these two agents.
* Of `ENOUGH` seeds and more, it is Welch's (1947) t interval with the levels' part joined. Over n and m seeds the
  difference of means has the variance S^2 / n + T^2 / m + C: S^2 and T^2 are the variances of the seeds' values, and
  C what the choice of levels adds to the difference of all seeds alike. With B the resampled variance of the difference
  of means, B_1 that of the first mean, W_1 the mean of its seeds' resampled variances, and so for the second,
  C = B - (W_1 - B_1) / (n - 1) - (W_2 - B_2) / (m - 1). By Satterthwaite (1946) its degrees of freedom are
  (S^2 / n + T^2 / m + C)^2 / ((S^2 / n)^2 / (n - 1) + (T^2 / m)^2 / (m - 1)). An agent with one seed counts as that
  one agent: it adds to C alone.
* Where either has 2 to 4 seeds there is none. If every seed of one lies above every seed of the other, that is said,
  with the exact probability that seeds which are dealt to the two agents at random come to lie so, either way:
  2 / (n + m choose n).

An agent is higher where the whole interval lies on one side of 0. Where few episodes tell of a difference, no interval
is shown (`told`), and it must stay on that side when it is wider by what so few may hide: 2 (1 - 0.025 ^ (1 / levels)),
the exact bound (Clopper and Pearson 1934) on a mean of numbers in -1 .. 1 that were all alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import comb
from typing import Literal, NamedTuple

import numpy as np

from ...pursuit import TINY, Floats
from .arrays import LevelValues
from .catalogue import Measure, computed
from .estimates import Row
from .intervals import ENOUGH, LEVEL, RESAMPLES, percentiles, resampled, t_quantile, told

Word = Literal["first higher", "second higher", "first above", "second above", "equal", "cannot tell", "missing"]
COMPARED = ("pursuit", "gap", "score")  # kinds of measures


class Sampled(NamedTuple):
    """A measure of one agent: its seeds' values, shape (seeds,), and these on resampled levels, (resamples, seeds)."""

    seeds: Floats
    drawn: Floats


class Difference(Row):
    """A measure of the first agent less that of the second: `mean`, and `low` and `high` where there is an interval.

    Attributes:
        seeds: the difference of every pair of training seeds, one of each agent; the second agent's vary fastest.
        word: `higher` by an interval; `above` where every seed of one lies above every seed of the other.
        chance: the probability of `above` by chance alone.
    """

    word: Word
    chance: float | None = None


def sampled(
    values: LevelValues, resamples: int = RESAMPLES, seed: int = 0, kinds: Iterable[str] = COMPARED
) -> dict[Measure, Sampled]:
    """Measures of an agent for `differences`: the same `seed` draws the same levels for all agents that played them."""
    drawn = resampled(values, resamples, seed, kinds)
    return {measure: Sampled(seeds, drawn[measure]) for measure, seeds in computed(values, kinds=kinds).items()}


def differences(first: dict[Measure, Sampled], second: dict[Measure, Sampled], levels: int) -> tuple[Difference, ...]:
    """The difference of every measure that applies to both agents.

    Args:
        levels: how many levels of a split both played, the fewest if splits differ.
    """
    return tuple(difference(measure, first[measure], second[measure], levels) for measure in first if measure in second)


def difference(measure: Measure, first: Sampled, second: Sampled, levels: int) -> Difference:
    """The difference of one measure, with what can be told of it."""
    known = ~np.isnan(np.concatenate([first.drawn, second.drawn], axis=1)).any(axis=1)
    first, second = (Sampled(agent.seeds, agent.drawn[known]) for agent in (first, second))
    pairs = np.subtract.outer(first.seeds, second.seeds).ravel()
    missing = Difference(kind=measure.kind, split=measure.split, name=measure.name, mean=None, word="missing")
    if np.isnan(pairs).any() or not known.any():
        return missing
    mean = float(first.seeds.mean() - second.seeds.mean())
    equal = missing.model_copy(update={"mean": mean, "seeds": tuple(pairs.tolist()), "word": "equal"})
    if np.abs(pairs).max() < TINY and np.abs(_means(first, second)).max() < TINY:
        return equal
    counts = len(first.seeds), len(second.seeds)
    few = any(1 < count < ENOUGH for count in counts)
    return equal.model_copy(update=_of_few(pairs, *counts) if few else _of_interval(first, second, levels))


def _means(first: Sampled, second: Sampled) -> Floats:
    """The resampled difference of the means over seeds, shape (resamples,)."""
    means: Floats = first.drawn.mean(axis=1) - second.drawn.mean(axis=1)
    return means


def _of_few(pairs: Floats, n: int, m: int) -> dict[str, Word | float]:
    """What few training seeds tell."""
    if pairs.min() <= TINY and pairs.max() >= -TINY:
        return {"word": "cannot tell"}
    return {"word": "first above" if pairs.min() > 0 else "second above", "chance": separated_by_chance(n, m)}


def separated_by_chance(n: int, m: int) -> float:
    """How likely all of `n` numbers lie on one side of all of `m` others, when all are alike."""
    return 2 / comb(n + m, n)


def _of_interval(first: Sampled, second: Sampled, levels: int) -> dict[str, Word | float]:
    """What an interval tells, and its bounds where it is shown."""
    low, high = interval(first, second)
    if told(_means(first, second), (high - low) / 2):
        return {"word": _side(low, high), "low": low, "high": high}
    return {"word": _side(low - hidden(levels), high + hidden(levels))}


def _side(low: float, high: float) -> Word:
    return "first higher" if low > 0 else "second higher" if high < 0 else "cannot tell"


def hidden(levels: int) -> float:
    """By how much a mean of numbers in -1 .. 1 may be off, although they were alike on all of these levels."""
    return float(2 * (1 - ((1 - LEVEL) / 2) ** (1 / levels)))


def interval(first: Sampled, second: Sampled) -> tuple[float, float]:
    """The interval of a difference: over levels for one training seed each, else over seeds and levels."""
    if len(first.seeds) == len(second.seeds) == 1:
        low, high = percentiles(_means(first, second), LEVEL)
        return float(low), float(high)
    return welch_interval(first, second)


def welch_interval(first: Sampled, second: Sampled) -> tuple[float, float]:
    """The interval of a difference of means over seeds and levels."""
    agents = [agent for agent in (first, second) if len(agent.seeds) > 1]
    between = np.array([agent.seeds.var(ddof=1) / len(agent.seeds) for agent in agents])
    shared = _means(first, second).var() - sum(map(_own_part, agents))
    spread = between.sum() + max(0.0, shared)
    uncertain = sum(part**2 / (len(agent.seeds) - 1) for part, agent in zip(between, agents, strict=True))
    freedom = spread**2 / uncertain if between.max() > TINY**2 else np.inf
    middle, half = first.seeds.mean() - second.seeds.mean(), t_quantile(freedom) * np.sqrt(spread)
    return float(middle - half), float(middle + half)


def _own_part(agent: Sampled) -> float:
    """What the choice of levels adds to the variance of a mean over seeds in moving each seed by itself."""
    return float(agent.drawn.var(axis=0).mean() - agent.drawn.mean(axis=1).var()) / (len(agent.seeds) - 1)
