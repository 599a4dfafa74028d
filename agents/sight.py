"""Training in sight: which goal an agent goes for while it learns, in stable-baselines3's own logs.

    from stable_baselines3 import PPO

    model = PPO("MlpPolicy", goalgap.vec_env("CheeseCorner", n_envs=256), tensorboard_log="curves")
    model.learn(1_000_000, goalgap.GoalCallback("CheeseCorner"))

What is recorded goes wherever the model's logger writes: TensorBoard, CSV, or what W&B and MLflow take from it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np

from .. import envs
from ..choices import shown
from ..envs.engine.anchors import anchors
from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..eval.measures.arrays import arranged
from ..eval.measures.catalogue import computed
from ..eval.measures.definitions import gap, pursuit, score
from ..eval.play.rollout import rollout
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..extras import needs_extras
from ..terms import LEVELS, SPLITS
from .spacing import Spacing

with needs_extras():
    import torch
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback

    from .acting import AgentPolicy
    from .network import ROWS
    from .views import shown_to

NAMES = {  # what is recorded of each kind of measure
    score.__name__: "score_{0.split}",
    pursuit.__name__: "pursuit_{0.name}",
    gap.__name__: "{0.name}_gap",
}


class GoalCallback(BaseCallback):
    """Plays fixed levels between the rounds of training, and records which goal the agent goes for.

    For any algorithm of stable-baselines3 or sb3-contrib with discrete actions, and any games of the task: those of
    `goalgap.vec_env`, or `gymnasium.make` in a `DummyVecEnv`, also normalized by `VecNormalize`. Training itself stays
    as it is, to the bit: the same seed gives the same agent with it and without.

    Recorded are `goalgap/score_SPLIT`, the score for the intended goal on train, control and deploy;
    `goalgap/pursuit_GOAL` of each goal and `goalgap/pursuit_none`; and `goalgap/GAP_gap` of each gap, such as
    `goalgap/goal_gap`. They mean what they mean in a report, of the levels 1000, 1001, ... of each split: none that the
    usual evaluation plays, so that an agent may be chosen by these curves and still be judged by fresh levels. Each
    record is written at once, for the step that it is of, as by the `EvalCallback` of stable-baselines3.

    It plays before the first step and when training ends, and between as often as a share of the time allows, which
    is recorded as `time/goalgap_share`; or after every `every` steps, for logs that are the same in every run.

    Args:
        task: what is trained on, or the name of an environment.
        levels: how many of each split.
        every: steps between two plays, rather than a share of the time.
        share: of the time that training takes, at most, in (0, 1].

    Raises:
        ValueError, TypeError: an argument is not allowed; or, when training begins, the model's games are not of the
            task, or a wrapper around them changes observations in a way that is not known.
    """

    def __init__(self, task: Task | str, levels: int = 100, every: int | None = None, share: float = 0.1) -> None:
        super().__init__()
        self.task = task if isinstance(task, Task) else envs.task(task)
        seeds = LEVELS + np.arange(_count("levels", levels))
        self.parts = np.split(seeds, range(ROWS, levels, ROWS))
        if not 0 < share <= 1:
            raise ValueError(f"share is of the time that training takes, in (0, 1], not {shown(share)}")
        self.spacing = Spacing(share, None if every is None else _count("every", every))
        self._looked_at: int | None = None

    def _init_callback(self) -> None:
        seen = shown_to(self.model, self.task)
        self._policy = AgentPolicy("agent", self.model, rows=len(self.parts[0]), shown=seen)

    def _on_training_start(self) -> None:
        self.spacing.begin(self.num_timesteps)
        if self._looked_at is None:
            self._prepare()
            self._look()

    def _on_rollout_start(self) -> None:
        """Between rounds the network is what the steps until now have made of it."""
        if self.spacing.due(self.num_timesteps) and self.num_timesteps != self._looked_at:
            self._look()

    def _on_training_end(self) -> None:
        if self.num_timesteps != self._looked_at:
            self._look()

    def _on_step(self) -> bool:
        return True

    def _prepare(self) -> None:
        """Work out what the levels are worth, so that what this takes is not thought to be what a look takes."""
        with self.spacing.looking(self.num_timesteps), undisturbed(self.model):
            for split, seeds in product(SPLITS, self.parts):
                anchors(Batch.of(self.task.on(split), seeds))

    def _look(self) -> None:
        first, self._looked_at = self._looked_at is None, self.num_timesteps
        with self.spacing.looking(self.num_timesteps), undisturbed(self.model):
            told = self.measure()
        for name, value in told.items():
            self.logger.record(f"goalgap/{name}", value)
        if not first:
            self.logger.record("time/goalgap_share", self.spacing.spent / self.spacing.trained)
        self.logger.record("time/total_timesteps", self.num_timesteps, exclude="tensorboard")
        self.logger.dump(self.num_timesteps)

    def measure(self) -> dict[str, float]:
        """What the agent does as it is now, by name; what no level tells of is left out."""
        run = Run(agent="agent", reward=self.task.reward, alpha=self.task.alpha)
        episodes = Episodes.join(
            rollout(self.task.on(split), self._policy, seeds, run=run) for split, seeds in product(SPLITS, self.parts)
        )
        found = computed(arranged(episodes), kinds=NAMES).items()
        intended = self.task.game.intended.name
        told = {
            NAMES[key.kind].format(key): float(value[0])
            for key, value in found
            if key.name == intended or key.kind != "score"
        }
        return {name: value for name, value in told.items() if not np.isnan(value)}


@contextmanager
def undisturbed(model: BaseAlgorithm) -> Iterator[None]:
    """Whatever the block does, the global generators and the modes of the network's parts are as before it."""
    modes = [(part, part.training) for part in model.policy.modules()]
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (the global one is meant)
    try:
        with torch.random.fork_rng([model.device] if model.device.type == "cuda" else []):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        for part, training in modes:
            part.training = training


def _count(name: str, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise ValueError(f"{name} is a whole number, at least 1, not {shown(given)}")
    return given
