"""Recipes as files of rl-baselines3-zoo: read as the zoo reads them, they build the agent that the recipe builds."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import goalgap as command
from recipes import SMALL, TASK, every_algorithm
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.utils import LinearSchedule

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.algorithms.recipe import Recipe
from goalgap.agents.changes import read_changes, type_changes
from goalgap.agents.recipes import default_recipe
from goalgap.agents.rl_zoo import zoo_file

TASKS = {
    "a grid": TASK,
    "bits": goalgap.task("IrishElk"),
    "pixels": goalgap.task("ColourShape", size=7),
    "practice": goalgap.task("CoinRun", alpha=0.25),
    "strings": goalgap.task("CheeseCorner", maze="perfect", reward="corner"),
}


def built(text: str, recipe: Recipe) -> Any:
    """What the zoo makes of a file, step by step as in its `exp_manager`; of two games rather than of many."""
    ((environment, told),) = yaml.safe_load(text).items()
    if recipe.algorithm != "ARS":
        assert told.pop("n_envs") == recipe.n_envs
    assert told.pop("n_timesteps") == recipe.steps
    word, _, rate = told["learning_rate"].partition("_")
    assert word == "lin"
    told["learning_rate"] = LinearSchedule(float(rate), 0.0, 1.0)
    told["policy_kwargs"] = eval(told["policy_kwargs"], {})  # noqa: S307 (so does the zoo, with names of its own)
    if "." in told["policy"]:
        module, _, name = told["policy"].rpartition(".")
        told["policy"] = getattr(import_module(module), name)
    games = make_vec_env(environment, told.pop("n_envs", 2), env_kwargs=told.pop("env_kwargs", None))
    return recipe.model_class()(env=games, device="cpu", seed=0, **told)


@every_algorithm
@pytest.mark.parametrize("kind", TASKS)
def test_the_zoo_builds_the_network_of_the_recipe_with_its_hyperparameters(kind: str, algorithm: str) -> None:
    task = TASKS[kind]
    recipe = default_recipe(task, algorithm)
    if algorithm.endswith("DQN"):
        recipe = replace(recipe, buffer=64)  # which takes memory when it is built
    model = built(zoo_file(task, recipe), recipe)
    few = {"n_envs": 2, "minibatch": getattr(recipe, "n_steps", 1)} if hasattr(recipe, "n_steps") else {}
    changed = {name: value for name, value in few.items() if hasattr(recipe, name)}
    ours = replace(recipe, **changed).build(recipe.training_task(task), 0)
    assert type(model.policy) is type(ours.policy)
    shapes = [{name: tuple(part.shape) for name, part in each.policy.state_dict().items()} for each in (model, ours)]
    assert shapes[0] == shapes[1]
    for name, value in recipe.hyperparameters().items():
        mine = getattr(model, name, value)
        assert (mine.frequency if name == "train_freq" else mine) == value, name
    played: Any = model.get_env()
    assert played.get_attr("task")[0] == recipe.training_task(task)


@every_algorithm
def test_numbers_are_numbers_to_yaml(algorithm: str) -> None:
    """A number such as 1e-05 is a text to YAML 1.1, which has its points written."""
    tiny = {"entropy": 1e-5, "least": 1e-7, "target_kl": 1e-6, "deviation": 1e-5}
    recipe = SMALL[algorithm]
    recipe = replace(
        recipe, learning_rate=1e-5, **{name: value for name, value in tiny.items() if hasattr(recipe, name)}
    )
    (told,) = yaml.safe_load(zoo_file(TASK, recipe)).values()
    assert told["learning_rate"] == "lin_1e-05"
    assert recipe.hyperparameters().items() <= told.items()


def test_what_the_zoo_has_not_is_refused() -> None:
    for changes in ({"curriculum": {"method": "plr"}}, {"before": {"region": 1}}):
        with pytest.raises(ValueError, match=f"rl-baselines3-zoo has no {next(iter(changes))}"):
            zoo_file(TASK, default_recipe(TASK, **changes))


@every_algorithm
def test_a_recipe_that_is_shown_can_be_typed(algorithm: str) -> None:
    recipe = replace(SMALL[algorithm], practice={"region": 1})
    if hasattr(recipe, "curriculum") and algorithm != "RecurrentPPO":
        recipe = replace(recipe, curriculum={"method": "accel", "temperature": 0.5})
    assert ALGORITHMS[algorithm](**read_changes(ALGORITHMS[algorithm], type_changes(recipe))) == recipe


def test_the_command_writes_the_file_alone(capsys: pytest.CaptureFixture[str]) -> None:
    words = "CheeseCorner", "--size", 13, "--set", "maze=perfect", "--steps", 5, "--recipe", "discount=0.9"
    assert command("recipe", *words, "--zoo") == 0
    text = capsys.readouterr().out
    (told,) = yaml.safe_load(text).values()
    assert (told["n_timesteps"], told["gamma"]) == (5, 0.9)
    assert told["env_kwargs"] == {"size": 13, "maze": "perfect"}
    assert "--algo ppo --env goalgap/CheeseCorner-v0 --gym-packages goalgap --conf-file FILE" in text
    assert "--eval-env-kwargs size:13" in text
    assert command("recipe", "CheeseCorner", "--algorithm", "DQN") == 0
    assert "buffer=200000" in capsys.readouterr().out.splitlines()
    assert command("recipe", "CheeseCorner", "--recipe", "curriculum=method:plr", "--zoo") == 2


@pytest.mark.slow
@pytest.mark.skipif(find_spec("rl_zoo3") is None, reason="rl_zoo3 is not installed")
@every_algorithm
def test_the_zoo_itself_trains_by_it(algorithm: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(text := zoo_file(TASK, replace(SMALL[algorithm], steps=256)))
    line = next(line for line in text.splitlines() if "rl_zoo3.train" in line)
    words = line.removeprefix("#").replace("FILE", "file.yml").split()
    subprocess.run([sys.executable, *words[1:], "-f", "logs", "--eval-freq", "-1"], cwd=tmp_path, check=True)
    (agent,) = tmp_path.rglob("goalgap-CheeseCorner-v0.zip")
    assert len(goalgap.evaluate(TASK, goalgap.load_agent(agent, TASK, algorithm=algorithm), levels=2).table) == 6
