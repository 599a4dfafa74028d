"""Does an environment keep Gymnasium's contract, and the promises of its own infos?"""

from __future__ import annotations

import json
import pickle
import warnings

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import SyncVectorEnv
from numpy.typing import NDArray

from ..envs import find, ids
from ..envs.engine.batch import Batch
from ..envs.engine.faces.single import RENDER_MODES, GoalGapEnv
from ..envs.engine.maze.tiles import decode, encode
from ..envs.engine.task import Task
from .expecting import expect, expect_on_levels, expect_same

GAMES, MOMENTS = 4, 40


def gymnasiums_checker_accepts_it(task: Task, _levels: int) -> None:
    """Without a warning, in every render mode."""
    for render_mode in (None, *RENDER_MODES):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check_env(gymnasium.make(ids(task.game)[task.split], render_mode=render_mode).unwrapped)


def tasks_are_plain_data(task: Task, _levels: int) -> None:
    """A task comes back from its arguments as JSON and from a pickle, and its id from another process's import."""
    again = Task.of(task.game, task.split, **json.loads(json.dumps(task.arguments)))
    expect(again == task, f"from its arguments as JSON comes another task: {again} instead of {task}")
    other = pickle.loads(pickle.dumps(task))  # noqa: S301 (made here)
    expect(other.game is task.game, f"a pickle gives another game than `GAME` in {task.game.module}")
    env_id = ids(task.game)[task.split]
    expect(find(f"{task.game.module}:{env_id}") == (task.game, task.split), f"{env_id} leads to another environment")


def observations_are_zeros_and_ones(task: Task, levels: int) -> None:
    """In the midst of random play too, or pixels show them; on a grid the last layer holds the one agent."""
    batch, rng = Batch.of(task, np.arange(levels)), np.random.default_rng(0)
    for t in range(MOMENTS):
        obs = _layers_seen(batch)
        most = obs.reshape(levels, -1).max(axis=1)
        expect_on_levels(batch, most <= 1, f"an observation holds zeros and ones, not {most.max()}")
        expect_on_levels(batch, (most == 1) | (t == 0), f"nothing is seen after {t} random moves")
        if task.game.layers:
            agents = obs[..., -1].sum(axis=(1, 2))
            name = task.game.things[-1]
            expect_on_levels(batch, agents == 1, f"the last layer, {name!r}, is the agent's: one cell at all times")
        batch.step(rng.integers(0, len(task.game.actions), levels))


def _layers_seen(batch: Batch) -> NDArray[np.uint8]:
    """What is observed, and where that is pixels the layers that they show, which must be whole tiles."""
    obs, game = batch.observe(), batch.task.game
    if game.tiles is None:
        return obs
    seen = decode(obs, game.tiles)
    whole = (encode(seen, game.tiles) == obs).all(axis=(1, 2, 3))
    expect_on_levels(batch, whole, "a cell of the picture shows neither a tile nor the floor, which is black")
    return seen


def infos_account_for_all_that_is_earned(task: Task, _levels: int) -> None:
    """In one episode of random play for each reward to train on: its channel is what a step returns."""
    rng = np.random.default_rng(0)
    for chosen in task.game.rewards:
        env = GoalGapEnv(Task.of(task.game, task.split, reward=chosen.name))
        _, info = env.reset(seed=0)
        sums, weights, over = np.zeros(len(task.channels)), np.ones(len(task.channels)), False
        while not over:
            _, reward, terminated, truncated, info = env.step(rng.integers(0, len(task.game.actions)))
            expect(reward == info["goals"][chosen.name], f"trained on {chosen.name!r}, a step gave {reward}")
            sums, over = sums + weights * list(info["goals"].values()), terminated or truncated
            weights = weights * task.discounts
            returns = list(info["returns"].values())
            expect(np.allclose(returns, sums), f"returns {info['returns']} are not the sum of what was earned: {sums}")


def many_games_play_as_single_ones(task: Task, _levels: int) -> None:
    """The vector environment is Gymnasium's own over single ones, step by step and over several episodes."""
    env_id, rng = ids(task.game)[task.split], np.random.default_rng(0)
    ours = gymnasium.make_vec(env_id, num_envs=GAMES)
    theirs = SyncVectorEnv([lambda: gymnasium.make(env_id)] * GAMES)
    expect_same(ours.reset(seed=3), theirs.reset(seed=3), "reset")
    for t in range(min(2 * task.horizon, 200)):
        actions = rng.integers(0, len(task.game.actions), GAMES)
        expect_same(ours.step(actions), theirs.step(actions), f"step {t + 1}")
