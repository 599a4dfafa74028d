"""Augmented observations in training (Laskin et al. 2020): the agent acts on them, and learns from the same ones.

They are changed before the policy sees them, so that an action's probability is that of what was acted on, both when it
is drawn and when it is learned from; changed in between, it would be of something else (Raileanu et al. 2021). Nothing
of this is in an agent, so evaluation shows what there is.

* `shift`: the whole grid is moved by up to a cell each way, round its edges, so that nothing is lost;
* `cutout`: a rectangle of the grid, an eighth to a third of a side, is empty, but for the agent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn

from ..envs.engine.task import Task

Frames = NDArray[np.uint8]
SMALLEST, LARGEST = 1 / 8, 1 / 3  # of a side of the grid: pixels 10 to 30 of 84 in the source


def shifted(frames: Frames, rng: np.random.Generator, side: int = 1) -> Frames:
    """Each of some frames, shape (n, rows, cols, layers), moved by a cell, of `side` pixels, up or down, and aside."""
    n, *size = frames.shape[:3]
    rows, cols = ((np.arange(most) + side * rng.integers(-1, 2, (n, 1))) % most for most in size)
    moved: Frames = frames[np.arange(n)[:, None, None], rows[:, :, None], cols[:, None, :]]
    return moved


def cut_out(frames: Frames, rng: np.random.Generator) -> Frames:
    """Each of some frames, shape (n, rows, cols, layers), with an empty rectangle, but for the last layer."""
    n, *size = frames.shape[:3]
    rows, cols = (_stretch(n, most, rng) for most in size)
    made = frames.copy()
    made[..., :-1][rows[:, :, None] & cols[:, None, :]] = 0
    return made


def _stretch(n: int, most: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Some places in a row of `most`, at random, bool, shape (n, most)."""
    length = rng.integers(np.ceil(SMALLEST * most), np.ceil(LARGEST * most), (n, 1), endpoint=True)
    first = rng.integers(0, most - length, endpoint=True)
    return (np.arange(most) >= first) & (np.arange(most) < first + length)


class AugmentedVecEnv(VecEnvWrapper):
    """Games whose observations are augmented, each anew.

    Args:
        games: of a task.
        task: that `check_augment` of PPO's recipe allows.
        way: one of its `AUGMENTS`.
        seed: of the chance in it.
    """

    def __init__(self, games: VecEnv, task: Task, way: str, seed: int) -> None:
        super().__init__(games)
        rng, tiles = np.random.default_rng(seed), task.game.tiles
        side = 1 if tiles is None else len(tiles[-1])
        ways: dict[str, Callable[[Frames], Frames]] = {
            "shift": lambda frames: shifted(frames, rng, side),
            "cutout": lambda frames: cut_out(frames, rng),
        }
        self._augmented = ways[way]

    def reset(self) -> Any:
        """As of the games."""
        obs: Any = self.venv.reset()
        return self._augmented(obs)

    def step_wait(self) -> VecEnvStepReturn:
        """As of the games."""
        obs, rewards, dones, infos = self.venv.step_wait()
        ended = np.flatnonzero(dones)
        if len(ended):
            last = self._augmented(np.stack([infos[i]["terminal_observation"] for i in ended]))
            for i, frame in zip(ended, last, strict=True):
                infos[i]["terminal_observation"] = frame
        return self._augmented(obs), rewards, dones, infos  # type: ignore[arg-type]
