"""Training walks over no list of games: what our code does in a step is the same for 16 of them and for 256.

Counted are Python's instructions in our files while rollouts are collected in which no episode ends; what is done for
each episode that ends is not meant. stable-baselines3's own code walks over infos, twice a step, and compiled code over
games.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from recipes import SMALL
from stable_baselines3.common.callbacks import CallbackList

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.callbacks import Reporter
from goalgap.agents.vec_env import GoalGapVecEnv

TASKS = {"bits": goalgap.task("ChimeBandit"), "a grid": goalgap.task("TreeWorld")}
OURS = tuple(f"{Path(goalgap.__file__).parent / name}/" for name in ("agents", "envs"))
FEW = {"n_steps": 4, "minibatch": 64, "steps": 1, "warmup": 0}


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many instructions of our files are carried out within."""
    count = [0]

    def follow(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count[0] += event == "opcode"
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        yield count
    finally:
        sys.settrace(before)


def instructions(algorithm: str, games: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of our instructions a rollout of a recipe takes, after one of its own kind."""
    changes = {name: value for name, value in FEW.items() if hasattr(SMALL[algorithm], name)}
    recipe = replace(SMALL[algorithm], n_envs=games, patch=0, far=0, **changes)
    model: Any = recipe.build(TASKS[kind], 0)
    callback = CallbackList([*recipe.callbacks(TASKS[kind], 0), Reporter(TASKS[kind].reward, 1, lambda _: None)])
    ended: list[bool] = []
    step = GoalGapVecEnv.step_wait
    with monkeypatch.context() as patched:
        patched.setattr(type(model), "train", lambda self, *given, **named: None)
        model.learn(1, callback)
        patched.setattr(GoalGapVecEnv, "step_wait", lambda env: ended.append(env.batch.done.any()) or step(env))
        with counted() as count:
            model.learn(1, callback, reset_num_timesteps=False)
    assert ended
    assert not any(ended)
    return count[0]


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "ARS"])
@pytest.mark.parametrize("kind", TASKS)
def test_a_step_of_many_games_takes_no_more_instructions_than_one_of_few(
    kind: str, algorithm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (instructions(algorithm, games, kind, monkeypatch) for games in (16, 256))
    assert few > 100
    assert many <= few + 16


def test_a_walk_over_games_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    infos = GoalGapVecEnv._infos
    monkeypatch.setattr(GoalGapVecEnv, "_infos_of", lambda env, ended: infos(env))
    few, many = (instructions("PPO", games, "bits", monkeypatch) for games in (16, 256))
    assert many > few + 4 * 240


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["CheeseCorner", "ColourShape", "CoinRun", "CameraDropbox"])
def test_games_take_under_a_tenth_of_training(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    profile: Any = import_module("training_profile")
    shares = profile.profile(environment, 2)
    assert sum(shares.values()) == pytest.approx(1)
    assert 0 < sum(shares[name] for name in profile.GAMES) < profile.MOST
    assert shares["learning"] > 0.3
