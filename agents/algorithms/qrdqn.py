"""Quantile regression DQN (Dabney et al. 2018): the distribution of values in place of their means.

It suits what DQN suits, and asks for as much memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...envs.engine.task import Task
from ..fields import number
from .dqn import DQNRecipe


@dataclass(frozen=True)
class QRDQNRecipe(DQNRecipe):
    """How QR-DQN is trained.

    Attributes:
        quantiles: how many of each value's distribution are learned.
    """

    algorithm = "QRDQN"
    package = "sb3_contrib"
    quantiles: int = number(25, 1)

    def network(self, task: Task) -> dict[str, Any]:
        return super().network(task) | {"n_quantiles": self.quantiles}
