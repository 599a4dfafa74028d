"""The stable-baselines3 face: many games of a task, stepped by one compiled loop.

stable-baselines3 takes no Gymnasium vector environment, so this is its own kind. A game that ends is reset in the
same step. stable-baselines3 gives game i the seed s + i, so that of 256 games 255 are the same with the next s; here
games of different seeds share none. Game i of `seed(s)` plays the episodes of the single environment's
`reset(seed=stream_seeds(s, n_envs)[i])`, whatever n_envs is.

Infos are those of the single environment, of which `returns` and `is_success` are told at an episode's end, with
stable-baselines3's `terminal_observation`, `TimeLimit.truncated` and `episode` (return of the training reward `r`,
length `l`, seconds `t`), so neither `Monitor` nor `VecMonitor` is needed. `episode` is not discounted, as
stable-baselines3 has it; `returns` are. `is_success` is what it logs as the success rate.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from ..choices import choose
from ..envs import ids
from ..envs.engine.anchors import successes
from ..envs.engine.batch import Batch
from ..envs.engine.checks import check_number
from ..envs.engine.faces.reset import fresh_seeds, reset_with_options
from ..envs.engine.faces.single import GoalGapEnv
from ..envs.engine.keys import keys_to_action
from ..envs.engine.levels import LevelSampler, check_sampler
from ..envs.engine.task import Task
from .streams import stream_seeds

Info = dict[str, Any]
NOTHING: Any = MappingProxyType(Info())


class GoalGapVecEnv(VecEnv):
    """`n_envs` games of a task for stable-baselines3.

    Args:
        task: what is played.
        n_envs: how many games.
        render_mode: "rgb_array" or None; `get_images` draws every game.
        sampler: chooses the levels, as curricula do, and is told how their episodes ended; without one, games play the
            episodes of their seeds.
        judged: whether infos tell `margin` and `is_success`, which takes solving levels where goals are no places or
            levels are edited: that can take longer than playing them. Training needs neither, and nothing of games that
            go on: their infos are then one and the same, which is empty and cannot be written to.

    Raises:
        ValueError, TypeError: n_envs, render_mode or sampler is none of these.
    """

    def __init__(
        self, task: Task, n_envs: int, render_mode: str | None = None, sampler: LevelSampler | None = None,
        judged: bool = True,
    ) -> None:  # fmt: skip
        if render_mode is not None:
            choose("render_mode", render_mode, ["rgb_array"])
        check_number("n_envs", n_envs)
        check_sampler(sampler)
        self.task, self.render_mode, self.judged = task, render_mode, judged
        super().__init__(n_envs, task.observation_space, task.action_space)
        self.metadata = {**self.metadata, "render_fps": GoalGapEnv.metadata["render_fps"]}
        self.batch = Batch(task, n_envs, sampler)
        self._channels, self._channel = task.channels, task.channel
        self._level_infos: list[Info] = [{} for _ in range(n_envs)]
        self._all_games = np.arange(n_envs)
        self._returns, self._began, self._seeded, self._started = np.zeros(n_envs), time.time(), False, False
        self._actions: Any = None

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """From the next reset on, play the episodes of a seed in 0 .. 2^63-1, or of a fresh one.

        Returns:
            the seed of each game's stream, as the single environment takes it.

        Raises:
            ValueError: the seed is no such integer.
        """
        self._seeds = list(stream_seeds(fresh_seeds(1)[0] if seed is None else seed, self.num_envs))
        return self._seeds

    def reset(self) -> NDArray[np.uint8]:
        """Start new episodes, with the seeds and options that were asked for.

        Returns:
            observations, uint8, shape (n_envs, *observation shape); what is said of the levels is in `reset_infos`.

        Raises:
            ValueError: a seed or an option is not allowed.
        """
        self._pass_on_seeds()
        if any(self._options):
            for i in range(self.num_envs):
                reset_with_options(self.batch, self._all_games[i : i + 1], self._options[i])
        else:
            self.batch.reset()
        self._returns[:], self._started = 0.0, True
        self._read_levels(self._all_games)
        self._reset_seeds()
        self._reset_options()
        return self.batch.observe()

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Keep the actions, integers, shape (n_envs,), for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Play one step of every game; games that ended are reset.

        Returns:
            observations, uint8, shape (n_envs, *observation shape); rewards, float32, and dones, bool, each of shape
            (n_envs,); and an info for each game. All are new to the caller.

        Raises:
            ValueError: an action does not exist, or they are no integers, one a game; no game has moved then.
            ResetNeeded: there are no episodes to play.
        """
        if not self._started:
            raise ResetNeeded("there are no episodes to step: call reset() first")
        batch = self.batch
        batch.step(self._actions)
        rewards = batch.rewards[:, self._channel]
        self._returns += rewards
        rewards, dones = rewards.astype(np.float32), batch.done.copy()
        obs, ended = batch.observe(), np.flatnonzero(dones)
        infos = self._infos() if self.judged else self._infos_of(ended)
        if len(ended):
            self._tell_ends(ended, obs[ended], infos)
            batch.reset(ended)
            obs[ended] = batch.observe(ended)
            self._returns[ended] = 0.0
            self._read_levels(ended)
        return obs, rewards, dones, infos

    def _read_levels(self, games: NDArray[np.int64]) -> None:
        """Keep what infos say of the levels that these games have begun."""
        told = {"level_seed": self.batch.levels["seed"][games].tolist()}
        if self.judged:
            told["margin"] = self.batch.margins()[games].tolist()
        for i, *values in zip(games.tolist(), *told.values(), strict=True):
            level = dict(zip(told, values, strict=True))
            self._level_infos[i] = {**level, "TimeLimit.truncated": False}
            self.reset_infos[i] = {**level, "goals": dict.fromkeys(self._channels, 0.0)}

    def _infos(self) -> list[Info]:
        """A new info for each game: stable-baselines3 and its wrappers write into them."""
        nothing = dict.fromkeys(self._channels, 0.0)
        infos = [level | {"goals": nothing.copy()} for level in self._level_infos]
        for i in np.flatnonzero(self.batch.rewards.any(1)).tolist():
            infos[i]["goals"] = self._named(self.batch.rewards[i])
        return infos

    def _infos_of(self, ended: NDArray[np.int64]) -> list[Info]:
        """The same of games that ended, and nothing of those that go on."""
        infos = [NOTHING] * self.num_envs
        for i in ended.tolist():
            infos[i] = self._level_infos[i] | {"goals": self._named(self.batch.rewards[i])}
        return infos

    def _tell_ends(self, ended: NDArray[np.int64], last: NDArray[np.uint8], infos: list[Info]) -> None:
        """Write into the infos of the games that ended how they did, with their last observations."""
        batch, seconds = self.batch, round(time.time() - self._began, 6)
        lengths = batch.states["t"][ended].tolist()
        for i, obs, length in zip(ended.tolist(), last, lengths, strict=True):
            infos[i]["terminal_observation"], infos[i]["TimeLimit.truncated"] = obs, bool(batch.truncated[i])
            infos[i]["episode"] = {"r": round(float(self._returns[i]), 6), "l": length, "t": seconds}
            infos[i]["returns"] = self._named(batch.returns[i])
        if self.judged:
            played = batch.levels[ended], batch.returns[ended], batch.reached[ended]
            for i, success in zip(ended.tolist(), successes(self.task, *played).tolist(), strict=True):
                infos[i]["is_success"] = success

    def _named(self, values: NDArray[np.float64]) -> dict[str, float]:
        return dict(zip(self._channels, values.tolist(), strict=True))

    def _pass_on_seeds(self) -> None:
        """Seed the games as was asked for; games that were never seeded get fresh seeds."""
        if not self._seeded and None in self._seeds:
            self.seed()
        if None not in self._seeds:
            self.batch.seed(self._seeds)
            self._seeded = True

    def get_images(self) -> list[NDArray[np.uint8] | None]:
        """A picture of each game, uint8, shape (height, width, 3); None without a render mode."""
        return self.env_method("render")

    @property
    def spec(self) -> EnvSpec | None:
        """What makes the single environment of the same task; None where that is not registered."""
        task, known = self.task, gymnasium.registry.get(ids(self.task.game)[self.task.split])
        chosen = {**task.arguments, "alpha": task.alpha, "reward": task.reward}
        return known and replace(known, kwargs=known.kwargs | chosen, max_episode_steps=task.horizon)

    def env_method(self, method_name: str, *given: Any, indices: VecEnvIndices = None, **named: Any) -> list[Any]:
        """What a method of a single environment would give, for each game; those that play are the VecEnv's own.

        Raises:
            AttributeError: there is no such method, or the games have no part of their own in it.
        """
        where = list(self._get_indices(indices))
        if method_name == "render":
            return self._images(where)
        methods: dict[str, Callable[..., Any]] = {
            "get_wrapper_attr": lambda name: getattr(self, name),
            "has_wrapper_attr": self.has_attr,
            "set_wrapper_attr": lambda name, value: self.set_attr(name, value, where),
            "get_keys_to_action": lambda: keys_to_action(self.task.game.actions),
        }
        if method_name not in methods:
            raise AttributeError(
                f"the games have no method {method_name!r}, only render, {', '.join(methods)}: they are played "
                "together, by the methods of this VecEnv itself (reset, step, seed, set_options, close)"
            )
        return [methods[method_name](*given, **named) for _ in where]

    def _images(self, where: list[int]) -> list[NDArray[np.uint8] | None]:
        if self.render_mode is None:
            return [None] * len(where)
        scenes, art = self.batch.scenes(), self.task.game.art
        return [art.picture(scenes[i], self._named(self.batch.returns[i])) for i in where]

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """An attribute, the same for every game."""
        return [getattr(self, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set an attribute of all games; ValueError for some of them, or for what cannot change."""
        if len(list(self._get_indices(indices))) != self.num_envs:
            raise ValueError(f"all games share their attributes: set {attr_name!r} for all of them")
        if attr_name in ("task", "batch", "num_envs", "observation_space", "action_space"):
            raise ValueError(f"{attr_name!r} is fixed: make a new GoalGapVecEnv instead")
        setattr(self, attr_name, value)

    def env_is_wrapped(self, wrapper_class: type[Any], indices: VecEnvIndices = None) -> list[bool]:
        """True for `Monitor`, whose `episode` the infos carry already, False for all else."""
        return [wrapper_class is Monitor for _ in self._get_indices(indices)]

    def close(self) -> None:
        """Nothing is held open."""
