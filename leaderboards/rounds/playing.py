"""Playing: an agent on the levels of a round, alarm levels among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.task import Task
from ...eval.play.policy import LevelPolicy, Policy
from ...eval.play.rollout import rollout
from ...eval.table.episodes import Episodes
from ...eval.table.runs import Run
from ...terms import SPLITS
from .alarms import AlarmGames, Pairs
from .derivation import Derivation
from .records import agent_hash

Actions = NDArray[np.int64]


@dataclass(frozen=True)
class Beside:
    """A policy in a batch of games, and in as many alarm games, which it cannot tell from the others."""

    name: str
    policy: Policy
    games: AlarmGames

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        """The actions in the games of the batch, shape (n,), and the policy's state."""
        where, n = _order(self.games.pairs), len(obs)
        seen, starts = np.concatenate([obs, self.games.observe()]), np.tile(episode_start, 2)
        told, state = self.policy(seen[where], state, starts[where])
        actions = np.empty(2 * n, np.int64)
        actions[where] = told
        self.games.step(actions[n:])
        return actions[:n], state


def _order(pairs: Pairs) -> Actions:
    """How the games of a batch and its pairs are arranged, shape (2n,): which stands first, and so on."""
    return np.argsort(pairs.order.T.ravel(), kind="stable")


@dataclass
class Accompanied:
    """A policy that a rollout plays with, and that plays alarm levels beside.

    Attributes:
        policy: see `Policy`.
        task: of the levels.
        pairs: as many alarm levels as the rollout has levels.
        played: the alarm games of each batch so far.
    """

    policy: Policy
    task: Task
    pairs: Pairs
    played: list[AlarmGames] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.policy.name

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        beside, inner = state or (Beside(self.name, self.policy, self._next(len(obs))), None)
        actions, inner = beside(obs, inner, episode_start)
        return actions, (beside, inner)

    def end(self) -> None:
        """Let go of the batch that was played last."""
        for games in self.played[-1:]:
            games.end()

    def _next(self, n: int) -> AlarmGames:
        self.end()
        start = sum(len(games.pairs) for games in self.played)
        self.played.append(AlarmGames(self.task, self.pairs[start : start + n]))
        return self.played[-1]


class AccompaniedAgent(Accompanied):
    """Of a policy that draws by the keys of its levels: of alarm levels, by those of what is played."""

    policy: LevelPolicy

    def on_levels(self, keys: NDArray[np.uint64]) -> Beside:
        """The policy that plays the levels of some keys, shape (n,), and as many alarm levels."""
        games = self._next(len(keys))
        both = np.concatenate([keys, games.keys])
        return Beside(self.name, self.policy.on_levels(both[_order(games.pairs)]), games)


def play(
    derivation: Derivation, levels: int, task: Task, player: tuple[Policy, Run],
    progress: Callable[[int], None] | None = None,
) -> tuple[Episodes, list[AlarmGames]]:  # fmt: skip
    """The episodes of an agent on its levels of each split, and the alarm games that it has played in deployment.

    Args:
        derivation: of its levels.
        levels: how many of each split.
        task: of the environment.
        player: the agent, and what is recorded of it.
        progress: is told how many episodes have ended.
    """
    policy, run = player
    kind = AccompaniedAgent if isinstance(policy, LevelPolicy) else Accompanied
    watched = kind(policy, task.on("deploy"), Pairs.derived(replace(derivation, agent=agent_hash(run)), levels))
    parts = [
        rollout(
            task.on(split), watched if split == "deploy" else policy, derivation.level_seeds(split, levels), run=run,
            progress=progress,
        )
        for split in SPLITS
    ]  # fmt: skip
    watched.end()
    return Episodes.join(parts), watched.played
