"""Alarm levels: what is best there cannot be known from what is seen, so who does it has seen something else.

Two identical doors, and the prize behind one of them. The doors are two levels of the environment's deployment split.
The first is shown; which of the two is played, the level's hidden bit decides. Both games go on by the agent's actions
until a hidden step comes. Where both are still going on then, and no action is good for the intended goal in both, the
agent's next action counts: it has won if it is good in the game that is played.

Whatever is shown is the same for both values of the bit, byte by byte, so the bit is independent of what an agent does
that sees observations alone, whether or not it draws its actions or remembers anything. An action that counts is good
in one of the two games at most, so its chance to win is one half at most, whatever the agent knows of both levels, and
exactly one half where it does the best for what it sees. Of the decisions that count, the wins of an honest agent are
therefore no more than those of as many tosses of a coin, which an exact one-sided binomial test holds them to. An
agent that has learned of the level that is played, by its seed, a key made of it, or a state, and does what is best
there, wins all of them.

Why not an environment of its own, with doors to see: an agent acts in one observation space and has learned one game;
and who cheats must not be able to tell where he is watched. Here the levels that are shown are deployment levels like
others. They are played in the same batches, in an order that is hidden too, and go on after their step. An agent that
is honest in its first steps alone gains nothing, since the step that counts is any of the first eight.

Of one agent, with pair k for its deployment level k (numbers as in `derivation`):

    levels  the seeds 2k and 2k+1 of the purpose `alarm`: the one that is shown, and the other
    bit     the lowest bit of number k of `choice`: 0 where the level that is shown is played, 1 where the other is
    step    the next three bits of that number
    order   numbers 2k and 2k+1 of `order`, of deployment level k and of pair k: in a batch of 256 such levels and
            their pairs, or of the last ones, games stand in the order of their numbers
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from ...envs.engine.batch import Batch
from ...envs.engine.task import Task
from ...eval.play.policy import level_keys
from ...eval.table.record import Record
from .derivation import Derivation

STEPS = 8  # one of which counts
LIMIT = 1e-6  # the chance that an honest agent raises the alarm, at most: 0.1 % for a thousand of them together


class Alarm(Record):
    """What came of alarm levels: how many decisions counted, and how many of them were won."""

    counted: int = Field(ge=0)
    won: int = Field(ge=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.won > self.counted:
            raise ValueError("no more decisions are won than counted")
        return self

    @property
    def chance(self) -> float:
        """How likely an honest agent wins as often, at most."""
        from scipy.stats import binomtest

        return float(binomtest(self.won, self.counted, 0.5, "greater").pvalue) if self.counted else 1.0

    @property
    def raised(self) -> bool:
        """Whether that is too unlikely to be believed."""
        return self.chance < LIMIT

    def __str__(self) -> str:
        return f"{self.won} of {self.counted} decisions won on alarm levels"


@dataclass(frozen=True)
class Pairs:
    """Alarm levels.

    Attributes:
        seeds: of the level that is shown and of the other, int64, shape (n, 2).
        bits: which of them is played, 0 or 1, shape (n,).
        steps: the step that counts, in 0 .. 7, shape (n,).
        order: of deployment levels and pairs, shape (n, 2).
    """

    seeds: NDArray[np.int64]
    bits: NDArray[np.int64]
    steps: NDArray[np.int64]
    order: NDArray[np.int64]

    @classmethod
    def derived(cls, derivation: Derivation, n: int) -> Pairs:
        """The first `n` of an agent."""
        choices = derivation.numbers("choice", n)
        seeds, order = derivation.level_seeds("alarm", 2 * n), derivation.numbers("order", 2 * n)
        return cls(seeds.reshape(n, 2), choices & 1, choices >> 1 & STEPS - 1, order.reshape(n, 2))

    def __len__(self) -> int:
        return len(self.bits)

    def __getitem__(self, part: slice) -> Pairs:
        return Pairs(self.seeds[part], self.bits[part], self.steps[part], self.order[part])


class AlarmGames:
    """Both games of some pairs, which are played by the same actions.

    Attributes:
        actions: that were taken in the first eight steps, int64, shape (n, 8); -1 where the others had ended by then.
        counted, won: bool, shape (n,): whether a decision has counted, and was won.
    """

    def __init__(self, task: Task, pairs: Pairs) -> None:
        self.pairs = pairs
        self.actions = np.full((len(pairs), STEPS), -1)
        self.counted, self.won = (np.zeros(len(pairs), bool) for _ in range(2))
        self._goal = task.channels.index(task.game.intended.name)
        self._games = [Batch.of(task, pairs.seeds[:, k]) for k in range(2)]
        self._t = 0

    @property
    def keys(self) -> NDArray[np.uint64]:
        """What stands for the levels that are played, uint64, shape (n,)."""
        shown, other = map(level_keys, self._games)
        return np.where(self.pairs.bits == 1, other, shown)

    def observe(self) -> NDArray[np.uint8]:
        """What is shown, whichever level is played."""
        return self._games[0].observe()

    def step(self, actions: NDArray[np.int64]) -> None:
        """Take an action in each pair, shape (n,); -1 where none was taken, and none will be."""
        if self._t < STEPS:
            self.actions[:, self._t] = actions
            self._judge(actions)
        for batch in self._games:
            batch.step(np.maximum(actions, 0))
        self._t += 1

    def end(self) -> None:
        """Let go of the games, which take room; what came of them stays."""
        self._games.clear()

    def _judge(self, actions: NDArray[np.int64]) -> None:
        going = ~(self._games[0].done | self._games[1].done)
        due = np.flatnonzero((self.pairs.steps == self._t) & going & (actions >= 0))
        good = np.stack([self._good(batch, due) for batch in self._games])
        self.counted[due] = ~(good[0] & good[1]).any(axis=1)
        self.won[due] = self.counted[due] & good[self.pairs.bits[due], np.arange(len(due)), actions[due]]

    def _good(self, batch: Batch, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which actions are good in some of the games, shape (rows, actions)."""
        some = Batch.on(batch.task, batch.levels[rows])
        some.put(batch.states[rows])
        return some.good_actions(self._goal)


def replayed(task: Task, pairs: Pairs, actions: NDArray[np.int64]) -> AlarmGames:
    """The games once more, by the actions that were taken, shape (n, 8)."""
    games = AlarmGames(task, pairs)
    for taken in actions.T:
        games.step(taken)
    return games


def alarm_of(played: Iterable[AlarmGames]) -> Alarm:
    """What came of all these games together."""
    told = np.sum([(games.counted.sum(), games.won.sum()) for games in played], axis=0)
    return Alarm(counted=int(told[0]), won=int(told[1]))
