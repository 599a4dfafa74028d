"""Every algorithm trains on every environment that it suits, and says of others why it will hardly learn them."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from recipes import SMALL, TASK

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.algorithms.recipe import LARGEST, Recipe
from goalgap.agents.recipes import DEFAULT_ALGORITHM, default_recipe
from goalgap.agents.training import UnsuitedWarning, plan, train

NEEDS_MEMORY = {"ChimeBandit", "FollowLeader"}
UNSUITED = {*product(set(ALGORITHMS) - {"RecurrentPPO"}, NEEDS_MEMORY), ("ARS", "SweetTooth")}
SUITED = [pair for pair in product(ALGORITHMS, goalgap.SUITE) if pair not in UNSUITED]


def smallest(algorithm: str, environment: str) -> Recipe:
    """The standard recipe with as little of everything as a round takes."""
    few = {
        "steps": 1, "n_envs": 2, "n_steps": 4, "minibatch": 8, "buffer": 64, "warmup": 0, "directions": 1, "top": 1,
    }  # fmt: skip
    recipe = default_recipe(goalgap.task(environment), algorithm)
    return replace(recipe, **{name: value for name, value in few.items() if hasattr(recipe, name)})


@pytest.mark.parametrize(("algorithm", "environment"), SUITED)
def test_an_algorithm_trains_where_it_suits(algorithm: str, environment: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnsuitedWarning)
        folder = train(goalgap.task(environment), smallest(algorithm, environment), 0, tmp_path / "agent")
    assert json.loads((folder / "agent.json").read_text())["steps"] >= 1


@pytest.mark.parametrize(("algorithm", "environment"), sorted(UNSUITED))
def test_where_it_does_not_it_says_why(algorithm: str, environment: str, tmp_path: Path) -> None:
    task = goalgap.task(environment)
    reason = "has no memory: take RecurrentPPO" if environment in NEEDS_MEMORY else "did not learn it in 15 million"
    with pytest.warns(UnsuitedWarning, match=f"{algorithm} will hardly learn {environment}: .*{reason}"):
        plan(task, smallest(algorithm, environment), 0, tmp_path / "agent")


def test_environments_are_trained_by_what_suits_them() -> None:
    assert {name for name in goalgap.SUITE if "memory" in goalgap.SUITE[name].tags} == NEEDS_MEMORY
    assert {name for name, algorithm in DEFAULT_ALGORITHM.items() if algorithm == "RecurrentPPO"} == NEEDS_MEMORY
    for name in goalgap.SUITE:
        task = goalgap.task(name)
        assert default_recipe(task).unsuited(task) == ""


@pytest.mark.parametrize("algorithm", ["DQN", "QRDQN"])
def test_a_buffer_that_takes_too_much_memory_is_refused_with_one_that_does_not(algorithm: str, tmp_path: Path) -> None:
    """Told is what stable-baselines3 then takes, in which each observation stands twice."""
    model = replace(SMALL[algorithm], buffer=160, n_envs=16).build(TASK, 0)
    kept = model.replay_buffer
    taken, each = kept.observations.nbytes + kept.next_observations.nbytes, 2 * 7 * 7 * 3
    assert taken == 160 * each
    pixels = goalgap.task("ColourShape", size=41)
    each = 2 * (43 * 3) ** 2 * 3
    with pytest.raises(
        ValueError, match=rf"200000 .* takes 18\.6 GiB, and at most 2 are .* buffer={LARGEST // each} or"
    ):
        plan(pixels, default_recipe(pixels, algorithm), 0, tmp_path / "agent")
    plan(pixels, default_recipe(pixels, algorithm, buffer=LARGEST // each), 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


def test_a_rollout_that_takes_too_much_memory_is_refused_with_one_that_does_not(tmp_path: Path) -> None:
    model: Any = replace(SMALL["PPO"], n_envs=16, n_steps=8, minibatch=64).build(TASK, 0)
    most = LARGEST // (model.rollout_buffer.observations.nbytes // (16 * 8))
    with pytest.raises(ValueError, match=rf"of 100000 x 1000 .* at most 2 are .* n_steps of {most} or less"):
        plan(TASK, replace(SMALL["PPO"], n_envs=100_000, n_steps=1000, minibatch=1000), 0, tmp_path / "agent")
    plan(TASK, replace(SMALL["PPO"], n_envs=1000, n_steps=most // 1000, minibatch=1000), 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("algorithm", "environment"), list(product(("DQN", "QRDQN"), goalgap.SUITE)))
def test_standard_buffers_fit(algorithm: str, environment: str) -> None:
    task = goalgap.task(environment)
    assert default_recipe(task, algorithm).training_task(task) == task
