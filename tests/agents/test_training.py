"""Training is as its recipe and seed say, and a seed gives the same agent again."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from recipes import SMALL, TASK, TINY, every_algorithm
from stable_baselines3 import PPO
from stable_baselines3.common import base_class
from stable_baselines3.common.callbacks import BaseCallback, CallbackList

import goalgap
from goalgap.agents.algorithms import ALGORITHMS, recipe_of
from goalgap.agents.algorithms.a2c import A2CRecipe
from goalgap.agents.algorithms.ars import ARSRecipe
from goalgap.agents.algorithms.dqn import DQNRecipe
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.algorithms.qrdqn import QRDQNRecipe
from goalgap.agents.algorithms.recurrent_ppo import RecurrentPPORecipe
from goalgap.agents.algorithms.trpo import TRPORecipe
from goalgap.agents.callbacks import BootstrapTogether, Reporter
from goalgap.agents.loading import load_agent
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import finished, run_key
from goalgap.agents.training import plan, train
from goalgap.agents.vec_env import GoalGapVecEnv
from goalgap.envs.engine.batch import Batch
from goalgap.provenance import installed_versions


def weights(folder):
    return load_agent(folder, TASK).model.policy.state_dict()


def test_the_record_says_what_was_trained_and_how(tmp_path):
    seen = []

    def look(progress):
        time.sleep(0.1)
        seen.append(progress)

    folder = train(TASK, TINY, 3, tmp_path / "deep" / "agent", look)
    record = json.loads((folder / "agent.json").read_text())
    assert record["environment"] == "goalgap/CheeseCorner-v0"
    assert (record["seed"], record["alpha"], record["reward"], record["steps"]) == (3, 0.0, "cheese", 1024)
    assert recipe_of(record["recipe"]) == TINY
    assert goalgap.task("CheeseCorner", **record["arguments"]) == TASK
    assert record["observation"] == {"shape": [7, 7, 3], "dtype": "uint8"}
    assert record["sha256"] == hashlib.sha256((folder / "agent.zip").read_bytes()).hexdigest()
    assert record["run_key"] == run_key(TASK, TINY, 3)
    assert record["versions"] == installed_versions()
    assert record["steps_per_second"] == pytest.approx(record["steps"] / record["seconds"], rel=0.01)
    assert 0.01 < record["processor_seconds"] < record["seconds"] - 0.3, "while nothing is computed, no processor works"
    assert [progress.steps for progress in seen] == [256, 512, 768, 1024]
    assert {progress.total for progress in seen} == {1024}
    assert finished(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["agent"]


@every_algorithm
def test_a_seed_gives_the_same_agent_again_and_another_seed_another(algorithm, tmp_path):
    threads = torch.get_num_threads()
    first, again, other = (
        weights(train(TASK, SMALL[algorithm], seed, tmp_path / name)) for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)
    assert torch.get_num_threads() == threads


def test_seeds_share_no_training_levels():
    played = []
    for seed in range(3):
        env = TINY.build(TASK, seed).env
        env.reset()
        played += [info["level_seed"] for info in env.reset_infos]
    assert len(set(played)) == 3 * TINY.n_envs


@every_algorithm
def test_progress_is_told_and_the_record_agrees(algorithm, tmp_path):
    seen, small = [], replace(SMALL[algorithm], steps=max(1024, SMALL[algorithm].steps))
    record = json.loads((train(TASK, small, 0, tmp_path / "agent", seen.append) / "agent.json").read_text())
    assert len(seen) > 1
    assert [progress.steps for progress in seen] == sorted({progress.steps for progress in seen})
    assert seen[-1].steps == record["steps"] >= small.total_steps == seen[-1].total
    assert 0 <= seen[-1].score <= 1
    assert record["recipe"]["algorithm"] == algorithm
    assert recipe_of(record["recipe"]) == small


BUILD = PPORecipe.build
LEARNING = {
    "PPO": replace(TINY, steps=60_000, n_envs=64, n_steps=32, minibatch=512, epochs=4, hidden=(64,)),
    "RecurrentPPO": RecurrentPPORecipe(steps=40_000, n_envs=64, n_steps=32, minibatch=512, hidden=(64,), lstm=32),
    "A2C": A2CRecipe(steps=60_000, n_envs=64, n_steps=8, hidden=(64,)),
    "TRPO": TRPORecipe(steps=60_000, n_envs=64, n_steps=32, hidden=(64,)),
    "DQN": DQNRecipe(steps=60_000, buffer=60_000, warmup=2000, target_every=2000, hidden=(64,)),
    "QRDQN": QRDQNRecipe(steps=60_000, buffer=60_000, warmup=2000, target_every=2000, hidden=(64,)),
    "ARS": ARSRecipe(steps=400_000),
}


@pytest.mark.parametrize("algorithm", ["PPO", "A2C", "TRPO", "RecurrentPPO"])
def test_a_single_rollout_is_learned_from(algorithm):
    """The learning rate falls to 0 in a straight line, and is asked for after each rollout."""
    recipe = replace(SMALL[algorithm], steps=1)
    model = recipe.build(TASK, 0)
    before = [each.clone() for each in model.policy.parameters()]
    model.learn(recipe.steps, recipe.callbacks(TASK, 0))
    assert model.num_timesteps == recipe.rollout_size
    assert any(not torch.equal(*pair) for pair in zip(before, model.policy.parameters(), strict=True))


@pytest.mark.parametrize(
    "algorithm", [name if name == "PPO" else pytest.param(name, marks=pytest.mark.slow) for name in ALGORITHMS]
)
def test_training_learns(algorithm, tmp_path):
    seen = []
    train(TASK, LEARNING[algorithm], 0, tmp_path / "agent", seen.append)
    batch = Batch.of(TASK, np.arange(500))
    random_play = batch.random_play(16)[0][..., 0].mean()
    assert seen[-1].score > random_play + 0.2


def test_bootstrapping_together_is_what_stable_baselines3_does_one_by_one():
    """Rewards of one round, with and without our shortcut: games of two steps, so that most are cut."""
    collected = []
    for callbacks in ([], [BootstrapTogether()]):
        model = TINY.build(goalgap.task("CheeseCorner", horizon=2), 0)
        model.learn(1, CallbackList([*callbacks, Stop()]))
        collected.append(model.rollout_buffer.rewards.copy())
    assert (collected[0] != 0).mean() > 0.4
    np.testing.assert_allclose(collected[0], collected[1], atol=1e-5)


class Stop(BaseCallback):
    """Ends training when the first round is collected, before the network changes."""

    def _on_step(self):
        return self.n_calls <= TINY.n_steps

    def _on_rollout_end(self):
        self.model.train = lambda: None


def test_training_practises_with_other_arguments_than_those_it_is_evaluated_with(tmp_path, monkeypatch):
    """Training with a region of 1 has every cheese in the corner; the agent's record keeps the task's own region."""
    wide, practice = goalgap.task("CheeseCorner", size=5, region=3), {"region": 1}
    for small in (TINY, SMALL["ARS"]):
        job = plan(wide, replace(small, practice=practice), 0, tmp_path / "job")
        assert job.training_task == goalgap.task("CheeseCorner", size=5, region=1, horizon=wide.settings.horizon)
        assert job.task == wide
    trained_on = []
    monkeypatch.setattr(PPORecipe, "build", lambda self, task, seed: trained_on.append(task) or BUILD(self, task, seed))
    folder = train(wide, replace(TINY, practice=practice), 0, tmp_path / "agent")
    assert trained_on == [job.training_task]
    record = json.loads((folder / "agent.json").read_text())
    assert record["arguments"] == wide.arguments
    assert record["recipe"]["practice"] == practice
    assert load_agent(folder, wide).record == record


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "0"])
def test_a_wrong_seed_is_refused_before_training(seed, tmp_path):
    with pytest.raises(ValueError, match=r"whole number in 0 \.\. 2\^32-1"):
        train(TASK, TINY, seed, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


def test_a_training_that_is_over_before_it_learns_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"1,024 steps end before the warmup of 1,024, .* or warmup=0"):
        plan(TASK, replace(SMALL["DQN"], warmup=1024), 0, tmp_path / "agent")


def test_training_in_two_halves_plays_first_what_came_before_and_then_the_task(tmp_path, monkeypatch):
    """The change comes after the round in which half of the steps are done; levels are those of other streams."""
    task, played, seed_of = goalgap.task("CheeseCorner", size=5, region=3), [], GoalGapVecEnv.seed

    def seeded(self, seed=None):
        played.append((self.task, seed))
        return seed_of(self, seed)

    monkeypatch.setattr(GoalGapVecEnv, "seed", seeded)
    halves = replace(TINY, before={"region": 1}, steps=4 * TINY.rollout_size)
    monkeypatch.setattr(PPO, "train", lambda self: played.append(self.num_timesteps // TINY.rollout_size))
    folder = train(task, halves, 3, tmp_path / "agent")
    first = goalgap.task("CheeseCorner", size=5, region=1, horizon=task.settings.horizon)
    assert played == [(first, 3), 1, (task, 3 + 2**40), 2, 3, 4]
    record = json.loads((folder / "agent.json").read_text())
    assert record["recipe"]["before"] == {"region": 1}
    assert record["steps"] == halves.steps
    assert "before" not in TINY.as_data()


def test_a_second_half_of_pictures_is_seen_as_the_first(tmp_path):
    """stable-baselines3 turns pictures round, and so must be those with which the second half begins."""
    task = goalgap.task("ColourShape", size=5)
    small = {"n_envs": 4, "n_steps": 8, "minibatch": 32, "hidden": (8,), "steps": 128, "before": {"colour": "blue"}}
    folder = train(task, default_recipe(task, **small), 0, tmp_path / "agent")
    assert json.loads((folder / "agent.json").read_text())["steps"] == 128


@every_algorithm
def test_a_gpu_is_taken_where_torch_finds_one_and_a_record_says_what_it_was(algorithm, tmp_path, monkeypatch):
    """Here is none, so what stable-baselines3 is asked for counts; `auto` then is the processor, and recorded as it."""
    asked, get_device = [], base_class.get_device
    monkeypatch.setattr(base_class, "get_device", lambda device: asked.append(device) or get_device("cpu"))
    few = {"steps": 1, "warmup": 0}
    changes = {name: value for name, value in few.items() if hasattr(SMALL[algorithm], name)}
    folder = train(TASK, replace(SMALL[algorithm], device="auto", **changes), 0, tmp_path / "agent")
    record = json.loads((folder / "agent.json").read_text())
    assert asked == ["auto"]
    assert record["device"] == "cpu"
    assert "device" not in record["recipe"]


def test_returns_are_told_once_every_game_has_ended():
    """Those that end first are the short ones, which are the good ones."""
    told, reporter = [], Reporter("cheese", 100, lambda progress: told.append(progress.score))
    infos = [{"returns": {"cheese": value}} for value in (1.0, 0.0)]
    for dones in ([True, False], [False, False], [False, True]):
        reporter.locals = {"infos": infos, "dones": np.array(dones)}
        reporter._on_step()
        reporter._on_rollout_end()
    assert np.isnan(told[:2]).all()
    assert told[2] == 0.5


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"algorithm": "A2C"}, "another algorithm is the recipe: recipe='A2C'"),
        ({"mitigation": "acel"}, "unknown mitigation 'acel'"),
        ({"mitigation": "dropout", "dropout": 0.3}, "dropout is given twice, also by mitigation 'dropout'"),
        ({"recipe": "DQN", "mitigation": "accel"}, "recipes for .* have curriculum, and those for DQN have none"),
    ],
)
def test_mistakes_in_python_are_told(given, told):
    with pytest.raises((ValueError, TypeError), match=told):
        goalgap.train(TASK, **given)


def test_a_mitigation_is_a_word_in_python_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = goalgap.train(TASK, TINY, mitigation="dropout", steps=256)
    assert json.loads((folder / "agent.json").read_text())["changes"][-1] == "dropout0.1"
    assert goalgap.train(TASK, replace(TINY, steps=256, dropout=0.1)) == folder
