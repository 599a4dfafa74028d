"""Proximal policy optimization (Schulman et al. 2017): gradient descent on a network without memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...envs.engine.editing import check_edits
from ...envs.engine.levels import LevelSampler
from ...envs.engine.task import Task
from ..curricula.settings import Curriculum
from .recipe import Recipe, number, played_with

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback


@dataclass(frozen=True)
class PPORecipe(Recipe):
    """How PPO is trained.

    Attributes:
        n_steps: steps of each game between two updates.
        epochs, minibatch: passes over what was collected, and transitions a gradient step.
        entropy: weight of the entropy bonus.
        discount, gae_lambda: of the advantage estimate (Schulman et al. 2016).
        before: arguments of the environment that the first half of training uses besides `practice`.
        curriculum: how levels are chosen, as `curricula.settings.Curriculum` has it; they are drawn at random if empty.
    """

    algorithm = "PPO"
    package = "stable_baselines3"
    n_steps: int = number(32, 1)
    epochs: int = number(3, 1)
    minibatch: int = number(512, 1)
    entropy: float = number(0.01, most=10.0)
    discount: float = number(0.95, most=1.0)
    gae_lambda: float = number(0.8, most=1.0)
    before: Mapping[str, Any] = field(default_factory=dict)
    curriculum: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "before", dict(self.before))
        chosen = Curriculum.of(self.curriculum) if self.curriculum else None
        object.__setattr__(self, "curriculum", chosen.as_data() if chosen else {})
        if chosen and self.before:
            raise ValueError(
                "before changes the games in mid-training, and a curriculum keeps them: take one of the two"
            )
        if chosen and chosen.buffer < self.n_envs:
            raise ValueError(f"buffer of a curriculum holds a level for each of the {self.n_envs} games at least")
        if self.rollout_size % self.minibatch:
            raise ValueError(f"minibatch {self.minibatch} does not divide n_envs x n_steps = {self.rollout_size}")

    @property
    def rollout_size(self) -> int:
        """Transitions between two updates."""
        return self.n_envs * self.n_steps

    @property
    def total_steps(self) -> int:
        """Transitions in all: whole rollouts."""
        return -(-self.steps // self.rollout_size) * self.rollout_size

    def build(self, task: Task, seed: int) -> BaseAlgorithm:
        from stable_baselines3.common.logger import Logger
        from stable_baselines3.common.utils import LinearSchedule

        from ..vec_env import GoalGapVecEnv

        model: BaseAlgorithm = self.model_class()(
            self.policy_class(),
            GoalGapVecEnv(task, self.n_envs, sampler=self._sampler(task, seed), judged=False),
            n_steps=self.n_steps,
            batch_size=self.minibatch,
            n_epochs=self.epochs,
            learning_rate=LinearSchedule(self.learning_rate, 0.0, 1.0),
            ent_coef=self.entropy,
            gamma=self.discount,
            gae_lambda=self.gae_lambda,
            policy_kwargs=self.network(task),
            seed=seed,
            device=self.device,
        )
        model.set_logger(Logger(None, []))
        return model

    def policy_class(self) -> Any:
        """The class of the network, or stable-baselines3's name for it."""
        return "MlpPolicy"

    def network(self, task: Task) -> dict[str, Any]:
        """The arguments of the network."""
        from ..features import sight

        kind, views = sight(task, patch=self.patch, far=self.far, hidden=self.hidden)
        return {"features_extractor_class": kind, "features_extractor_kwargs": views, "net_arch": []}

    def training_task(self, task: Task) -> Task:
        played = played_with(super().training_task(task), self.before)
        if self.curriculum and Curriculum.of(self.curriculum).edits:
            check_edits(played)
        return played

    def callbacks(self, task: Task, seed: int) -> list[BaseCallback]:
        from ..callbacks import BootstrapTogether
        from ..curricula.exploring import Exploring

        chosen = [Exploring()] if self.curriculum else []
        return [BootstrapTogether(), *chosen, *self._second_half(task, seed)]

    def _sampler(self, task: Task, seed: int) -> LevelSampler | None:
        from ..curricula.sampler import CurriculumSampler

        return CurriculumSampler(task, Curriculum.of(self.curriculum), seed, self.n_envs) if self.curriculum else None

    def _second_half(self, task: Task, seed: int) -> list[BaseCallback]:
        """What changes the games in the middle, where training has two halves."""
        from ..callbacks import SecondHalf

        return [SecondHalf(super().training_task(task), seed, self.steps // 2)] if self.before else []
