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

from .records import Record
from .reference import Floats
from .scores import Measures, Panel

RESAMPLES = 2000
LEVEL = 0.95
WORDS = 4_000_000  # random words held at once


class Estimate(Record):
    """A measure over training seeds: mean, 95 % interval, and its value for each seed; None is missing."""

    mean: float | None
    low: float | None = None
    high: float | None = None
    seeds: tuple[float | None, ...] = ()


MISSING = Estimate(mean=None)


def estimates(panel: Panel, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Estimate]:
    """An estimate of every measure of a panel."""
    points, drawn = panel.measures(), bootstrap(panel, resamples, seed)
    return {name: _estimate(points[name], drawn[name]) for name in points}


def bootstrap(panel: Panel, resamples: int = RESAMPLES, seed: int = 0) -> Measures:
    """Resampled means over training seeds of every measure, shape (resamples,)."""
    bits = np.random.PCG64(seed)
    widest = max((values.shape[1] for values in panel.values.values()), default=1)
    block = max(1, WORDS // widest)
    parts = [_block(panel, min(block, resamples - start), bits) for start in range(0, resamples, block)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _block(panel: Panel, resamples: int, bits: np.random.PCG64) -> Measures:
    weights = draw_counts(bits, resamples, len(panel.seeds)) / len(panel.seeds)
    counts = {split: draw_counts(bits, resamples, values.shape[1]) for split, values in panel.values.items()}
    return {name: (weights * each).sum(axis=-1) for name, each in panel.measures(counts).items()}


def draw_counts(bits: np.random.PCG64, resamples: int, n: int) -> Floats:
    """How often each of `n` things is drawn in `n` draws with replacement, shape (resamples, n)."""
    words: NDArray[np.uint64] = bits.random_raw(resamples * n).reshape(resamples, n)
    drawn = ((words >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)
    rows = np.arange(resamples)[:, None] * n
    return np.bincount((rows + drawn).ravel(), minlength=resamples * n).reshape(resamples, n).astype(np.float64)


def _estimate(seeds: Floats, drawn: Floats) -> Estimate:
    mean, tail = float(seeds.mean()), (1 - LEVEL) / 2
    each = tuple(_known(one) for one in seeds)
    there = drawn[~np.isnan(drawn)]
    if np.isnan(mean) or not len(there):
        return Estimate(mean=_known(mean), seeds=each)
    low, high = np.quantile(there, [tail, 1 - tail])
    return Estimate(mean=mean, low=float(low), high=float(high), seeds=each)


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
