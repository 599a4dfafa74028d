"""Training that has diverged stops, and says so: a network of NaN or infinity learns nothing any more.

A loss that is no number makes weights that are none in the same update, so the weights are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

EVERY = 10_000  # transitions after which weights are looked at, at least


class DivergedError(RuntimeError):
    """The weights of a network are no finite numbers any more."""


class StopDiverged(BaseCallback):
    """Stops training with a DivergedError, once the weights are no finite numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = 0

    def _on_step(self) -> bool:
        return True

    def _on_rollout_start(self) -> None:
        if self.num_timesteps >= self.looked + EVERY:
            self.looked = self.num_timesteps
            check_finite(self.model)


@contextmanager
def diverging_told(model: BaseAlgorithm) -> Iterator[None]:
    """Around training: DivergedError where it ends, well or not, with weights that are no finite numbers."""
    try:
        yield
    except Exception as error:
        check_finite(model, error)
        raise
    check_finite(model)


def check_finite(model: BaseAlgorithm, cause: Exception | None = None) -> None:
    """DivergedError unless all weights of a model are finite numbers."""
    if not finite(model.policy):
        raise DivergedError(
            f"training diverged before {model.num_timesteps:,} transitions: weights of the network are no finite "
            "numbers; try a lower learning_rate"
        ) from cause


def finite(policy: torch.nn.Module) -> bool:
    """Whether all weights of a network are finite numbers."""
    weights = policy.state_dict().values()
    return all(bool(torch.isfinite(part).all()) for part in weights if part.is_floating_point())
