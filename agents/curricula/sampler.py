"""The level sampler of a curriculum: what stands in front of the batch that training plays.

It draws new levels, tries levels between rollouts, and keeps a buffer of them. What is played of the buffer, and what
is kept in it, is for each kind to say: `replaying` and `learnability`. Levels are told apart by their seeds, so an
edited level has a seed of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.kernels.rng import level_seed
from ...envs.engine.levels import Levels, Results, draw_levels, margins
from ...envs.engine.task import Task
from ..streams import stream_seeds
from .buffer import Indices, LevelBuffer, Visit
from .scores import ORACLE, Floats, solved
from .settings import Curriculum

NEW, EDITED = range(2)  # streams of seeds


class Played(NamedTuple):
    """An episode of a policy on each level: its discounted return, its positive value loss, and its steps."""

    returns: Floats
    losses: Floats
    steps: Indices


Play = Callable[[Levels], Played]  # nothing is learned from it


class CurriculumSampler(ABC):
    """Chooses the levels of a task's training, and keeps what came of them.

    Args:
        task: what is played; its alpha is that of new levels.
        settings: how levels are chosen.
        seed: the training seed, in 0 .. 2^63-1: another one shares no new levels.
    """

    def __init__(self, task: Task, settings: Curriculum, seed: int) -> None:
        self.task, self.settings = task, settings
        self._streams, self._drawn = stream_seeds(seed, 2), [0, 0]
        self._bits = np.random.PCG64(seed)
        self.buffer = LevelBuffer(settings, self.fresh(settings.buffer))
        self.buffer.kept["optimum"] = self.optima(self.buffer.levels)

    @abstractmethod
    def explore(self, play: Play) -> None:
        """Try what is to be tried before a rollout."""

    def begin_round(self) -> None:
        """A rollout begins."""
        self.buffer.round += 1

    @abstractmethod
    def next_levels(self, n: int) -> Levels:
        """See `LevelSampler`."""

    def tell(self, results: Results) -> None:  # noqa: B027 - not every kind learns from what training plays
        """See `LevelSampler`."""

    def end_round(self, seeds: Indices, losses: Floats) -> None:  # noqa: B027
        """A rollout has ended, with these positive value losses of the levels of some seeds, in order."""

    def fresh(self, n: int) -> Levels:
        """New levels of the training distribution."""
        return draw_levels(self.task, self._next_seeds(NEW, n))

    def tried(self, levels: Levels, optima: Floats, play: Play) -> Visit:
        """What the episodes of a try come to."""
        played = [play(levels) for _ in range(self.settings.episodes)]
        at = np.tile(np.arange(len(levels)), len(played))
        returns = np.concatenate([each.returns for each in played])
        losses = np.average([each.losses for each in played], axis=0, weights=[each.steps for each in played])
        return Visit.of(at, returns, self._solved(returns, optima[at]), losses)

    def optima(self, levels: Levels) -> Floats:
        """The optimum of each level in the training reward, where the score asks for it, else 0."""
        if self.settings.score not in ORACLE:
            return np.zeros(len(levels))
        return Batch.on(self.task, np.array(levels)).values(self.task.channel)[:, 0]

    def distinguishing(self) -> float:
        """The share of the buffer's levels on which the goals come apart, in [0, 1]."""
        return float((margins(self.task, np.array(self.buffer.levels)) > 0).mean())

    def _mixed(self, chosen: Levels) -> Levels:
        """Levels, of which a share is replaced by new ones."""
        new = self._uniform(len(chosen)) > self.settings.replay
        chosen[new] = self.fresh(int(new.sum()))
        return chosen

    def _solved(self, returns: Floats, optima: Floats) -> Floats:
        return solved(returns, optima, self.task.game.places)

    def _next_seeds(self, stream: int, n: int) -> Indices:
        of_episode: Any = level_seed  # written for one episode, and right for arrays as it stands
        episodes = self._drawn[stream] + np.arange(n)
        self._drawn[stream] += n
        return np.asarray(of_episode(np.array([self._streams[stream]]), episodes), np.int64)

    def _uniform(self, n: int) -> Floats:
        """Random numbers in (0, 1], float64, shape (n,), of raw words: NumPy promises those across versions."""
        words: NDArray[np.uint64] = self._bits.random_raw(n)
        return np.asarray(((words >> np.uint64(11)) + np.uint64(1)) * 2.0**-53, np.float64)
