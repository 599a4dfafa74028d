"""Deep Q-learning (Mnih et al. 2015): values of actions, learned from a replay buffer.

It suits every environment that asks for no memory. Its one recipe was chosen on small mazes of CheeseCorner. The buffer
keeps each observation twice, before and after a step, which takes gigabytes where grids are large or seen as pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from ...envs.engine.task import Task
from ..fields import number
from .recipe import MOST_GAMES, Recipe, check_memory, quiet

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm


@dataclass(frozen=True)
class DQNRecipe(Recipe):
    """How DQN is trained.

    Attributes:
        buffer: transitions that are kept.
        minibatch, updates: transitions a gradient step, and gradient steps after each step of all games.
        discount: of what is to come.
        warmup: transitions before the first gradient step.
        exploration, least: the part of training in which the share of random actions falls from 1, and where to.
        target_every: transitions after which the target network is renewed.
    """

    algorithm = "DQN"
    package = "stable_baselines3"
    draws = False
    n_envs: int = number(32, 1, MOST_GAMES)
    learning_rate: float = number(1e-3, most=1.0)
    buffer: int = number(200_000, 1)
    minibatch: int = number(256, 1)
    updates: int = number(1, 1)
    discount: float = number(0.95, most=1.0)
    warmup: int = number(10_000, 0)
    exploration: float = number(0.3, most=1.0)
    least: float = number(0.05, most=1.0)
    target_every: int = number(8_000, 1)

    def build(self, task: Task, seed: int) -> BaseAlgorithm:
        from stable_baselines3.common.utils import LinearSchedule

        from ..vec_env import GoalGapVecEnv

        model: BaseAlgorithm = self.model_class()(
            self.policy_class(),
            GoalGapVecEnv(task, self.n_envs, judged=False),
            learning_rate=LinearSchedule(self.learning_rate, 0.0, 1.0),
            policy_kwargs=self.network(task),
            seed=seed,
            device=self.device,
            **self.hyperparameters(),
        )
        return quiet(model)

    def hyperparameters(self) -> dict[str, Any]:
        return {
            "buffer_size": self.buffer,
            "batch_size": self.minibatch,
            "gradient_steps": self.updates,
            "train_freq": 1,
            "gamma": self.discount,
            "learning_starts": self.warmup,
            "exploration_fraction": self.exploration,
            "exploration_final_eps": self.least,
            "target_update_interval": self.target_every,
        }

    def training_task(self, task: Task) -> Task:
        """Also a ValueError where nothing would be learned, or the buffer would take too much memory."""
        if self.steps <= self.warmup:
            raise ValueError(
                f"{self.steps:,} steps end before the warmup of {self.warmup:,}, in which nothing is learned: take "
                "more steps, or warmup=0"
            )
        seen, played = task.observation_space, super().training_task(task)
        each = 2 * prod(seen.shape) * seen.dtype.itemsize
        told = f"a buffer of {self.buffer} transitions of {task.game.name}"
        check_memory(told, self.buffer, each, "buffer={} or less")
        return played
