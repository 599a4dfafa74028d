"""Trust region policy optimization (Schulman et al. 2015): each step as long as the policy changes by so much.

It suits every environment that asks for no memory. Its one recipe was chosen on small mazes of CheeseCorner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..fields import number
from .on_policy import OnPolicyRecipe
from .recipe import check_minibatch


@dataclass(frozen=True)
class TRPORecipe(OnPolicyRecipe):
    """How TRPO is trained.

    Attributes:
        minibatch, critic_updates: transitions a gradient step of the critic, and passes over what was collected.
        target_kl: the divergence between two policies that follow each other, at most.
    """

    algorithm = "TRPO"
    package = "sb3_contrib"
    minibatch: int = number(512, 2)
    critic_updates: int = number(3, 1)
    target_kl: float = number(0.01, 1e-6, most=10.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_minibatch(self.minibatch, self.rollout_size)

    def hyperparameters(self) -> dict[str, Any]:
        told = {"batch_size": self.minibatch, "n_critic_updates": self.critic_updates}
        return super().hyperparameters() | told | {"target_kl": self.target_kl, "sub_sampling_factor": 1}
