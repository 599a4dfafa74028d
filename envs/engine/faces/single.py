"""The Gymnasium face of one game: a batch of one."""

from __future__ import annotations

from operator import index
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from ....choices import choose
from ..batch import Batch, no_action
from ..task import Task
from .reset import begin

RENDER_MODES = ("rgb_array", "ansi")
ALL = np.zeros(1, np.int64)


class GoalGapEnv(gymnasium.Env[NDArray[np.uint8], np.int64]):
    """One game of a task, as a Gymnasium environment.

    `reset(seed=s)` starts the episodes that belong to `s`; later resets play the next of them.
    `reset(options={"level_seed": n})` or `{"level": ascii}` chooses a level. `info` carries
    `level_seed` (-1 for a drawn level), `margin`, `goals` (the reward of every goal in the last
    step) and, when the episode ends, `returns` (the return of every goal).
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 8}  # noqa: RUF012

    def __init__(self, task: Task, render_mode: str | None = None) -> None:
        if render_mode is not None:
            choose("render_mode", render_mode, RENDER_MODES)
        self.task, self.render_mode = task, render_mode
        self.observation_space = task.observation_space  # type: ignore[assignment]
        self.action_space = task.action_space
        self.batch = Batch(task, 1)
        self._action, self._names = np.zeros(1, np.int64), task.channels
        self._channel, self._seeded, self._over = task.channel, False, True
        self._about: dict[str, Any] = {}

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None or not self._seeded:
            fresh = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
            self.batch.seed([fresh], ALL)
            self._seeded = True
        begin(self.batch, ALL, options)
        self._over, level = False, self.batch.levels[0]
        self._about = {"level_seed": int(level["seed"]), "margin": float(level["margin"])}
        return self.batch.observe()[0], {**self._about, "goals": dict.fromkeys(self._names, 0.0)}

    def step(self, action: Any) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        if self._over:
            raise ResetNeeded("there is no episode to step: call reset() first, and again after each end")
        batch, self._action[0] = self.batch, self._known(action)
        batch.step(self._action)
        rewards = batch.rewards[0].tolist()
        terminated, truncated = bool(batch.terminated[0]), bool(batch.truncated[0])
        self._over = terminated or truncated
        info = {**self._about, "goals": dict(zip(self._names, rewards, strict=True))}
        if self._over:
            info["returns"] = dict(zip(self._names, batch.returns[0].tolist(), strict=True))
        return batch.observe()[0], rewards[self._channel], terminated, truncated, info

    def _known(self, action: Any) -> int:
        """The action as a number; ValueError where it does not exist."""
        try:
            chosen = index(action)
        except TypeError:
            raise no_action(self.task, action) from None
        if not 0 <= chosen < len(self.task.game.actions):
            raise no_action(self.task, action)
        return chosen

    def render(self) -> Any:
        if self.render_mode is None:
            gymnasium.logger.warn("render() draws nothing without a render_mode: make the environment with one")
            return None
        art, scene = self.task.game.art, self.batch.scenes()[0]
        if self.render_mode == "ansi":
            return art.text(scene)
        return art.picture(scene, dict(zip(self._names, self.batch.returns[0].tolist(), strict=True)))
