"""Intervals: a 95 % hierarchical bootstrap, over training seeds and then over levels.

The unit is the training seed: each resample draws as many seeds as there are, with replacement, and
averages their measures, recomputed on levels that are resampled too. Every seed of a resample sees
the same resampled levels, because all seeds are tested on one level set: what a level does to all
of them alike then stays in the interval instead of averaging out. With one training seed the
interval covers the choice of levels only; with few it is a rough guide, so the seeds are shown.

The generator is used by its raw 64-bit words, which NumPy promises across versions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .arrays import LevelValues
from .catalogue import Measure, computed
from .estimates import Estimate
from .fractions import Floats

RESAMPLES = 2000
LEVEL = 0.95
WORDS = 4_000_000  # random words held at once


def estimates(values: LevelValues, resamples: int = RESAMPLES, seed: int = 0) -> dict[Measure, Estimate]:
    """An estimate of every measure."""
    points, drawn = computed(values), bootstrap(values, resamples, seed)
    return {measure: _estimate(point, drawn[measure]) for measure, point in points.items()}


def bootstrap(values: LevelValues, resamples: int = RESAMPLES, seed: int = 0) -> dict[Measure, Floats]:
    """Resampled means over training seeds of every measure, shape (resamples,)."""
    bits = np.random.PCG64(seed)
    widest = max((array.shape[1] for array in values.values.values()), default=1)
    block = max(1, WORDS // widest)
    parts = [_block(values, min(block, resamples - start), bits) for start in range(0, resamples, block)]
    return {measure: np.concatenate([part[measure] for part in parts]) for measure in parts[0]}


def _block(values: LevelValues, resamples: int, bits: np.random.PCG64) -> dict[Measure, Floats]:
    weights = draw_counts(bits, resamples, len(values.seeds)) / len(values.seeds)
    counts = {split: draw_counts(bits, resamples, array.shape[1]) for split, array in values.values.items()}
    return {measure: (weights * value).sum(axis=-1) for measure, value in computed(values, counts).items()}


def draw_counts(bits: np.random.PCG64, resamples: int, n: int) -> Floats:
    """How often each of `n` things is drawn in `n` draws with replacement, shape (resamples, n)."""
    words: NDArray[np.uint64] = bits.random_raw(resamples * n).reshape(resamples, n)
    drawn = ((words >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)
    rows = np.arange(resamples)[:, None] * n
    return np.bincount((rows + drawn).ravel(), minlength=resamples * n).reshape(resamples, n).astype(np.float64)


def _estimate(seeds: Floats, drawn: Floats) -> Estimate:
    mean, tail = float(seeds.mean()), (1 - LEVEL) / 2
    by_seed = tuple(_known(value) for value in seeds)
    known = drawn[~np.isnan(drawn)]
    if np.isnan(mean) or not len(known):
        return Estimate(mean=_known(mean), seeds=by_seed)
    low, high = np.quantile(known, [tail, 1 - tail])
    return Estimate(mean=mean, low=float(low), high=float(high), seeds=by_seed)


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
