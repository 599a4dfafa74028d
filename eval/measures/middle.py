"""The interquartile mean over environments and training seeds, for what a way of training comes to as a whole.

It is the mean of the middle half of all values, one for each environment and training seed (Agarwal et al. 2021): a
quarter is left out at either end, so that no single environment carries it. Every environment has as many seeds, and
thereby as much weight.

Its interval covers the choice of seeds, not of environments, which are those of the suite. Seeds are resampled in each
environment (stratified bootstrap). n resampled seeds spread less than n others would, by the factor sqrt((n - 1) / n),
which is taken out again. As everywhere, there is no interval for fewer than `ENOUGH` seeds.
"""

from __future__ import annotations

import numpy as np

from ...pursuit import Floats
from .estimates import MISSING, Estimate
from .intervals import ENOUGH, LEVEL, RESAMPLES, draw, percentiles


def middle(values: Floats, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """The interquartile mean of values, float64, shape (environments, seeds).

    A value that is missing, NaN, makes it missing.

    Args:
        resamples, seed: of the bootstrap.
    """
    if not values.size or np.isnan(values).any():
        return MISSING
    mean, n = float(_trimmed(values.reshape(1, -1))[0]), values.shape[1]
    if n < ENOUGH:
        return Estimate(mean=mean)
    low, high = percentiles(_trimmed(_resampled(values, resamples, seed)), LEVEL)
    wider = np.sqrt(n / (n - 1))
    return Estimate(mean=mean, low=float(mean + wider * (low - mean)), high=float(mean + wider * (high - mean)))


def _trimmed(values: Floats) -> Floats:
    """The mean of the middle half of each row."""
    from scipy.stats import trim_mean

    means: Floats = trim_mean(values, 0.25, axis=1)
    return means


def _resampled(values: Floats, resamples: int, seed: int) -> Floats:
    """Seeds drawn with replacement in each environment, shape (resamples, environments * seeds)."""
    drawn = draw(np.random.PCG64(seed), (resamples, *values.shape), values.shape[1])
    return np.take_along_axis(values[None], drawn, axis=2).reshape(resamples, -1)
