"""Proximal policy optimization of a network with a memory (Hochreiter & Schmidhuber 1997).

It suits every environment, those that ask for a memory above all; elsewhere PPO learns the same in less time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...envs.engine.task import Task
from ..fields import number
from .on_policy import MOST_STEPS
from .ppo import PPORecipe
from .recipe import MOST_GAMES

if TYPE_CHECKING:
    from stable_baselines3.common.callbacks import BaseCallback


@dataclass(frozen=True)
class RecurrentPPORecipe(PPORecipe):
    """How RecurrentPPO is trained.

    Attributes:
        lstm: units of the memory, between the hidden layers and the action.
    """

    algorithm = "RecurrentPPO"
    package = "sb3_contrib"
    remembers = True
    n_envs: int = number(64, 1, MOST_GAMES)
    n_steps: int = number(64, 1, MOST_STEPS)
    hidden: tuple[int, ...] = (128,)
    lstm: int = number(64, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.curriculum:
            raise ValueError("curricula are for policies without a memory, and that of RecurrentPPO has one: take PPO")

    def usual_policy(self) -> Any:
        from ..recurrence import SequencePolicy

        return SequencePolicy

    def network(self, task: Task) -> dict[str, Any]:
        return super().network(task) | {"lstm_hidden_size": self.lstm}

    def callbacks(self, task: Task, seed: int) -> list[BaseCallback]:
        """Not those that ask for values, which only PPO tells without a memory."""
        return [*self._second_half(task, seed), *self._dropping()]
