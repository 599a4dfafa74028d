"""What a model is shown of observations: as they are, as one array, or the last ones together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


@dataclass(frozen=True)
class Shown:
    """How a model is shown observations.

    Attributes:
        flat: as one array of all values.
        frames: how many of the last observations, along the last axis.
    """

    flat: bool = False
    frames: int = 1

    def __str__(self) -> str:
        return "flattened" if self.flat else f"the last {self.frames}"

    def __call__(
        self, obs: Frames, past: Frames | None, episode_start: NDArray[np.bool_]
    ) -> tuple[Frames, Frames | None]:
        """What the model is shown, and what is passed back as `past` with the next observations.

        Args:
            obs: uint8, shape (n, *observation shape).
            past: as returned for the observations before; None if there are none.
            episode_start: bool, shape (n,): where an episode has just begun, so that the past is forgotten.
        """
        if self.flat:
            return obs.reshape(len(obs), -1), None
        if self.frames == 1:
            return obs, None
        width = obs.shape[-1]
        kept = np.zeros((*obs.shape[:-1], (self.frames - 1) * width), obs.dtype) if past is None else past[..., width:]
        kept[episode_start] = 0
        stacked = np.concatenate([kept, obs], axis=-1)
        return stacked, stacked


PLAIN = Shown()
