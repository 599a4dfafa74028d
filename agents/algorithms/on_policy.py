"""What PPO, A2C and TRPO share: games side by side, updates from what the policy itself has just done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from ...choices import shown
from ...envs.engine.editing import check_edits
from ...envs.engine.levels import LevelSampler
from ...envs.engine.task import Task
from ..curricula.settings import Curriculum
from ..fields import number
from .recipe import Recipe, check_memory, played_with, quiet

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.vec_env import VecEnv

MOST_STEPS = 100_000


@dataclass(frozen=True)
class OnPolicyRecipe(Recipe):
    """How an on-policy algorithm is trained.

    Attributes:
        n_steps: steps of each game between two updates.
        discount, gae_lambda: of the advantage estimate (Schulman et al. 2016).
        before: arguments of the environment that the first half of training uses besides `practice`.
        curriculum: how levels are chosen, as `curricula.settings.Curriculum` has it; they are drawn at random if empty.
    """

    n_steps: int = number(32, 1, MOST_STEPS)
    discount: float = number(0.95, most=1.0)
    gae_lambda: float = number(0.8, most=1.0)
    before: Mapping[str, Any] = field(default_factory=dict)
    curriculum: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "before", dict(self.before))
        chosen = self._chosen
        object.__setattr__(self, "curriculum", chosen.as_data() if chosen else {})
        if chosen and self.before:
            raise ValueError("before changes the games in mid-training, and a curriculum keeps them: take one")
        if chosen and not chosen.candidates and chosen.buffer < self.n_envs:
            raise ValueError(f"buffer of a curriculum holds a level for each of the {self.n_envs} games at least")

    @property
    def _chosen(self) -> Curriculum | None:
        """The curriculum, where there is one."""
        if isinstance(self.curriculum, str):
            raise TypeError(f"a curriculum is a table, such as {{'method': 'accel'}}, not {shown(self.curriculum)}")
        return Curriculum.of(self.curriculum) if self.curriculum else None

    @property
    def rollout_size(self) -> int:
        """Transitions between two updates."""
        return self.n_envs * self.n_steps

    @property
    def total_steps(self) -> int:
        """Transitions in all: whole rollouts."""
        return -(-self.steps // self.rollout_size) * self.rollout_size

    @property
    def _last_rate(self) -> float:
        """The learning rate at the end, by which the last rollout is learned from: of a single one, as at the start."""
        return 0.0 if self.total_steps > self.rollout_size else self.learning_rate

    def build(self, task: Task, seed: int) -> BaseAlgorithm:
        from stable_baselines3.common.utils import LinearSchedule

        model: BaseAlgorithm = self.model_class()(
            self.policy_class(),
            self.games(task, seed, self._sampler(task, seed)),
            learning_rate=LinearSchedule(self.learning_rate, self._last_rate, 1.0),
            policy_kwargs=self.network(task),
            seed=seed,
            device=self.device,
            **self.hyperparameters(),
        )
        return quiet(model)

    def games(self, task: Task, seed: int, sampler: LevelSampler | None = None) -> VecEnv:  # noqa: ARG002
        """What is played, as the agent sees it in training."""
        from ..vec_env import GoalGapVecEnv

        return GoalGapVecEnv(task, self.n_envs, sampler=sampler, judged=False)

    def hyperparameters(self) -> dict[str, Any]:
        return {"n_steps": self.n_steps, "gamma": self.discount, "gae_lambda": self.gae_lambda}

    def training_task(self, task: Task) -> Task:
        played, seen = played_with(super().training_task(task), self.before), task.observation_space
        told = f"a rollout of {self.n_envs} x {self.n_steps} transitions of {task.game.name}"
        check_memory(told, self.rollout_size, prod(seen.shape) * seen.dtype.itemsize, "n_envs x n_steps of {} or less")
        if chosen := self._chosen:
            if chosen.edits:
                check_edits(played)
            if chosen.every and chosen.every * self.rollout_size >= self.total_steps:
                sooner = ", or every:1 of the curriculum" if self.total_steps > self.rollout_size else ""
                raise ValueError(
                    f"{chosen.method} chooses levels after every {chosen.every} rollouts of {self.rollout_size:,} "
                    f"transitions, and {self.steps:,} end before: take more steps{sooner}"
                )
        return played

    def callbacks(self, task: Task, seed: int) -> list[BaseCallback]:
        from ..callbacks import BootstrapTogether
        from ..curricula.exploring import Exploring

        chosen = [Exploring()] if self.curriculum else []
        return [BootstrapTogether(), *chosen, *self._second_half(task, seed)]

    def _sampler(self, task: Task, seed: int) -> LevelSampler | None:
        from ..curricula.learnability import LearnabilitySampler
        from ..curricula.replaying import ReplaySampler

        if (chosen := self._chosen) is None:
            return None
        if chosen.candidates:
            return LearnabilitySampler(task, chosen, seed)
        return ReplaySampler(task, chosen, seed, self.n_envs)

    def _second_half(self, task: Task, seed: int) -> list[BaseCallback]:
        """What changes the games in the middle, where training has two halves."""
        from ..callbacks import SecondHalf

        if not self.before:
            return []
        later = seed + 2**40  # so that no level comes again
        games = partial(self.games, super().training_task(task), later)
        return [SecondHalf(games, later, self.steps // 2)]
