"""What a curriculum does between rollouts, and what it learns of levels from PPO's advantages."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback

from ...envs.engine.batch import Batch
from ...envs.engine.levels import Levels
from .sampler import CurriculumSampler, Played
from .scores import LOSS, Floats


class Exploring(BaseCallback):
    """Tries new and edited levels before each rollout, and deals the levels of the rollout.

    Attributes:
        tried: transitions that were played and not learned from.
    """

    model: PPO

    def __init__(self) -> None:
        super().__init__()
        self.tried, self._seeds = 0, list[NDArray[np.int64]]()

    @property
    def batch(self) -> Batch:
        """The games of training."""
        batch: Batch = self.training_env.get_attr("batch", 0)[0]
        return batch

    @property
    def sampler(self) -> CurriculumSampler:
        """What chooses their levels."""
        sampler = self.batch.sampler
        assert isinstance(sampler, CurriculumSampler)  # noqa: S101
        return sampler

    def _on_rollout_start(self) -> None:
        self.sampler.explore(self._play)
        self.sampler.begin_round()
        self._seeds = []
        self._note()

    def _on_step(self) -> bool:
        self._note()
        return True

    def _on_rollout_end(self) -> None:
        self.sampler.end_round(*self._losses())

    def _losses(self) -> tuple[NDArray[np.int64], Floats]:
        """The seeds of the levels that were played, and the mean of advantages above 0; none where no score asks."""
        if self.sampler.settings.score != LOSS:
            return np.empty(0, np.int64), np.empty(0)
        seeds, at = np.unique(np.array(self._seeds[:-1]).ravel(), return_inverse=True)
        gains = np.maximum(self.model.rollout_buffer.advantages, 0.0).ravel()
        return seeds, np.bincount(at, gains) / np.bincount(at)

    def summary(self) -> dict[str, Any]:
        """What a record says of it: transitions that were only tried, and the buffer's distinguishing levels."""
        return {"tried_steps": self.tried, "distinguishing": round(self.sampler.distinguishing(), 4)}

    def _note(self) -> None:
        """Keep which levels are played, where it will be asked for."""
        if self.sampler.settings.score == LOSS:
            self._seeds.append(np.array(self.batch.levels["seed"]))

    def _play(self, levels: Levels) -> Played:
        played = played_by(self.model, Batch.on(self.sampler.task, levels), self.sampler.task.channel)
        self.tried += int(played.steps.sum())
        return played


def played_by(model: PPO, batch: Batch, channel: int) -> Played:
    """Play each game of a batch to its end by sampled actions; nothing is learned from it."""
    values, rewards = [], []
    going: list[NDArray[np.bool_]] = []
    while not batch.done.all():
        going.append(~batch.done)
        actions, seen = _act(model, batch, going[-1])
        batch.step(actions)
        values.append(seen)
        rewards.append(batch.rewards[:, channel].copy())
    cut = np.zeros(batch.n)
    late = np.flatnonzero(batch.timed_out)
    if len(late):
        cut[late] = _values(model, batch.observe(late))
    losses = positive_value_losses(np.array(rewards), np.array([*values, cut]), np.array(going), model)
    return Played(batch.returns[:, channel].copy(), losses, np.sum(going, axis=0))


def positive_value_losses(rewards: Floats, values: Floats, going: NDArray[np.bool_], model: PPO) -> Floats:
    """The mean of advantages above 0 of each game (Schulman et al. 2016), arrays of shape (steps, games).

    `values` have a row more: what is expected after the last step, 0 where the episode terminated.
    """
    gains, advantage = np.zeros(rewards.shape[1]), np.zeros(rewards.shape[1])
    after = values[-1].copy()
    for reward, value, on in zip(rewards[::-1], values[-2::-1], going[::-1], strict=True):
        advantage = np.where(on, reward + model.gamma * after - value + model.gamma * model.gae_lambda * advantage, 0.0)
        after = np.where(on, value, after)
        gains += np.maximum(advantage, 0.0)
    return np.asarray(gains / np.maximum(going.sum(axis=0), 1), np.float64)


def _act(model: PPO, batch: Batch, going: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Floats]:
    """Sampled actions and values, 0 for games that stand still."""
    actions, values = np.zeros(batch.n, np.int64), np.zeros(batch.n)
    where = np.flatnonzero(going)
    with torch.no_grad():
        chosen, expected, _ = model.policy(model.policy.obs_to_tensor(batch.observe(where))[0])
    actions[where], values[where] = chosen.cpu().numpy(), expected.flatten().cpu().numpy()
    return actions, values


def _values(model: PPO, observations: NDArray[np.uint8]) -> Floats:
    with torch.no_grad():
        expected = model.policy.predict_values(model.policy.obs_to_tensor(observations)[0])
    return np.asarray(expected.flatten().cpu().numpy(), np.float64)
