"""What happens between stable-baselines3's steps: reports of progress, a change of games, and one thing done faster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv


@dataclass(frozen=True)
class TrainingProgress:
    """How far a run is.

    Attributes:
        steps, total: transitions done, and to do; more will be done where rounds have no fixed length.
        score: mean return of the training reward, discounted, over the last 1,000 episodes; nan until each game has
            ended once, since those that end first are the short ones. Where networks are varied, these are their
            episodes, not those of the network between them.
    """

    steps: int
    total: int
    score: float


OnProgress = Callable[[TrainingProgress], None]


class Reporter(BaseCallback):
    """Tells how far the run is after each round.

    Args:
        reward: name of the training reward.
        total: transitions of the whole run.
        progress: who is told.
    """

    def __init__(self, reward: str, total: int, progress: OnProgress) -> None:
        super().__init__()
        self.reward, self.total, self.progress = reward, total, progress
        self.returns: deque[float] = deque(maxlen=1000)
        self._ended: Any = False

    def _on_step(self) -> bool:
        infos = self.locals["infos"]
        self._ended = self._ended | np.asarray(self.locals["dones"])
        self.returns.extend(infos[i]["returns"][self.reward] for i in np.flatnonzero(self.locals["dones"]))
        return True

    def _on_rollout_end(self) -> None:
        score = float(np.mean(self.returns)) if np.all(self._ended) else float("nan")
        self.progress(TrainingProgress(self.num_timesteps, self.total, score))


class BootstrapTogether(BaseCallback):
    """Adds the discounted value of the last observation to the last reward of games that a time limit cut off.

    stable-baselines3 does the same game by game, each with a forward pass of its own, which takes about a tenth
    of the time where episodes are short. It skips games that are not marked as truncated, so the mark is taken off.
    """

    model: PPO

    def _on_step(self) -> bool:
        infos, dones = self.locals["infos"], self.locals["dones"]
        cut = [i for i in np.flatnonzero(dones) if infos[i]["TimeLimit.truncated"]]
        if cut:
            last = torch.as_tensor(np.stack([infos[i]["terminal_observation"] for i in cut]), device=self.model.device)
            with torch.no_grad():
                values = self.model.policy.predict_values(last).flatten().cpu().numpy()
            self.locals["rewards"][cut] += self.model.gamma * values
        for i in cut:
            infos[i]["TimeLimit.truncated"] = False
        return True


class SecondHalf(BaseCallback):
    """From so many steps on, training goes on with other games.

    Args:
        games: makes what is played then.
        seed: of these games; one that training did not begin with.
        after: transitions, to the end of whose round the games are those that training began with.
    """

    model: OnPolicyAlgorithm

    def __init__(self, games: Callable[[], VecEnv], seed: int, after: int) -> None:
        super().__init__()
        self.games, self.seed, self.after, self.begun = games, seed, after, False

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        if self.begun or self.num_timesteps < self.after:
            return
        games, self.begun = self.games(), True
        games.seed(self.seed)
        self.model.set_env(games)
        first: Any = self.training_env.reset()  # of the games as the model has wrapped them
        self.model._last_obs = first  # noqa: SLF001
        self.model._last_episode_starts = np.ones(games.num_envs, bool)  # noqa: SLF001
