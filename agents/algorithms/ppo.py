"""Proximal policy optimization (Schulman et al. 2017): gradient descent on a network without memory.

It suits every environment that asks for no memory, and its recipes are chosen for each (`agents.recipes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...choices import choose
from ...envs.engine.levels import LevelSampler
from ...envs.engine.task import Task
from ..fields import number
from .on_policy import OnPolicyRecipe
from .recipe import check_minibatch

if TYPE_CHECKING:
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import VecEnv

AUGMENTS = ("shift", "cutout")
EPSILON = 1e-5  # of Adam, as stable-baselines3 has it unless it is told otherwise


@dataclass(frozen=True)
class PPORecipe(OnPolicyRecipe):
    """How PPO is trained.

    Attributes:
        epochs, minibatch: passes over what was collected, and transitions a gradient step.
        entropy: weight of the entropy bonus.
        dropout: share of the hidden layers' units that training drops, as in `dropout.Dropout`.
        weight_decay: of Adam: weight of the sum of all squared weights, halved, in the loss (Cobbe et al. 2019).
        augment: how training changes observations, one of `AUGMENTS`, as `augmenting` has it; not at all if empty.
    """

    algorithm = "PPO"
    package = "stable_baselines3"
    epochs: int = number(3, 1)
    minibatch: int = number(512, 2)
    entropy: float = number(0.01, most=10.0)
    dropout: float = number(0.0, most=0.9)
    weight_decay: float = number(0.0, most=1.0)
    augment: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_minibatch(self.minibatch, self.rollout_size)
        if self.augment:
            choose("way to augment observations", self.augment, AUGMENTS)
        if self.dropout and not self.hidden and not self.own:
            raise ValueError("dropout drops units of hidden layers, and there are none: take hidden=64")

    def hyperparameters(self) -> dict[str, Any]:
        told = {"batch_size": self.minibatch, "n_epochs": self.epochs, "ent_coef": self.entropy}
        return super().hyperparameters() | told

    def network(self, task: Task) -> dict[str, Any]:
        made = super().network(task)
        if self.weight_decay:
            made["optimizer_kwargs"] = {"eps": EPSILON, "weight_decay": self.weight_decay}
        return made

    def training_task(self, task: Task) -> Task:
        played = super().training_task(task)
        if self.augment:
            check_augment(played, self.augment)
        return played

    def games(self, task: Task, seed: int, sampler: LevelSampler | None = None) -> VecEnv:
        from ..augmenting import AugmentedVecEnv

        played = super().games(task, seed, sampler)
        return AugmentedVecEnv(played, task, self.augment, seed) if self.augment else played

    def callbacks(self, task: Task, seed: int) -> list[BaseCallback]:
        return [*super().callbacks(task, seed), *self._dropping()]

    def _dropping(self) -> list[BaseCallback]:
        """What drops units; behind what plays in between, which drops none."""
        from ..dropout import Dropout

        return [Dropout(self.dropout)] if self.dropout else []


def check_augment(task: Task, way: str) -> None:
    """ValueError where a task's observations cannot be augmented in this way."""
    if len(task.observation_space.shape) != 3:
        raise ValueError(f"augment={way} changes grids, but {task.game.name} shows none: leave it out")
    if way == "cutout" and task.observation_space.high.max() > 1:
        raise ValueError(f"cutout spares the agent's layer, but {task.game.name} shows pixels: take augment=shift")
