"""The level sampler of a curriculum: what stands in front of the batch that training plays.

Each rollout has a hand of levels, different ones, drawn from the buffer; games that end take the next of them, round
and round. Levels are told apart by their seeds, so an edited level has a seed of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.editing import edit_levels
from ...envs.engine.kernels.rng import level_seed
from ...envs.engine.levels import Levels, Results, draw_levels, margins
from ...envs.engine.task import Task
from ..streams import stream_seeds
from .buffer import NOWHERE, Indices, LevelBuffer, Played, Tried
from .scores import ORACLE, Floats
from .settings import Curriculum

NEW, EDITED = range(2)  # streams of seeds
Play = Callable[[Levels], Played]  # an episode of the policy on each level, which is not learned from


class CurriculumSampler:
    """Chooses the levels of a task's training, and keeps what came of them.

    Args:
        task: what is played; its alpha is that of new levels.
        settings: how levels are chosen.
        seed: the training seed, in 0 .. 2^63-1: another one shares no new levels.
        games: how many levels a rollout has in hand, as many as the buffer holds at most.
    """

    def __init__(self, task: Task, settings: Curriculum, seed: int, games: int) -> None:
        self.task, self.settings, self.games = task, settings, games
        self._streams, self._drawn = stream_seeds(seed, 2), [0, 0]
        self._bits, self._dealt = np.random.PCG64(seed), 0
        self.buffer = LevelBuffer(settings, self.fresh(settings.buffer))
        self.buffer.kept["optimum"] = self.optima(self.buffer.levels)
        self._deal()

    def fresh(self, n: int) -> Levels:
        """New levels of the training distribution."""
        return draw_levels(self.task, self._next_seeds(NEW, n))

    def edited(self) -> Levels:
        """A level made of each that is in hand."""
        return edit_levels(
            self.task, self.buffer.levels[self.hand], self._next_seeds(EDITED, self.games), self.settings.edits,
            self.settings.edit_steps,
        )  # fmt: skip

    def explore(self, play: Play) -> None:
        """Try what is to be tried before a rollout: edited levels, and new ones until a batch is replayed."""
        if self.settings.robust:
            if self.settings.edits and self.buffer.round:
                self._try(self.edited(), play)
            while not self.replays():
                self._try(self.fresh(self.games), play)

    def _try(self, levels: Levels, play: Play) -> None:
        played = play(levels)
        self.buffer.insert(Tried(levels, played.returns, self.optima(levels), played.losses))

    def replays(self) -> bool:
        """Whether the next batch is replayed, and no new one tried."""
        return bool(self._uniform(1)[0] <= self.settings.replay)

    def begin_round(self) -> None:
        """Deal new levels for the next rollout."""
        self.buffer.round += 1
        self._deal()

    def next_levels(self, n: int) -> Levels:
        """See `LevelSampler`."""
        at = self.hand[(self._dealt + np.arange(n)) % len(self.hand)]
        self._dealt = (self._dealt + n) % len(self.hand)
        chosen = self.buffer.levels[at]
        return chosen if self.settings.robust else self._mixed(chosen)

    def _mixed(self, chosen: Levels) -> Levels:
        """Levels, of which a share is replaced by new ones."""
        new = self._uniform(len(chosen)) > self.settings.replay
        chosen[new] = self.fresh(int(new.sum()))
        return chosen

    def tell(self, results: Results) -> None:
        """See `LevelSampler`; levels that are not in the buffer are let in, where curricula learn from them."""
        where, returns = self.buffer.find(results.levels["seed"]), results.returns[:, self.task.channel]
        known = where != NOWHERE
        self.buffer.tell(where[known], returns[known])
        if not self.settings.robust and not known.all():
            new = results.levels[~known]
            self.buffer.insert(Tried(new, returns[~known], self.optima(new), np.zeros(len(new))))

    def optima(self, levels: Levels) -> Floats:
        """The optimum of each level in the training reward, where the score asks for it, else 0."""
        if self.settings.score not in ORACLE:
            return np.zeros(len(levels))
        return Batch.on(self.task, np.array(levels)).optimum(self.task.channel)

    def tell_losses(self, seeds: Indices, losses: Floats) -> None:
        """Take in the positive value losses of levels, those of the buffer."""
        where = self.buffer.find(seeds)
        self.buffer.kept["loss"][where[where != NOWHERE]] = losses[where != NOWHERE]

    def distinguishing(self) -> float:
        """The share of the buffer's levels on which the goals come apart, in [0, 1]."""
        return float((margins(self.task, np.array(self.buffer.levels)) > 0).mean())

    def _deal(self) -> None:
        self.hand, self._dealt = self.buffer.choose(self._uniform(len(self.buffer.kept)), self.games), 0

    def _next_seeds(self, stream: int, n: int) -> Indices:
        of_episode: Any = level_seed  # written for one episode, and right for arrays as it stands
        episodes = self._drawn[stream] + np.arange(n)
        self._drawn[stream] += n
        return np.asarray(of_episode(np.array([self._streams[stream]]), episodes), np.int64)

    def _uniform(self, n: int) -> Floats:
        """Random numbers in (0, 1], float64, shape (n,), of raw words: NumPy promises those across versions."""
        words: NDArray[np.uint64] = self._bits.random_raw(n)
        return np.asarray(((words >> np.uint64(11)) + np.uint64(1)) * 2.0**-53, np.float64)
