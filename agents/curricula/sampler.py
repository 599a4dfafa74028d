"""The level sampler of a curriculum: what stands in front of the batch that training plays.

Each rollout has a hand of levels, different ones, drawn from the buffer, or new ones where those are learned from too;
games that end take the next of them, round and round. What came of a level in a rollout is taken in at its end. Levels
are told apart by their seeds, so an edited level has a seed of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.editing import edit_levels
from ...envs.engine.kernels.rng import level_seed
from ...envs.engine.levels import Levels, Results, draw_levels, margins
from ...envs.engine.task import Task
from ..streams import stream_seeds
from .buffer import NOWHERE, Indices, LevelBuffer, Visit
from .scores import ORACLE, Floats, solved
from .settings import Curriculum

NEW, EDITED = range(2)  # streams of seeds


class Played(NamedTuple):
    """An episode of a policy on each level: its discounted return, its positive value loss, and all their steps."""

    returns: Floats
    losses: Floats
    steps: int


Play = Callable[[Levels], Played]  # nothing is learned from it


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
        self._bits, self._ended = np.random.PCG64(seed), list[Results]()
        self.buffer = LevelBuffer(settings, self.fresh(settings.buffer))
        self.buffer.kept["optimum"] = self.optima(self.buffer.levels)
        self._deal()

    def fresh(self, n: int) -> Levels:
        """New levels of the training distribution."""
        return draw_levels(self.task, self._next_seeds(NEW, n))

    def edited(self) -> Levels:
        """A level made of each in hand that a game has begun."""
        begun = self.hand[: self._dealt]
        seeds = self._next_seeds(EDITED, len(begun))
        return edit_levels(self.task, begun, seeds, self.settings.edits, self.settings.edit_steps)

    def explore(self, play: Play) -> None:
        """Try what is to be tried before a rollout: edited levels, and new ones until a batch is replayed."""
        if self.settings.robust:
            if self.settings.edits and self.buffer.round and self._dealt:
                self._try(self.edited(), play)
            while not self.replays():
                self._try(self.fresh(self.games), play)

    def _try(self, levels: Levels, play: Play) -> None:
        optima = self.optima(levels)
        self.buffer.insert(levels, optima, self.tried(levels, optima, play))

    def tried(self, levels: Levels, optima: Floats, play: Play) -> Visit:
        """What the episodes of a try come to."""
        played = [play(levels) for _ in range(self.settings.episodes)]
        at = np.tile(np.arange(len(levels)), len(played))
        returns = np.concatenate([each.returns for each in played])
        losses = np.mean([each.losses for each in played], axis=0)
        return Visit.of(at, returns, self._solved(returns, optima[at]), losses)

    def replays(self) -> bool:
        """Whether the next batch is replayed, and no new one tried."""
        return bool(self._uniform(1)[0] <= self.settings.replay)

    def begin_round(self) -> None:
        """Deal new levels for the next rollout."""
        self.buffer.round += 1
        self._deal()

    def next_levels(self, n: int) -> Levels:
        """See `LevelSampler`."""
        at = (self._dealt + np.arange(n)) % len(self.hand)
        self._dealt += n
        return self.hand[at]

    def _mixed(self, chosen: Levels) -> Levels:
        """Levels, of which a share is replaced by new ones."""
        new = self._uniform(len(chosen)) > self.settings.replay
        chosen[new] = self.fresh(int(new.sum()))
        return chosen

    def tell(self, results: Results) -> None:
        """See `LevelSampler`; what it comes to is taken in at the end of the round."""
        self._ended.append(results)

    def end_round(self, seeds: Indices, losses: Floats) -> None:
        """Take in a rollout: what ended in it, and the positive value losses of the levels of some seeds, in order.

        Where curricula learn from new levels too, those are let in.
        """
        self.buffer.tell_losses(seeds, losses)
        ended, self._ended = self._ended, []
        if ended:
            levels = np.concatenate([each.levels for each in ended])
            returns = np.concatenate([each.returns[:, self.task.channel] for each in ended])
            own, first, at = np.unique(levels["seed"], return_index=True, return_inverse=True)
            known = losses[np.searchsorted(seeds, own)] if len(losses) else np.zeros(len(own))
            self._take_in(levels[first], at, returns, known)

    def _take_in(self, levels: Levels, at: Indices, returns: Floats, losses: Floats) -> None:
        """Take in the returns of episodes on the levels `at`."""
        where = self.buffer.find(levels["seed"])
        known, optima = where != NOWHERE, np.zeros(len(levels))
        optima[known] = self.buffer.kept["optimum"][where[known]]
        if new := not self.settings.robust and not known.all():
            optima[~known] = self.optima(levels[~known])
        visit = Visit.of(at, returns, self._solved(returns, optima[at]), losses)
        self.buffer.tell(where[known], visit.where(known))
        if new:
            self.buffer.insert(levels[~known], optima[~known], visit.where(~known))

    def _solved(self, returns: Floats, optima: Floats) -> Floats:
        return solved(returns, optima, self.task.game.places)

    def optima(self, levels: Levels) -> Floats:
        """The optimum of each level in the training reward, where the score asks for it, else 0."""
        if self.settings.score not in ORACLE:
            return np.zeros(len(levels))
        return Batch.on(self.task, np.array(levels)).values(self.task.channel)[:, 0]

    def distinguishing(self) -> float:
        """The share of the buffer's levels on which the goals come apart, in [0, 1]."""
        return float((margins(self.task, np.array(self.buffer.levels)) > 0).mean())

    def _deal(self) -> None:
        chosen = self.buffer.levels[self.buffer.choose(self._uniform(len(self.buffer.kept)), self.games)]
        self.hand, self._dealt = chosen if self.settings.robust else self._mixed(chosen), 0

    def _next_seeds(self, stream: int, n: int) -> Indices:
        of_episode: Any = level_seed  # written for one episode, and right for arrays as it stands
        episodes = self._drawn[stream] + np.arange(n)
        self._drawn[stream] += n
        return np.asarray(of_episode(np.array([self._streams[stream]]), episodes), np.int64)

    def _uniform(self, n: int) -> Floats:
        """Random numbers in (0, 1], float64, shape (n,), of raw words: NumPy promises those across versions."""
        words: NDArray[np.uint64] = self._bits.random_raw(n)
        return np.asarray(((words >> np.uint64(11)) + np.uint64(1)) * 2.0**-53, np.float64)
