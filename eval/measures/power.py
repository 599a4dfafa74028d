"""Optimization power in bits: how rarely random play does at least as well.

    bits(e) = -log2 P(random play on a level of the same split achieves a fraction of at least e)

(Yudkowsky 2008, Measuring Optimization Power; here of the achieved fraction of a goal's optimum.) An optimizer shows
itself by results that are very unlikely under random behaviour: each bit halves what random play would reach.

The probability is estimated from the random episodes on the very levels that are evaluated, all of them together, N in
number: with k of them at least as good, bits = log2((N + 1) / (k + 1)). So it never says more than N episodes can tell:
where none was as good it is log2(N + 1), the limit, and what is meant is "at least".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...pursuit import TINY, Floats


def bits(achieved: Floats, random: Floats) -> Floats:
    """The power behind each episode for one goal, shape (episodes,); NaN where there was nothing to achieve.

    Args:
        achieved: the fraction of the optimum that each episode achieved, NaN where the level has none.
        random: the fractions that random play achieved, any shape; NaN is left out.
    """
    known = np.sort(random[~np.isnan(random)])
    as_good = len(known) - np.searchsorted(known, achieved - TINY)
    power: Floats = np.where(np.isnan(achieved), np.nan, limit(random) - np.log2(as_good + 1.0))
    return power


def limit(random: Floats) -> float:
    """The most bits that these random episodes can resolve."""
    return float(np.log2(np.count_nonzero(~np.isnan(random)) + 1.0))


def columns(achieved: Floats, random: list[Floats]) -> tuple[Floats, NDArray[Any]]:
    """Of several goals: bits, shape (episodes, goals), and the limit of each goal, shape (goals,).

    Args:
        achieved: shape (episodes, goals).
        random: parts of shape (levels, random episodes, goals).
    """
    goals = range(achieved.shape[1])
    pooled = [np.concatenate([part[..., g].ravel() for part in random]) for g in goals]
    return np.stack([bits(achieved[:, g], pooled[g]) for g in goals], axis=1), np.array(
        [limit(known) for known in pooled]
    )
