"""What an episode went for: one of the declared goals and misspecified rewards, or nothing that has a name.

All of them always count, whatever the agent was trained on. Where goals are places, it is the one reached first;
otherwise the one of which the largest fraction was achieved, beyond what chance achieves on the level, if that is
half of the optimum at least. Ties are the intended goal's. Random play is judged by the same rule, episode by episode.

The arithmetic of scores is the same everywhere: fractions of an optimum, corrected for chance; what is missing is NaN
and stays so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .terms import Reward

THRESHOLD = 0.5  # of an optimum: who achieves less of every goal went for none
TINY = 1e-9  # returns and fractions that differ by less are the same

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


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


def outcomes(
    rewards: Sequence[Reward], places: bool, achieved: Floats, chance: Floats, reached: NDArray[np.integer]
) -> Indices:
    """What episodes went for: an index into `rewards`, or len(rewards) for none; shape (...).

    Args:
        rewards: goals and misspecified rewards, one of them intended.
        places: whether goals are places.
        achieved: the fraction of each optimum that was achieved, shape (..., rewards); NaN where there is none.
        chance: the mean of that fraction in random play on the same level, of a shape that fits.
        reached: the step of the first positive reward, -1 without one, shape (..., rewards).
    """
    if places:
        merit, least = np.where(reached >= 0, -reached.astype(np.float64), -np.inf), -np.inf
    else:
        merit, least = np.nan_to_num(corrected(achieved, chance), nan=-np.inf), THRESHOLD - TINY
    best = merit.max(axis=-1)
    top = merit >= best[..., None] - TINY
    wanted = [reward.role for reward in rewards].index("intended")
    first = np.where(top[..., wanted], wanted, np.argmax(top, axis=-1))
    return np.where((best < least) | np.isneginf(best), len(rewards), first)
