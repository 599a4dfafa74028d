"""Curricula in training: each method trains, tries levels beside, and what cannot be so is refused."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from chosen import FEW, TASK

import goalgap
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.curricula.exploring import played_by, positive_value_losses
from goalgap.agents.curricula.settings import METHODS, Curriculum
from goalgap.agents.recipes import default_recipe
from goalgap.agents.training import train
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import draw_levels

TINY = {"n_envs": 4, "n_steps": 8, "minibatch": 16, "steps": 96, "hidden": (8,)}


def test_positive_value_losses_by_hand():
    # two games of two steps; the second ends after the first step, where nothing more is expected
    rewards, values = np.array([[0.0, 1.0], [1.0, 9.0]]), np.array([[0.5, 0.75], [0.25, 9.0], [0.0, 0.0]])
    going = np.array([[True, True], [True, False]])
    model = SimpleNamespace(gamma=0.5, gae_lambda=0.5)
    last = 1.0 - 0.25
    first = 0.5 * 0.25 - 0.5 + 0.25 * last
    expected = [(last + max(first, 0)) / 2, 1.0 - 0.75]
    assert positive_value_losses(rewards, values, going, model) == pytest.approx(expected)


def test_levels_are_tried_by_the_policy_without_a_trace_in_training():
    recipe = replace(default_recipe(TASK), **TINY)
    model = recipe.build(TASK, 0)
    levels = draw_levels(TASK, np.arange(6))
    batch = Batch.on(TASK, levels)
    played = played_by(model, batch, TASK.channel)
    assert batch.done.all()
    assert (played.steps == batch.states["t"]).all()
    assert (played.returns == batch.returns[:, TASK.channel]).all()
    assert model.num_timesteps == 0


@pytest.mark.parametrize("method", METHODS)
def test_training_with_each_method_replays_tries_and_tells(method, tmp_path):
    own = {"candidates": 20, "every": 2} if method == "sfl" else {"score": "positive-value-loss"}
    recipe = replace(default_recipe(TASK), **TINY, curriculum={"method": method, **FEW, **own})
    folder = train(TASK, recipe, 0, tmp_path / "agent")
    record = goalgap.agents.records.read_record(folder)
    assert (record["tried_steps"] > 0) == (method != "plr")
    assert 0 <= record["distinguishing"] <= 1
    assert record["recipe"]["curriculum"]["method"] == method


def test_levels_that_are_seen_as_pictures_are_tried_too(tmp_path):
    task = goalgap.task("ColourShape", size=5)
    recipe = replace(default_recipe(task), **TINY, curriculum={"method": "robust-plr", **FEW})
    record = goalgap.agents.records.read_record(train(task, recipe, 0, tmp_path / "agent"))
    assert record["tried_steps"] > 0


def test_two_trainings_of_a_seed_are_the_same(tmp_path):
    recipe = replace(default_recipe(TASK), **TINY, curriculum={"method": "accel", **FEW})
    sums = [goalgap.agents.records.read_record(train(TASK, recipe, 0, tmp_path / name)) for name in "ab"]
    assert sums[0]["tried_steps"] == sums[1]["tried_steps"]
    assert sums[0]["distinguishing"] == sums[1]["distinguishing"]


@pytest.mark.parametrize(
    ("curriculum", "told"),
    [
        ({"method": "pll"}, "did you mean 'plr'"),
        ("accel", "a curriculum is a table, such as"),
        ({"score": "max-latest"}, "a curriculum has a method, such as method:accel"),
        ({"method": "plr", "temprature": 1}, "did you mean 'temperature'"),
        ({"method": "plr", "temperature": 0}, "temperature is at least 0.001, not 0"),
        ({"method": "plr", "replay": "much"}, "replay is a number from 0.01 to 1, not 'much'"),
        ({"method": "plr", "edits": "identity"}, "levels are edited where curricula are robust"),
        ({"method": "accel", "edits": "idntity"}, "did you mean 'identity'"),
        ({"method": "plr", "every": 5}, "candidates, every are of sfl, not of plr"),
        ({"method": "plr", "episodes": 3}, "episodes changes nothing of plr"),
        ({"method": "robust-plr", "edit_steps": 3}, "edit_steps changes nothing of robust-plr"),
        ({"method": "sfl", "staleness": 0.5}, "staleness changes nothing of sfl"),
        ({"method": "plr", "episodes": 0}, "episodes is at least 1, not 0"),
        ({"method": "sfl", "every": 0}, "every is at least 1, not 0"),
        ({"method": "sfl", "score": "max-latest"}, "sfl keeps levels by their learnability"),
        ({"method": "sfl", "candidates": 99}, "at least as many as its buffer keeps, 100"),
        ({"method": "plr", "buffer": 16}, "a level for each of the 256 games"),
    ],
)
def test_a_wrong_curriculum_is_explained(curriculum, told):
    with pytest.raises((ValueError, TypeError), match=told):
        PPORecipe(curriculum=curriculum)


def test_what_cannot_be_trained_so_is_refused_before_training(tmp_path):
    accel = {"method": "accel"}
    with pytest.raises(ValueError, match="policies without a memory"):
        default_recipe(TASK, "RecurrentPPO", curriculum=accel)
    with pytest.raises(ValueError, match="take one"):
        default_recipe(TASK, before={"region": 2}, curriculum=accel)
    with pytest.raises(ValueError, match=r"after every 20 rollouts of .* 20,000 end before"):
        default_recipe(TASK, steps=20_000, curriculum={"method": "sfl"}).training_task(TASK)
    lava = goalgap.task("LavaLand")
    with pytest.raises(ValueError, match="LavaLand has no kernel `edit`"):
        train(lava, default_recipe(lava, curriculum=accel), 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


def test_recipes_without_a_curriculum_are_what_they_were():
    assert "curriculum" not in default_recipe(TASK).as_data()
    assert not {"candidates", "every"} & set(Curriculum.of({"method": "accel"}).as_data())
    for method in METHODS:
        chosen = default_recipe(TASK, curriculum={"method": method})
        assert goalgap.agents.algorithms.recipe_of(chosen.as_data()) == chosen
