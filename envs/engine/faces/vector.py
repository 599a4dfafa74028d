"""The Gymnasium vector face: many games stepped by one compiled loop, in all three autoreset modes."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ....choices import choose
from ..batch import Batch
from ..task import Task
from .reset import begin
from .single import RENDER_MODES

Arrays = NDArray[Any]
Infos = dict[str, Any]
Step = tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]


class GoalGapVectorEnv(VectorEnv[NDArray[np.uint8], NDArray[np.int64], Arrays]):
    """`num_envs` games of a task. Game i of `reset(seed=s)` plays the episodes of seed s + i.

    Args:
        task: what is played.
        num_envs: how many games.
        autoreset_mode: Gymnasium's NextStep (default), SameStep or Disabled.
        render_mode: "rgb_array", "ansi" or None; `render` returns one picture a game.
    """

    def __init__(
        self, task: Task, num_envs: int = 1, autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
    ) -> None:  # fmt: skip
        if isinstance(num_envs, bool) or not isinstance(num_envs, int) or num_envs < 1:
            raise ValueError(f"num_envs is a whole number of games, at least 1, not {num_envs!r}")
        if render_mode is not None:
            choose("render_mode", render_mode, RENDER_MODES)
        self.task, self.num_envs, self.render_mode = task, num_envs, render_mode
        self.autoreset_mode = _mode(autoreset_mode)
        self.metadata = {"render_modes": list(RENDER_MODES), "render_fps": 8, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space, self.single_action_space = task.observation_space, task.action_space
        self.observation_space = batch_space(task.observation_space, num_envs)
        self.action_space = batch_space(task.action_space, num_envs)
        self.batch = Batch(task, num_envs)
        self._names = task.channels
        self._masks = tuple(f"_{name}" for name in self._names)
        self._all = np.ones(num_envs, bool)
        self._everyone, self._begun = np.arange(num_envs), False
        self._ended = np.zeros(num_envs, bool)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], Infos]:
        where = self._chosen(options)
        self._seed(seed, where)
        begin(self.batch, where, options)
        self._ended[where], self._begun = False, True
        begun = np.zeros(self.num_envs, bool)
        begun[where] = True
        return self.batch.observe(), self._infos(begun, np.zeros(self.num_envs, bool))

    def step(self, actions: NDArray[np.int64]) -> Step:
        batch, mode = self.batch, self.autoreset_mode
        if not self._begun:
            raise ResetNeeded("there are no episodes to step: call reset() first")
        asleep = self._ended
        if mode == AutoresetMode.DISABLED and asleep.any():
            raise ResetNeeded("an ended game was stepped: call reset(options={'reset_mask': ended}) first")
        batch.step(actions, asleep)
        if asleep.any():
            batch.begin(np.flatnonzero(asleep))
        rewards = batch.rewards[:, self.task.channel].copy()
        terminated, truncated = batch.terminated.copy(), batch.truncated.copy()
        ended = terminated | truncated
        if mode == AutoresetMode.SAME_STEP and ended.any():
            return self._restarted(rewards, terminated, truncated, ended)
        self._ended = ended
        return batch.observe(), rewards, terminated, truncated, self._infos(self._all, ended)

    def render(self) -> tuple[Any, ...] | None:
        if self.render_mode is None:
            return None
        art, scenes = self.task.game.art, self.batch.scenes()
        return tuple(art.text(scene) if self.render_mode == "ansi" else art.picture(scene) for scene in scenes)

    def _restarted(self, rewards: Arrays, terminated: Arrays, truncated: Arrays, ended: Arrays) -> Step:
        """End a step in which games ended and, in the same step, begin again."""
        where = np.flatnonzero(ended)
        last, last_infos = self.batch.observe(), self._infos(ended, ended)
        self.batch.begin(where)
        infos = self._infos(self._all, np.zeros(self.num_envs, bool))
        infos["final_obs"] = np.full(self.num_envs, None, object)
        for i in where:
            infos["final_obs"][i] = last[i]
        infos["_final_obs"], infos["final_info"], infos["_final_info"] = ended.copy(), last_infos, ended.copy()
        return self.batch.observe(), rewards, terminated, truncated, infos

    def _infos(self, there: Arrays, ended: Arrays) -> Infos:
        """Gymnasium's dictionary of arrays and masks: what is known of the games `there`, and of those that ended."""
        seeds, numbers, masks = self.batch.tell(there, ended)
        half = 1 + len(self._names)
        infos: Infos = {"level_seed": seeds, "_level_seed": masks[0], "margin": numbers[0], "_margin": masks[1]}
        infos["goals"], infos["_goals"] = self._named(numbers[1:half], masks[3:]), masks[2]
        if ended.any():
            infos["returns"] = self._named(numbers[half:], masks[3 + half :])
            infos["_returns"] = masks[2 + half]
        return infos

    def _named(self, rows: Arrays, masks: Arrays) -> Infos:
        named: Infos = dict(zip(self._names, rows, strict=True))
        named.update(zip(self._masks, masks, strict=False))
        return named

    def _chosen(self, options: dict[str, Any] | None) -> NDArray[np.int64]:
        mask = (options or {}).get("reset_mask")
        if mask is None:
            return self._everyone
        mask = np.asarray(mask)
        if mask.dtype != bool or mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(f"reset_mask is an array of {self.num_envs} booleans, at least one of them true")
        if not self._begun:
            raise ResetNeeded("some games cannot begin before all have: call reset() without a reset_mask first")
        return np.flatnonzero(mask)

    def _seed(self, seed: int | list[int | None] | None, where: NDArray[np.int64]) -> None:
        """Pass on the seeds that were given; games never seeded get fresh ones."""
        if isinstance(seed, int | np.integer):
            seed = [int(seed) + i for i in range(self.num_envs)]
        seeds = [None] * self.num_envs if seed is None else list(seed)
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds for {self.num_envs} games: give one, or one for each")
        if not self._begun:
            fresh = np.random.SeedSequence().generate_state(self.num_envs).tolist()
            seeds = [new if old is None else old for old, new in zip(seeds, fresh, strict=True)]
        given = [i for i in where.tolist() if seeds[i] is not None]
        if given:
            self.batch.seed([seeds[i] for i in given], np.array(given))


def _mode(mode: str | AutoresetMode) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        return AutoresetMode(choose("autoreset_mode", mode, [each.value for each in AutoresetMode]))
