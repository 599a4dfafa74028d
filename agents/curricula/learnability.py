"""Sampling for learnability (Rutherford et al. 2024): levels that are solved now and then, neither always nor never.

Every so many rollouts the policy plays new levels several times, and those of the highest p (1 - p) are the buffer
until the next time. Training plays a mixture of the buffer, all its levels alike, and of new levels.
"""

from __future__ import annotations

import numpy as np

from ...envs.engine.levels import Levels
from .buffer import LevelBuffer
from .sampler import CurriculumSampler, Play


class LearnabilitySampler(CurriculumSampler):
    """As its base: the buffer is found anew as a whole, and what training plays leaves it as it is."""

    def explore(self, play: Play) -> None:
        """Find a new buffer, where it is time for one."""
        if self.buffer.round % self.settings.every == 0:
            self._renew(play)

    def _renew(self, play: Play) -> None:
        levels = self.fresh(self.settings.candidates)
        optima, found = self.optima(levels), LevelBuffer(self.settings, levels)
        found.kept["optimum"] = optima
        found.tell(np.arange(len(levels)), self.tried(levels, optima, play))
        best = np.argsort(-found.scores(), kind="stable")[: self.settings.buffer]
        renewed = LevelBuffer(self.settings, levels[best])
        renewed.kept[:], renewed.round = found.kept[best], self.buffer.round
        self.buffer = renewed

    def next_levels(self, n: int) -> Levels:
        """See `LevelSampler`: of the buffer, each as likely as another, or new."""
        at = (self._uniform(n) * len(self.buffer.kept)).astype(np.int64) % len(self.buffer.kept)
        return self._mixed(self.buffer.levels[at])
