"""Which levels the games of a training seed play."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..envs.engine.kernels.rng import level_seed
from ..envs.engine.levels import checked_seeds


def stream_seeds(seed: int, games: int) -> list[int]:
    """The seeds, in 0 .. 2^63-1, of the streams of levels that games 0 .. games-1 of a seed play.

    They are drawn as an environment draws the levels of a seed: neither neighbouring seeds nor neighbouring games share
    any. How many games there are changes none of them.

    Raises:
        ValueError: the seed is no integer in 0 .. 2^63-1.
    """
    of_game: Any = level_seed  # written for one game, and right for arrays as it stands
    seeds: list[int] = of_game(checked_seeds([seed]), np.arange(games)).tolist()
    return seeds
