"""The Gymnasium vector face: many games stepped by one compiled loop, in all three autoreset modes.

As Gymnasium has it, game i of `reset(seed=s)` plays the episodes of seed s + i. So neighbouring seeds are nearly the
same: of `num_envs` games, all but one play the same episodes with seed s + 1. For independent repetitions take seeds at
least `num_envs` apart (0, num_envs, 2 * num_envs, ..), or give every game its own:
`reset(seed=[int(word) for word in numpy.random.SeedSequence(s).generate_state(num_envs, "u8") >> 1])`.
The stable-baselines3 face does so by itself, by another rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ....choices import choose
from ..anchors import successes
from ..batch import Batch
from ..checks import as_array, check_number
from ..task import Task
from .infos import LazyInfos, NotedLevels
from .reset import checked_options, checked_seed, fresh_seeds, reset_with_options
from .single import RENDER_MODES
from .spec import HorizonInSpec

NOBODY = np.zeros(0, np.int64)

Arrays = NDArray[Any]
Infos = dict[str, Any]
Step = tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]


class GoalGapVectorEnv(HorizonInSpec, VectorEnv[NDArray[np.uint8], NDArray[np.int64], Arrays]):
    """`num_envs` games of a task. Game i of `reset(seed=s)` plays the episodes of seed s + i (see the module).

    Infos carry what `GoalGapEnv` tells, as arrays over games with masks, and are made when they are read.

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
        check_number("num_envs", num_envs)
        if render_mode is not None:
            choose("render_mode", render_mode, RENDER_MODES)
        self.task, self.num_envs, self.render_mode = task, num_envs, render_mode
        self.autoreset_mode = _mode(autoreset_mode)
        self.metadata = {"render_modes": list(RENDER_MODES), "render_fps": 8, "autoreset_mode": self.autoreset_mode}
        self.single_observation_space, self.single_action_space = task.observation_space, task.action_space
        self._names, self._channel = task.channels, task.channel
        self.observation_space = batch_space(task.observation_space, num_envs)
        self.action_space = batch_space(task.action_space, num_envs)
        self.batch, self._done = Batch(task, num_envs), 0  # of the games, so many are done
        self._levels: NotedLevels | None = None
        self._everyone, self._all = np.arange(num_envs), np.ones(num_envs, bool)

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.uint8], Infos]:
        """Start episodes: of all games, or of those that the option `reset_mask` marks.

        Returns:
            observations, uint8, shape (num_envs, *observation shape), and infos of the games that began.
        """
        where = self._chosen(options)
        self._seed(checked_seed(seed), where)
        reset_with_options(self.batch, where, options)
        self._levels, self._done = NotedLevels(self.batch), int(self.batch.done.sum())
        begun = np.zeros(self.num_envs, bool)
        begun[where] = True
        return self.batch.observe(), self._infos(begun)

    def step(self, actions: NDArray[np.int64]) -> Step:
        """Play one step of every game, and begin those anew that the autoreset mode asks for.

        Returns:
            observations, uint8; training rewards, float64; terminated and truncated, bool; and infos.

        Raises:
            ValueError: an action does not exist; no game has moved.
            ResetNeeded: there are no episodes, or in mode Disabled one is over.
        """
        batch = self.batch
        if self._levels is None:
            raise ResetNeeded("there are no episodes to step: call reset() first")
        over = np.flatnonzero(batch.done) if self._done else NOBODY
        if len(over) and self.autoreset_mode == AutoresetMode.DISABLED:
            raise ResetNeeded("an ended game was stepped: call reset(options={'reset_mask': ended}) first")
        self._done = batch.step(actions) - len(over)
        self._reset(over)
        rewards, terminated, truncated = batch.rewards[:, self._channel].copy(), *self._ends()
        if self._done and self.autoreset_mode == AutoresetMode.SAME_STEP:
            infos = self._restart()
        else:
            infos = self._infos(self._all)
        return batch.observe(), rewards, terminated, truncated, infos

    def _ends(self) -> tuple[Arrays, Arrays]:
        return self.batch.terminated.copy(), self.batch.truncated.copy()

    def _reset(self, where: NDArray[np.int64]) -> None:
        """Begin the next episodes of the games `where`."""
        if len(where):
            self.batch.reset(where)
            self._levels = NotedLevels(self.batch)

    def render(self) -> tuple[Any, ...] | None:
        if self.render_mode is None:
            return None
        art, scenes = self.task.game.art, self.batch.scenes()
        return tuple(art.text(scene) if self.render_mode == "ansi" else art.picture(scene) for scene in scenes)

    def _restart(self) -> Infos:
        """Begin the games anew that are done, in the same step; their last observations and infos become final ones."""
        done = self.batch.done.copy()
        where = np.flatnonzero(done)
        last, last_infos = self.batch.observe(where), self._infos(done)
        self._reset(where)
        self._done = 0
        infos = self._infos(self._all)
        final = np.full(self.num_envs, None, object)
        for i, observation in zip(where, last, strict=True):
            final[i] = observation
        infos.update(final_obs=final, _final_obs=done.copy(), final_info=last_infos, _final_info=done.copy())
        return infos

    def _infos(self, told: Arrays) -> LazyInfos:
        """What there is to say of the games marked in `told`, made when somebody reads it."""
        levels, rewards, returns = self._levels, self.batch.rewards.copy(), self.batch.returns.copy()
        assert levels is not None  # noqa: S101 (games have begun)
        succeeded = self._successes(np.flatnonzero(self.batch.done & told)) if self._done else None

        def make() -> Infos:
            infos: Infos = {"level_seed": np.where(told, levels.seeds, 0), "_level_seed": told.copy()}
            infos |= {"margin": np.where(told, levels.margins(), 0.0), "_margin": told.copy()}
            infos |= {"goals": self._named(rewards, told), "_goals": told.copy()}
            infos |= {"returns": self._named(returns, told), "_returns": told.copy()}
            success = np.zeros(self.num_envs, bool) if succeeded is None else succeeded()
            return infos | {"is_success": success, "_is_success": told.copy()}

        return LazyInfos(make)

    def _successes(self, ended: NDArray[np.int64]) -> Callable[[], Arrays]:
        """What tells of every game whether it has ended in success, from what is noted now of those that have ended."""
        batch = self.batch
        played = batch.levels[ended], batch.returns[ended], batch.reached[ended]

        def tell() -> Arrays:
            success = np.zeros(self.num_envs, bool)
            if len(ended):
                success[ended] = successes(self.task, *played)
            return success

        return tell

    def _named(self, numbers: Arrays, told: Arrays) -> Infos:
        """One array a channel, 0 where nothing is told, and one mask a channel."""
        values = {name: np.where(told, numbers[:, k], 0.0) for k, name in enumerate(self._names)}
        return values | {f"_{name}": told.copy() for name in self._names}

    def _chosen(self, options: dict[str, Any] | None) -> NDArray[np.int64]:
        mask = None if options is None else checked_options(options).get("reset_mask")
        if mask is None:
            return self._everyone
        mask = as_array(mask)
        if mask.dtype != bool or mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(f"reset_mask is an array of {self.num_envs} booleans, at least one of them true")
        if self._levels is None:
            raise ResetNeeded("some games cannot begin before all have: call reset() without a reset_mask first")
        return np.flatnonzero(mask)

    def _seed(self, seed: int | list[int | None] | None, where: NDArray[np.int64]) -> None:
        """Pass on the seeds that were given; games never seeded get fresh ones. As Gymnasium has it, `np_random_seed`
        is the seed, and -1 of a list.
        """
        each = [int(seed) + i for i in range(self.num_envs)] if isinstance(seed, int | np.integer) else seed
        seeds: list[int | None] = [None] * self.num_envs if each is None else list(each)
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds for {self.num_envs} games: give one, or one for each")
        if self._levels is None:
            pairs = zip(seeds, fresh_seeds(self.num_envs), strict=True)
            seeds = [new if old is None else old for old, new in pairs]
        given = [i for i in where.tolist() if seeds[i] is not None]
        if given:
            self.batch.seed([seeds[i] for i in given], np.array(given))
        if isinstance(seed, int | np.integer):
            super().reset(seed=int(seed))
        elif seed is not None:
            self.np_random = np.random.default_rng([seeds[i] or 0 for i in given])


def _mode(mode: str | AutoresetMode) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        return AutoresetMode(choose("autoreset_mode", mode, [each.value for each in AutoresetMode]))
