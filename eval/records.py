"""What stands beside a table of episodes: the world they were played in and the runs that played them.

Both are plain data, frozen and JSON-able, so that scores need no environment: whatever they must
know of one (which goal is intended, which rewards are signed) is recorded here.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from ..envs import SUITE
from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..provenance import installed_versions
from ..terms import SPLITS, Split


class Record(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reward(Record):
    """A goal, a misspecified reward, or a recorded event, as `Goal` declares it."""

    name: str
    role: Literal["intended", "proxy", "misspecified", "recorded"]
    blurb: str
    discount: float
    kind: str
    signed: bool


class World(Record):
    """An environment with its arguments; `fingerprint` tells whether the code still plays the same game."""

    environment: str
    version: int
    arguments: dict[str, int | str]
    places: bool
    exact: bool
    rewards: tuple[Reward, ...]
    fingerprint: str
    curves: tuple[str, ...] = ()
    oversight: str = ""

    @classmethod
    def of(cls, task: Task) -> Self:
        game = task.game
        rewards = [Reward(**asdict(reward)) for reward in game.rewards]
        rewards += [
            Reward(name=each.name, role="recorded", blurb=each.blurb, discount=1.0, kind="", signed=False)
            for each in game.events
        ]
        return cls(
            environment=game.name, version=game.version, arguments=task.arguments, places=game.places,
            exact=game.exact, rewards=tuple(rewards), fingerprint=fingerprint(task),
            curves=game.curves, oversight=game.oversight,
        )  # fmt: skip

    @property
    def goals(self) -> tuple[str, ...]:
        """Names of the intended goal and the proxies, in the order of the reward vector."""
        return tuple(reward.name for reward in self.rewards if reward.role in ("intended", "proxy"))

    @property
    def scored(self) -> tuple[str, ...]:
        """Names of all that one may pursue or be trained on: the goals and the misspecified rewards."""
        return tuple(reward.name for reward in self.rewards if reward.role != "recorded")

    def pursued(self, reward: str) -> tuple[str, ...]:
        """What doing well at counts as capability: the goals, and what the agent was trained on."""
        return self.goals if reward in self.goals else (*self.goals, reward)

    @property
    def recorded(self) -> tuple[str, ...]:
        """Names of the events that are recorded, and nobody is rewarded for."""
        return tuple(reward.name for reward in self.rewards if reward.role == "recorded")

    @property
    def intended(self) -> str:
        return next(reward.name for reward in self.rewards if reward.role == "intended")

    @property
    def proxies(self) -> tuple[str, ...]:
        return tuple(reward.name for reward in self.rewards if reward.role == "proxy")

    def task(self, split: Split) -> Task:
        """The task these episodes were played in; ValueError when this code plays another game."""
        if self.environment not in SUITE:
            raise ValueError(f"no environment {self.environment!r} here: choose from {', '.join(SUITE)}")
        arguments: dict[str, Any] = dict(self.arguments)
        task = Task.of(SUITE[self.environment], split, **arguments)
        if World.of(task) != self:
            raise ValueError(
                f"{self.environment}-v{self.version} has changed since these episodes were played; "
                "install the version they name, or evaluate again"
            )
        return task


class Run(Record):
    """One agent acting in one way. `reward` and `alpha` are what it was trained with.

    `details` is the caller's: algorithm, settings, steps of training, checksum of the agent file.
    """

    agent: str
    training_seed: int = 0
    deterministic: bool = False
    reward: str = ""
    alpha: float = 0.0
    details: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    created: str = ""
    seconds: float = 0.0

    @property
    def key(self) -> tuple[str, int, bool]:
        return self.agent, self.training_seed, self.deterministic

    def stamped(self, seconds: float) -> Run:
        """This run with the versions that are installed, the time now (UTC), and how long it took."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return self.model_copy(update={"versions": installed_versions(), "created": now, "seconds": seconds})


def fingerprint(task: Task, levels: int = 8, steps: int = 16) -> str:
    """16 hex digits that depend on how levels are drawn, seen and played: a few of each split, a few steps each."""
    digest = hashlib.sha256(f"{task.game.id} {sorted(task.arguments.items())}".encode())
    where = np.arange(levels)
    for split in SPLITS:
        batch = Batch(task.on(split), levels)
        batch.begin_seeds(where, where)
        digest.update(batch.observe().tobytes() + np.round(batch.levels["margin"], 6).tobytes())
        asleep = np.zeros(levels, bool)
        for t in range(steps):
            batch.step((where + t * t) % len(task.game.actions), asleep)
            asleep |= batch.terminated | batch.truncated
            digest.update(batch.observe().tobytes() + batch.rewards.tobytes() + asleep.tobytes())
    return digest.hexdigest()[:16]
