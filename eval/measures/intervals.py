"""Intervals: what a number from few training seeds and many levels says of all seeds and all levels.

The unit is the training seed, and every seed's value is kept. All seeds are tested on one level set, so what a level
does to all of them alike does not average out over seeds. Levels are resampled (bootstrap), with the measures
recomputed on each resample, the same for all seeds.

* Of one seed, the interval covers the choice of levels only.
* Of 2 to 4 seeds there is none: where seeds can go different ways, three that agree say too little of the next. The
  mean is shown with the range of the seeds.
* Of `ENOUGH` seeds and more it is a t interval. The mean over n seeds has the variance S^2 / n + C: S^2 is the
  variance of the seeds' values, C what the levels' choice adds to all seeds alike, that is (n B - W) / (n - 1) with B
  the resampled variance of the mean and W the mean of the seeds' resampled variances. By Satterthwaite (1946) its
  degrees of freedom are (S^2 / n + C)^2 / ((S^2 / n)^2 / (n - 1)).

An interval takes means for nearly normal. Where few episodes tell of a number, as of a share that is nearly 0, they are
lopsided and it would be too short: none is shown where their skewness exceeds `SKEWED`, which that of a count does up
to about 16; nor where it would reach less than `NARROW` to each side, which two decimals do not show.

`benchmarks/intervals.py` simulates how often they hold the truth. The generator is used by its raw 64-bit words,
which NumPy promises across versions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...pursuit import TINY, Floats
from .arrays import LevelValues
from .catalogue import Measure, computed
from .estimates import Estimate

RESAMPLES = 2000
LEVEL = 0.95
ENOUGH = 5  # training seeds for an interval over seeds
SKEWED, NARROW = 0.25, 0.005


def estimates(
    values: LevelValues, resamples: int = RESAMPLES, seed: int = 0, kinds: Iterable[str] = ()
) -> dict[Measure, Estimate]:
    """An estimate of every measure of some kinds, all by default."""
    points, drawn = computed(values, kinds=kinds), resampled(values, resamples, seed, kinds)
    return {measure: estimated(point, drawn[measure]) for measure, point in points.items()}


def resampled(
    values: LevelValues, resamples: int = RESAMPLES, seed: int = 0, kinds: Iterable[str] = ()
) -> dict[Measure, Floats]:
    """Measures of some kinds, all by default, on resampled levels: shape (resamples, seeds)."""
    drawn = draw_counts(seed, resamples, tuple(array.shape[1] for array in values.values.values()))
    return computed(values, dict(zip(values.values, drawn, strict=True)), kinds)


@lru_cache(maxsize=1)  # the reports of a board are nearly all on as many levels
def draw_counts(seed: int, resamples: int, sizes: tuple[int, ...]) -> tuple[Floats, ...]:
    """How often each of n things is drawn in n draws with replacement, shape (resamples, n), for each n of `sizes`."""
    bits = np.random.PCG64(seed)
    return tuple(_counts(bits, resamples, n) for n in sizes)


def draw(bits: np.random.PCG64, shape: tuple[int, ...], n: int) -> NDArray[np.int64]:
    """Numbers below n, drawn with replacement, of a shape."""
    words: NDArray[np.uint64] = bits.random_raw(math.prod(shape)).reshape(shape)
    return ((words >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)


def _counts(bits: np.random.PCG64, resamples: int, n: int) -> Floats:
    drawn = draw(bits, (resamples, n), n)
    rows = np.arange(resamples)[:, None] * n
    counts = np.bincount((rows + drawn).ravel(), minlength=resamples * n).reshape(resamples, n).astype(np.float64)
    counts.flags.writeable = False
    return counts


def estimated(seeds: Floats, drawn: Floats) -> Estimate:
    """An estimate from the seeds' values, shape (seeds,), and resampled ones, shape (resamples, seeds)."""
    mean, known = float(seeds.mean()), drawn[~np.isnan(drawn).any(axis=1)]
    by_seed = tuple(None if np.isnan(value) else float(value) for value in seeds)
    if np.isnan(mean):
        return Estimate(mean=None, seeds=by_seed)
    if not len(known) or 1 < len(seeds) < ENOUGH:
        return Estimate(mean=mean, seeds=by_seed)
    low, high = percentiles(known[:, 0], LEVEL) if len(seeds) == 1 else t_interval(seeds, known)
    if not told(known.mean(axis=1), float(high - low) / 2):
        return Estimate(mean=mean, seeds=by_seed)
    return Estimate(mean=mean, low=float(low), high=float(high), seeds=by_seed)


def told(means: Floats, half: float) -> bool:
    """Whether enough episodes tell of a mean for an interval of this half width, about two standard deviations."""
    third = abs(((means - means.mean()) ** 3).mean())
    return half >= NARROW and third < SKEWED * (half / 2) ** 3


def percentiles(drawn: Floats, level: float) -> tuple[Floats, Floats]:
    """The middle `level` of resampled values, along the first axis."""
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def t_interval(seeds: Floats, drawn: Floats) -> tuple[float, float]:
    """The interval of a mean over seeds and levels."""
    n, mean = len(seeds), seeds.mean()
    between = seeds.var(ddof=1) / n
    shared = (n * drawn.mean(axis=1).var() - drawn.var(axis=0).mean()) / (n - 1)
    spread = between + max(0.0, shared)
    freedom = (n - 1) * (spread / between) ** 2 if between > TINY**2 else np.inf
    half = t_quantile(freedom) * np.sqrt(spread)
    return mean - half, mean + half


def t_quantile(freedom: float) -> float:
    """What a t variable exceeds in amount with the probability 1 - `LEVEL`."""
    from scipy.special import ndtri, stdtrit

    top = (1 + LEVEL) / 2
    return float(stdtrit(freedom, top) if freedom < 1e6 else ndtri(top))


def exact_interval(hits: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """What share of all may be like `hits` of `of` draws: the exact binomial interval (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(hits, of - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, of - hits, 1 - tail)) if hits < of else 1.0
    return low, high
