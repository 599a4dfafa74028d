"""Replay of levels by their scores: PLR, robust PLR and ACCEL.

Each rollout has a hand of levels, different ones, drawn from the buffer, or new ones where those are learned from too;
games that end take the next of them, round and round. What came of a level in a rollout is taken in at its end.
"""

from __future__ import annotations

import numpy as np

from ...envs.engine.editing import edit_levels
from ...envs.engine.levels import Levels, Results
from ...envs.engine.task import Task
from .buffer import NOWHERE, Indices, Visit
from .sampler import EDITED, CurriculumSampler, Play
from .scores import Floats
from .settings import Curriculum


class ReplaySampler(CurriculumSampler):
    """As its base: each rollout plays a hand of levels, drawn from the buffer by their probabilities.

    Args:
        games: how many levels a rollout has in hand, as many as the buffer holds at most.
    """

    def __init__(self, task: Task, settings: Curriculum, seed: int, games: int) -> None:
        super().__init__(task, settings, seed)
        self.games, self._ended = games, list[Results]()
        self._deal()

    def explore(self, play: Play) -> None:
        """Try edited levels, and new ones until a batch is replayed, where those are not learned from."""
        if self.settings.robust:
            if self.settings.edits and self.buffer.round and self._dealt:
                self._try(self.edited(), play)
            while not self.replays():
                self._try(self.fresh(self.games), play)

    def edited(self) -> Levels:
        """A level made of each in hand that a game has begun."""
        begun = self.hand[: self._dealt]
        seeds = self._next_seeds(EDITED, len(begun))
        return edit_levels(self.task, begun, seeds, self.settings.edits, self.settings.edit_steps)

    def _try(self, levels: Levels, play: Play) -> None:
        optima = self.optima(levels)
        self.buffer.insert(levels, optima, self.tried(levels, optima, play))

    def replays(self) -> bool:
        """Whether the next batch is replayed, and no new one tried."""
        return bool(self._uniform(1)[0] <= self.settings.replay)

    def begin_round(self) -> None:
        """Deal new levels for the next rollout."""
        super().begin_round()
        self._deal()

    def _deal(self) -> None:
        chosen = self.buffer.levels[self.buffer.choose(self._uniform(len(self.buffer.kept)), self.games)]
        self.hand, self._dealt = chosen if self.settings.robust else self._mixed(chosen), 0

    def next_levels(self, n: int) -> Levels:
        """See `LevelSampler`."""
        at = (self._dealt + np.arange(n)) % len(self.hand)
        self._dealt += n
        return self.hand[at]

    def tell(self, results: Results) -> None:
        """See `LevelSampler`; what it comes to is taken in at the end of the round."""
        self._ended.append(results)

    def end_round(self, seeds: Indices, losses: Floats) -> None:
        """Take in what ended in a rollout; where new levels are learned from, those are let in."""
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
