"""Proximal policy optimization (Schulman et al. 2017): gradient descent on a network without memory.

It suits every environment that asks for no memory, and its recipes are chosen for each (`agents.recipes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..fields import number
from .on_policy import OnPolicyRecipe
from .recipe import check_minibatch


@dataclass(frozen=True)
class PPORecipe(OnPolicyRecipe):
    """How PPO is trained.

    Attributes:
        epochs, minibatch: passes over what was collected, and transitions a gradient step.
        entropy: weight of the entropy bonus.
    """

    algorithm = "PPO"
    package = "stable_baselines3"
    epochs: int = number(3, 1)
    minibatch: int = number(512, 1)
    entropy: float = number(0.01, most=10.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_minibatch(self.minibatch, self.rollout_size)

    def hyperparameters(self) -> dict[str, Any]:
        told = {"batch_size": self.minibatch, "n_epochs": self.epochs, "ent_coef": self.entropy}
        return super().hyperparameters() | told
