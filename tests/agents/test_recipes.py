"""Recipes are plain data: checked, stored, read again, and the content address of what they train."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from gymnasium.spaces import Box
from recipes import SMALL, TASK, TINY, every_algorithm

import goalgap
from goalgap.agents.algorithms import ALGORITHMS, recipe_of
from goalgap.agents.changes import read_changes
from goalgap.agents.recipes import CHANGES, DEFAULT_ALGORITHM, NOTES, default_recipe
from goalgap.agents.records import folder_of, run_key
from goalgap.agents.seeds import train_seeds
from goalgap.agents.training import train
from goalgap.agents.views import space_below
from goalgap.envs.engine.task import Task
from goalgap.leaderboards.folders import read_entries
from goalgap.leaderboards.standard import experiments


def test_an_algorithm_is_loaded_by_its_name():
    for name, kind in ALGORITHMS.items():
        assert kind.model_class().__name__ == name == kind.algorithm


def test_keys_name_everything_an_agent_depends_on():
    others = [
        run_key(goalgap.task("CheeseCorner", size=7), TINY, 0),
        run_key(goalgap.task("CheeseCorner", size=5, alpha=0.1), TINY, 0),
        run_key(goalgap.task("CheeseCorner", size=5, reward="corner"), TINY, 0),
        run_key(TASK, replace(TINY, epochs=2), 0),
        run_key(TASK, replace(TINY, practice={"region": 3}), 0),
        run_key(TASK, SMALL["RecurrentPPO"], 0),
        run_key(TASK, SMALL["ARS"], 0),
        run_key(TASK, TINY, 1),
        run_key(replace(TASK, game=replace(TASK.game, version=1)), TINY, 0),
    ]
    assert run_key(TASK, TINY, 0) == run_key(goalgap.task("CheeseCorner", size=5), replace(TINY), 0)
    assert len({run_key(TASK, TINY, 0), *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("environment", "key", "name"),
    [
        ("CheeseCorner", "f69e6c0dcc5b", "CheeseCorner-PPO-f69e6c"),
        ("ChimeBandit", "1890d9a1934d", "ChimeBandit-RecurrentPPO-1890d9"),
    ],
)
def test_keys_are_those_that_results_were_written_under(tmp_path, environment, key, name):
    """A key that changed would train again what is finished; the second stands in a committed entry."""
    task = goalgap.task(environment)
    recipe = default_recipe(task)
    assert run_key(task, recipe, 0) == key
    assert folder_of(tmp_path, task, recipe) == tmp_path / name
    (tmp_path / f"{environment}-{key}").mkdir()  # a folder of an earlier version
    assert folder_of(tmp_path, task, recipe) == tmp_path / f"{environment}-{key}"


def test_names_of_folders_say_what_is_not_as_usual():
    task = goalgap.task("CheeseCorner", size=13, maze="perfect", alpha=0.03, reward="corner")
    name = folder_of(Path("results"), task, default_recipe(task, "ARS")).name
    assert name.startswith("CheeseCorner-ARS-size13-mazeperfect-alpha0.03-corner-")
    assert name != folder_of(Path("results"), task, default_recipe(task, "ARS", steps=5)).name


def test_committed_entries_were_trained_by_the_default_recipes():
    """In all they say, but for what an experiment changes; recipes that have grown fields since say less."""
    recorded = [
        (entry.episodes.game.environment, entry.info.name, run.details["recipe"])
        for entry in read_entries()
        for run in entry.episodes.runs
        if "recipe" in run.details
    ]
    assert len(recorded) > 20
    for environment, name, data in recorded:
        changed = {each.name: each.recipe for each in experiments(goalgap.SUITE[environment], data["algorithm"])}
        changes = read_changes(ALGORITHMS[data["algorithm"]], changed.get(name, ()))
        expected = default_recipe(goalgap.task(environment), data["algorithm"], **changes).as_data()
        assert data.items() <= expected.items(), (environment, name)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"algorithm": "SAC"}, f"algorithm 'SAC': choose from {', '.join(ALGORITHMS)}"),
        ({"minibatch": 1000}, "does not divide n_envs x n_steps = 8192"),
        ({"patch": 4}, "its side is odd, or 0"),
        ({"far": 2}, "its side is odd, or 0"),
        ({"hidden": (0,)}, "hidden is at least 1"),
        ({"steps": 0}, "steps is at least 1"),
        ({"steps": 10**13}, r"steps is at most 1e\+12"),
        ({"n_envs": 2.5}, "n_envs is a whole number"),
        ({"n_envs": 10**6}, "n_envs is at most 100000"),
        ({"n_steps": 10**6}, "n_steps is at most 100000"),
        ({"discount": 1.5}, "discount is at most 1"),
        ({"discount": float("nan")}, "discount is a number, not nan"),
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"lstm": 8}, "field of a recipe for PPO 'lstm'"),
        ({"algorithm": "RecurrentPPO", "lstm": 0}, "lstm is at least 1"),
        ({"minibatch": 1}, "minibatch is at least 2"),
        ({"algorithm": "ARS", "epochs": 3}, "field of a recipe for ARS 'epochs'"),
        ({"algorithm": "ARS", "directions": 4, "top": 8}, "number of directions, 4, not 8"),
    ],
)
def test_a_wrong_recipe_is_explained(changes, told):
    with pytest.raises((ValueError, TypeError), match=told):
        default_recipe(goalgap.task("CheeseCorner"), **changes)


@every_algorithm
@pytest.mark.parametrize("name", goalgap.SUITE)
def test_every_environment_has_recipes_that_are_plain_data_and_fit_it(name, algorithm):
    task = goalgap.task(name)
    recipe = default_recipe(task, algorithm)
    assert recipe_of(json.loads(json.dumps(recipe.as_data()))) == recipe
    few = {"n_envs": 2, "directions": 1, "top": 1, "minibatch": getattr(recipe, "n_steps", 1)}
    known = {field.name for field in fields(recipe)}
    small = replace(recipe, **{field: value for field, value in few.items() if field in known})
    model = small.build(small.training_task(task), 0)
    assert space_below(model) == task.observation_space
    assert isinstance(model, recipe.model_class())


def test_what_is_said_of_environments_is_said_of_the_suite():
    assert {*DEFAULT_ALGORITHM, *NOTES, *(environment for environment, _ in CHANGES)} <= set(goalgap.SUITE)


@every_algorithm
@pytest.mark.parametrize(("shape", "views"), [((12,), {0}), ((7, 7, 3), {7, 0, 5})])
def test_an_environment_of_somebody_else_has_recipes_that_fit_its_observations(shape, views, algorithm, monkeypatch):
    game = replace(TASK.game, name="Foreign")
    monkeypatch.setattr(Task, "observation_space", Box(0, 1, shape, np.uint8))
    foreign = replace(TASK, game=game)
    assert default_recipe(foreign).algorithm == "PPO"
    recipe = default_recipe(foreign, algorithm)
    assert {recipe.patch, recipe.far} <= views
    assert (recipe.patch == recipe.far == 0) == (len(shape) == 1)
    assert default_recipe(foreign, algorithm, steps=99).steps == 99


@pytest.mark.parametrize(
    ("practice", "told"),
    [
        ({"regoin": 1}, "did you mean 'region'"),
        ({"split": "deploy"}, "argument of CheeseCorner to practise with 'split'"),
        ({"region": 99}, "region must be at most size"),
        ({"region": "one"}, "region must be an integer"),
        ({"size": 7}, "leave the spaces as they are"),
    ],
)
def test_practice_that_does_not_fit_is_refused_before_training(practice, told, tmp_path):
    with pytest.raises((ValueError, TypeError), match=told):
        train_seeds(TASK, replace(TINY, practice=practice), {0: tmp_path / "0"})
    with pytest.raises((ValueError, TypeError), match=told):
        train(TASK, replace(TINY, practice=practice), 0, tmp_path / "0")
    assert not list(tmp_path.iterdir())
