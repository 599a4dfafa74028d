"""What an evaluated agent must be: a callable from observations to actions.

The protocols are structural; agents need to import nothing from here. `state` is whatever a
policy carries from step to step (recurrent memory); the evaluator hands it back untouched.
A policy that acts by chance, and shall do the same on a level whatever else is played beside it,
draws by the keys of its levels: it has `on_levels`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch
from ...envs.engine.kernels.rng import key
from ...terms import SPLITS


@runtime_checkable
class Policy(Protocol):
    """Acts in many games at once, from what is seen alone."""

    @property
    def name(self) -> str: ...

    def __call__(
        self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], Any]:
        """Choose actions.

        Args:
            obs: uint8, shape (n, *observation shape).
            state: None before the first step of a batch, then what the last call returned.
            episode_start: bool, shape (n,): True where this is the first observation of an episode.

        Returns:
            actions, int64, shape (n,), and the next state.
        """


@dataclass(frozen=True)
class Function:
    """A plain function as a policy, called as the function is."""

    act: Callable[..., tuple[NDArray[np.int64], Any]]

    @property
    def name(self) -> str:
        return self.act.__name__

    def __call__(
        self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], Any]:
        return self.act(obs, state, episode_start)


@runtime_checkable
class LevelPolicy(Policy, Protocol):
    """Keys its chance by level."""

    def on_levels(self, keys: NDArray[np.uint64]) -> Policy:
        """The policy that plays one episode on each of some levels.

        Args:
            keys: uint64, shape (n,), in the order of the games; the same for a level in every batch.
        """


@runtime_checkable
class ReferencePolicy(Protocol):
    """Knows the game: it is bound to each batch before the first step and may read its levels and states."""

    @property
    def name(self) -> str: ...

    def bind(self, batch: Batch) -> Policy: ...


def bound(policy: Policy | ReferencePolicy, batch: Batch) -> Policy:
    """The policy that acts in `batch`."""
    if isinstance(policy, ReferencePolicy):
        return policy.bind(batch)
    return policy.on_levels(level_keys(batch)) if isinstance(policy, LevelPolicy) else policy


def level_keys(batch: Batch) -> NDArray[np.uint64]:
    """What stands for the level of each game, uint64, shape (n,): a function of its split and its seed."""
    of_level: Any = key  # written for one game, and right for arrays as it stands
    keys: NDArray[np.uint64] = of_level(batch.levels["seed"], np.array([SPLITS.index(batch.task.split)]))
    return keys
