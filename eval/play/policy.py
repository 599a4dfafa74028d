"""What an evaluated agent must be: a callable from observations to actions.

Both protocols are structural; agents need to import nothing from here. `state` is whatever a
policy carries from step to step (recurrent memory); the evaluator hands it back untouched.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.batch import Batch


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


@runtime_checkable
class ReferencePolicy(Protocol):
    """Knows the game: it is bound to each batch before the first step and may read its levels and states."""

    @property
    def name(self) -> str: ...

    def bind(self, batch: Batch) -> Policy: ...


def bound(policy: Policy | ReferencePolicy, batch: Batch) -> Policy:
    """The policy that acts in `batch`."""
    return policy.bind(batch) if isinstance(policy, ReferencePolicy) else policy
