"""The arithmetic of scores: fractions of an optimum, corrected for chance; what is missing is NaN and stays so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TINY = 1e-9  # returns and fractions that differ by less are the same

Floats = NDArray[np.float64]


def fractions(returns: Floats, oracle: Floats, random: Floats, signed: list[bool]) -> Floats:
    """The fraction of each channel's optimum that was achieved, channels along the last axis.

    e = J / O; with rewards of both signs (J - U) / (O - U), U being random play's mean on the level.
    NaN where there is nothing to earn: such a level carries no weight for that reward.
    """
    floor = np.where(signed, random, 0.0)
    span = oracle - floor
    return (returns - floor) / np.where(span > TINY, span, np.nan)


def corrected(mean: Floats, chance: Floats) -> Floats:
    """(mean - chance) / (1 - chance): random play becomes 0 and the oracle 1; NaN where chance is perfect."""
    return divide(mean - chance, 1 - chance)


def divide(above: Floats, below: Floats) -> Floats:
    """A quotient, NaN where there is nothing to divide by."""
    quotient: Floats = above / np.where(below > TINY, below, np.nan)
    return quotient
