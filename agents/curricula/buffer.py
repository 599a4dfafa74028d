"""The buffer of a curriculum: levels, what their episodes came to, and how likely each is to be played again.

A level is replayed with probability (1 - staleness) P_S + staleness P_C (Jiang et al. 2021a): P_S is proportional to
(1 / rank)^(1 / temperature), where rank 1 has the highest score, and P_C to the rounds since it was last played. The
levels of a hand are different ones, as in the code of Abdel Sadek et al. 2025: at a temperature of 0.1 the best two or
three come by their scores and all others by age, so that scores work by what the buffer keeps (`insert`).
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.levels import Levels
from .scores import SCORES, Floats
from .settings import Curriculum

Indices = NDArray[np.int64]
NOWHERE = -1
COLUMNS = ("best", "latest", "played", "solved", "optimum", "loss")


class Visit(NamedTuple):
    """What the episodes of a rollout, or of a try, came to on some different levels, each of shape (n,).

    Attributes:
        best: the highest return.
        mean: the mean return.
        played: how many episodes there were.
        solved: how many of them solved the level, parts of it counted in part.
        losses: the positive value loss.
    """

    best: Floats
    mean: Floats
    played: Floats
    solved: Floats
    losses: Floats

    @classmethod
    def of(cls, at: Indices, returns: Floats, solved: Floats, losses: Floats) -> Self:
        """Of episodes on the levels `at`, numbered from 0; the losses are those of the levels."""
        n = len(losses)
        best = np.full(n, -np.inf)
        np.maximum.at(best, at, returns)
        played, total, parts = (np.asarray(np.bincount(at, each, n), np.float64) for each in (None, returns, solved))
        return cls(best, total / played, played, parts, losses)

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """On some of the levels."""
        return type(self)(*(each[chosen] for each in self))


class LevelBuffer:
    """Some levels that were drawn at random at first, without a score.

    Attributes:
        kept: records, shape (settings.buffer,): a level, its best return, the mean of its latest ones, how often it was
            `played` and `solved`, where each visit counts half as much as the next, since policies change, its optimum,
            its positive value loss, and the round of its last visit.
        round: how many rounds of replay there were.
    """

    def __init__(self, settings: Curriculum, levels: Levels) -> None:
        columns = [(name, "f8") for name in COLUMNS]
        self.settings, self.round = settings, 0
        self.kept = np.zeros(len(levels), np.dtype([("level", levels.dtype), *columns, ("visit", "i8")]))
        self.kept["level"] = levels
        self._sort()

    @property
    def levels(self) -> Levels:
        return self.kept["level"]

    def scores(self) -> Floats:
        """What each level is played again for, shape (n,); 0 where it has not been played."""
        return self._scored(self.kept)

    def _scored(self, kept: NDArray[Any]) -> Floats:
        return np.asarray(np.where(kept["played"] > 0, SCORES[self.settings.score](kept), 0.0))

    def probabilities(self) -> Floats:
        """How likely each level is to be replayed, shape (n,), summing up to 1; of equal scores the first go first."""
        order = np.argsort(-self.scores(), kind="stable")
        ranked = np.empty(len(order))
        ranked[order] = (1.0 / np.arange(1, len(order) + 1)) ** (1 / self.settings.temperature)
        age = (self.round - self.kept["visit"]).astype(np.float64)
        stale = age / age.sum() if age.any() else np.full(len(age), 1 / len(age))
        chances: Floats = (1 - self.settings.staleness) * ranked / ranked.sum() + self.settings.staleness * stale
        return chances

    def choose(self, uniform: Floats, n: int) -> Indices:
        """`n` different levels by their probabilities, from random numbers in (0, 1], one a level.

        Exponential clocks that run at the rates of the probabilities ring in the order of a draw without replacement.
        """
        with np.errstate(divide="ignore"):
            rings = -np.log(uniform) / self.probabilities()
        return np.argsort(rings, kind="stable")[:n]

    def find(self, seeds: Any) -> Indices:
        """Where the levels of some seeds are, shape (n,); NOWHERE where they are not."""
        at = np.minimum(np.searchsorted(self._seeds, seeds), len(self._seeds) - 1)
        return np.where(self._seeds[at] == seeds, self._order[at], NOWHERE)

    def tell(self, where: Indices, visit: Visit) -> None:
        """Take in what came of levels of the buffer."""
        before = np.where(self.kept["played"][where] > 0, self.kept["best"][where], -np.inf)
        self.kept["best"][where] = np.maximum(before, visit.best)
        self.kept["played"][where] = self.kept["played"][where] / 2 + visit.played
        self.kept["solved"][where] = self.kept["solved"][where] / 2 + visit.solved
        self.kept["latest"][where], self.kept["loss"][where] = visit.mean, visit.losses
        self.kept["visit"][where] = self.round

    def tell_losses(self, seeds: Indices, losses: Floats) -> None:
        """Take in the positive value losses of levels, as far as they are in the buffer."""
        where = self.find(seeds)
        self.kept["loss"][where[where != NOWHERE]] = losses[where != NOWHERE]

    def insert(self, levels: Levels, optima: Floats, visit: Visit) -> None:
        """Let new levels in, in place of those that are least likely to be replayed and have lower scores."""
        n = min(len(levels), len(self.kept))
        new = np.zeros(len(levels), self.kept.dtype)
        new["level"], new["optimum"], new["visit"] = levels, optima, self.round
        new["best"], new["latest"], new["played"], new["solved"], new["loss"] = (
            visit.best, visit.mean, visit.played, visit.solved, visit.losses,
        )  # fmt: skip
        worst = np.argsort(self.probabilities(), kind="stable")[:n]
        rivals = np.concatenate([self.kept[worst], new])
        later = -np.arange(len(rivals))  # of equal scores the new ones stay
        self.kept[worst] = rivals[np.lexsort((later, -self._scored(rivals)))[:n]]
        self._sort()

    def _sort(self) -> None:
        self._order = np.argsort(self.kept["level"]["seed"], kind="stable")
        self._seeds = self.kept["level"]["seed"][self._order]
