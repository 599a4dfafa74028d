"""The buffer of a curriculum: levels, what their episodes came to, and how likely each is to be played again.

A level is replayed with probability (1 - staleness) P_S + staleness P_C (Jiang et al. 2021a): P_S is proportional to
(1 / rank)^(1 / temperature), where rank 1 has the highest score, and P_C to the rounds since it was last played.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.levels import Levels
from .scores import SCORES, Floats
from .settings import Curriculum

Indices = NDArray[np.int64]
NOWHERE = -1
COLUMNS = ("best", "latest", "total", "optimum", "loss")


class Played(NamedTuple):
    """Episodes of a policy: the discounted return and the positive value loss of each, and their steps in all."""

    returns: Floats
    losses: Floats
    steps: int


class Tried(NamedTuple):
    """What levels came to that are no part of the buffer yet: a return, the optimum and a loss of each, shape (n,)."""

    levels: Levels
    returns: Floats
    optima: Floats
    losses: Floats


class LevelBuffer:
    """Some levels that were drawn at random at first, without a score.

    Attributes:
        kept: records, shape (settings.buffer,): a level, its best, latest and total return, how often it was `played`,
            its optimum, its positive value loss, and the round of its last visit.
        round: how many rounds of replay there were.
    """

    def __init__(self, settings: Curriculum, levels: Levels) -> None:
        columns = [(name, "f8") for name in COLUMNS]
        self.settings, self.round = settings, 0
        self.kept = np.zeros(
            len(levels), np.dtype([("level", levels.dtype), *columns, ("played", "i8"), ("visit", "i8")])
        )
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

    def tell(self, where: Indices, returns: Floats) -> None:
        """Take in the returns of episodes on levels of the buffer; of several on one level the last is the latest."""
        kept = self.kept
        first = where[kept["played"][where] == 0]
        kept["best"][first] = -np.inf
        np.maximum.at(kept["best"], where, returns)
        np.add.at(kept["total"], where, returns)
        np.add.at(kept["played"], where, 1)
        kept["latest"][where], kept["visit"][where] = returns, self.round

    def insert(self, tried: Tried) -> None:
        """Let new levels in, in place of those that are least likely to be replayed and have lower scores."""
        n = min(len(tried.levels), len(self.kept))
        new = np.zeros(len(tried.levels), self.kept.dtype)
        new["level"], new["optimum"], new["loss"] = tried.levels, tried.optima, tried.losses
        new["best"] = new["latest"] = new["total"] = tried.returns
        new["played"], new["visit"] = 1, self.round
        worst = np.argsort(self.probabilities(), kind="stable")[:n]
        rivals = np.concatenate([self.kept[worst], new])
        later = -np.arange(len(rivals))  # of equal scores the new ones stay
        self.kept[worst] = rivals[np.lexsort((later, -self._scored(rivals)))[:n]]
        self._sort()

    def _sort(self) -> None:
        self._order = np.argsort(self.kept["level"]["seed"], kind="stable")
        self._seeds = self.kept["level"]["seed"][self._order]
