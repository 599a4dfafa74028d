"""The Gymnasium face of one game: a batch of one."""

from __future__ import annotations

from operator import index
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from ....choices import choose
from ..anchors import successes
from ..batch import Batch
from ..keys import keys_to_action
from ..task import Task
from .reset import fresh_seeds, reset_with_options
from .spec import HorizonInSpec

RENDER_MODES = ("rgb_array", "ansi")
ALL = np.zeros(1, np.int64)


class GoalGapEnv(HorizonInSpec, gymnasium.Env[NDArray[np.uint8], np.int64]):
    """One game of a task, as a Gymnasium environment.

    `reset(seed=s)` starts the episodes that belong to `s`; later resets play the next of them.
    `reset(options={"level_seed": n})` or `{"level": text or name}` chooses a level. `info` carries `level_seed` (-1
    for a written level), `margin` (the fraction of the intended optimum that following a proxy loses; above 1 where
    it earns less than nothing), `goals` (what every reward and event gave in the last step), `returns` (what each
    has given so far, discounted by its goal's own discount, so not the sum of `goals`) and `is_success` (once the
    episode has ended, whether it went for the intended goal, by the rule by which evaluation tells outcomes; False
    before). The keys are the same in every step.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES), "render_fps": 8}  # noqa: RUF012

    def __init__(self, task: Task, render_mode: str | None = None) -> None:
        if render_mode is not None:
            choose("render_mode", render_mode, RENDER_MODES)
        self.task, self.render_mode = task, render_mode
        self.observation_space = task.observation_space  # type: ignore[assignment]
        self.action_space = task.action_space
        self.batch = Batch(task, 1)
        self._names, self._channel, self._actions = task.channels, task.channel, len(task.game.actions)
        self._seeded = False
        self._about: dict[str, Any] = {}
        self._nothing = self._returns = dict.fromkeys(self._names, 0.0)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Start an episode.

        Returns:
            the observation, uint8, and the info.
        """
        if seed is None and not self._seeded:
            seed = fresh_seeds(1)[0]
        super().reset(seed=seed)
        if seed is not None:
            self.batch.seed([seed])
            self._seeded = True
        reset_with_options(self.batch, ALL, options)
        margin = float(self.batch.margins()[0])
        self._about = {"level_seed": int(self.batch.levels["seed"][0]), "margin": margin}
        self._returns = self._nothing
        return self.batch.observe()[0], self._info(self._nothing.copy())

    def step(self, action: Any) -> tuple[NDArray[np.uint8], float, bool, bool, dict[str, Any]]:
        """Play one step.

        Returns:
            observation, training reward, terminated, truncated and info.

        Raises:
            ValueError: there is no such action.
            ResetNeeded: there is no episode to play.
        """
        batch = self.batch
        if not self._about or batch.done[0]:
            raise ResetNeeded("there is no episode to step: call reset() first, and again after each end")
        batch.actions[0] = self._known(action)
        ended = batch.advance()
        rewards, goals = batch.rewards[0].tolist(), self._nothing.copy()
        reward = rewards[self._channel]
        if any(rewards):
            goals.update(zip(self._names, rewards, strict=True))
            self._returns = dict(zip(self._names, batch.returns[0].tolist(), strict=True))
        info = self._info(goals)
        if not ended:
            return batch.observe()[0], reward, False, False, info
        info["is_success"] = bool(successes(self.task, batch.levels, batch.returns, batch.reached)[0])
        return batch.observe()[0], reward, bool(batch.terminated[0]), bool(batch.truncated[0]), info

    def _info(self, goals: dict[str, float]) -> dict[str, Any]:
        """The info of a step that gave `goals`."""
        return {**self._about, "goals": goals, "returns": self._returns.copy(), "is_success": False}

    def _known(self, action: Any) -> int:
        """The action as a number; ValueError where it does not exist."""
        try:
            chosen = -1 if isinstance(action, bool | np.bool_) else index(action)
        except TypeError:
            raise self.task.no_action(action) from None
        if not 0 <= chosen < self._actions:
            raise self.task.no_action(action)
        return chosen

    def get_keys_to_action(self) -> dict[tuple[int, ...], int]:
        """The action of each key, for `gymnasium.utils.play.play`, which is to be told to `wait_on_player`."""
        return keys_to_action(self.task.game.actions)

    def render(self) -> Any:
        """A picture, uint8, shape (height, width, 3), or text, by the render mode."""
        if self.render_mode is None:
            gymnasium.logger.warn("render() draws nothing without a render_mode: make the environment with one")
            return None
        art, scene = self.task.game.art, self.batch.scenes()[0]
        if self.render_mode == "ansi":
            return art.text(scene)
        return art.picture(scene, dict(zip(self._names, self.batch.returns[0].tolist(), strict=True)))
