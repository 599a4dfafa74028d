"""Augmented random search on many games at once.

sb3-contrib plays one candidate after another, and its policies always take the likeliest action. Here the candidates
of a round play side by side, one network each, and draw their actions, so that a policy which is nearly right does not
stand before a wall until its time is up. All candidates are judged on the same fresh levels, with the same random
numbers, and by whole episodes: games that are done wait for the last one, so that all candidates play equally many.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib import ARS
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import LinearSchedule
from torch import Tensor

from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from .algorithms.ars import ARSRecipe
from .softmax import SoftmaxPolicy
from .streams import stream_seeds
from .vec_env import GoalGapVecEnv


class SideBySideARS(ARS):
    """ARS whose candidates play side by side; the ARS of sb3-contrib loads what it saves.

    Args:
        task: what is played.
        recipe: how it learns.
        seed: of the network, its variants, the actions, and the levels, which seeds do not share.
    """

    policy: SoftmaxPolicy

    def __init__(self, task: Task, recipe: ARSRecipe, seed: int) -> None:
        super().__init__(
            recipe.policy_class(),
            GoalGapVecEnv(task, 1),
            learning_rate=LinearSchedule(recipe.learning_rate, 0.0, 1.0),
            policy_kwargs=recipe.network(task),
            seed=seed,
            device=recipe.device,
            **recipe.hyperparameters(),
        )
        self.set_logger(Logger(None, []))
        self.games = Batch(task, self.pop_size * recipe.n_envs)
        self.games.seed(stream_seeds(seed, recipe.n_envs) * self.pop_size)

    def evaluate_candidates(
        self,
        candidate_weights: Tensor,
        callback: BaseCallback,
        async_eval: Any = None,  # noqa: ARG002
    ) -> Tensor:
        """The mean return of each candidate over one episode of each of its games, shape (candidates,)."""
        callback.on_rollout_start()
        returns = self._play(candidate_weights)
        reward = self.games.task.reward
        ends = [{"episode": {}, "returns": {reward: value}} for value in returns.tolist()]
        callback.update_locals({"infos": ends, "dones": self.games.done})
        callback.on_step()
        callback.on_rollout_end()
        means = returns.reshape(self.pop_size, -1).mean(1)
        return torch.as_tensor(means, dtype=torch.float32, device=self.device)

    def _play(self, weights: Tensor) -> NDArray[np.float64]:
        """Play one episode of each game by networks of these weights, shape (networks, weights).

        Returns:
            the return of the training reward in each game, float64, shape (games,).
        """
        games = self.games
        games.reset()
        while not games.done.all():
            seen: Any = self.policy.obs_to_tensor(games.observe())[0]
            logits = self.policy.logits(weights, seen)
            actions = (logits + gumbel_noise(logits.shape[1:]).to(logits.device)).argmax(2)
            self.num_timesteps += games.n - int(games.done.sum())
            games.step(actions.flatten().cpu().numpy())
        return games.returns[:, games.task.channel].copy()

    def _excluded_save_params(self) -> list[str]:
        return [*super()._excluded_save_params(), "games", "weights"]


def gumbel_noise(shape: tuple[int, ...]) -> Tensor:
    """Gumbel noise, float32: the argmax of logits plus this noise is a draw from their softmax (Gumbel 1954)."""
    return -torch.empty(shape).exponential_().log()
