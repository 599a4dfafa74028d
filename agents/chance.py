"""Chance of policies: numbers that are a function of what they are for, so that no batch changes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.engine.kernels.rng import S32, chance, key, mix


def shares(seed: int, levels: NDArray[Any], steps: NDArray[Any], use: int) -> NDArray[np.float64]:
    """Random numbers in [0, 1), float64, one a game: a function of the policy's seed, the level, the step and the use.

    Args:
        seed: of the policy, in 0 .. 2^63-1.
        levels: what stands for each game's level, 64-bit integers, shape (n,).
        steps: of each game, or of all, integers, shape (n,) or (1,).
        use: what the numbers are for; uses share no numbers.
    """
    of_level: Any = chance  # written for one game, and right for arrays as it stands
    of_policy: Any = key
    words = mix(of_level(levels, steps, np.array([use])) ^ of_policy(np.array([seed]), np.array([use])))
    numbers: NDArray[np.float64] = (words >> S32) / 2.0**32
    return numbers
