"""Advantage actor-critic (Mnih et al. 2016), synchronous: one gradient step for each rollout, which is short.

It suits every environment that asks for no memory. Its one recipe was chosen on small mazes of CheeseCorner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..fields import number
from .on_policy import MOST_STEPS, OnPolicyRecipe
from .recipe import MOST_GAMES


@dataclass(frozen=True)
class A2CRecipe(OnPolicyRecipe):
    """How A2C is trained.

    Attributes:
        entropy: weight of the entropy bonus.
    """

    algorithm = "A2C"
    package = "stable_baselines3"
    steps: int = number(1_500_000, 1)
    n_envs: int = number(128, 1, MOST_GAMES)
    n_steps: int = number(8, 1, MOST_STEPS)
    learning_rate: float = number(2e-3, most=1.0)
    entropy: float = number(0.01, most=10.0)

    def hyperparameters(self) -> dict[str, Any]:
        return super().hyperparameters() | {"ent_coef": self.entropy}
