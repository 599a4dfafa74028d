"""Training writes whole agents or nothing, and a seed gives the same agent again."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from commands import goalgap as command
from gymnasium.spaces import Box
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback, CallbackList

import goalgap
from goalgap.agents import recipes, storage
from goalgap.agents.callbacks import BootstrapTogether
from goalgap.agents.features import PatchFeatures
from goalgap.agents.loading import load_agent
from goalgap.agents.recipes import ALGORITHMS, Evolution, Gradient, Recipe, Recurrent, recipe
from goalgap.agents.seeds import TrainingError, train_seeds
from goalgap.agents.storage import StorageError
from goalgap.agents.training import build, cell, finished, train
from goalgap.envs.engine.batch import Batch

TINY = Gradient(steps=1024, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,))
SMALL = {
    "PPO": TINY,
    "RecurrentPPO": Recurrent(steps=512, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,), lstm=8),
    "ARS": Evolution(steps=4000, n_envs=4, directions=3, top=2, patch=3),
}
TASK = goalgap.task("CheeseCorner", size=5)
every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


def weights(folder):
    return load_agent(folder, TASK).model.policy.state_dict()


def test_the_record_says_what_was_trained_and_how(tmp_path):
    seen = []
    folder = train(TASK, TINY, 3, tmp_path / "deep" / "agent", seen.append)
    record = json.loads((folder / "agent.json").read_text())
    assert record["environment"] == "goalgap/CheeseCorner-v0"
    assert (record["seed"], record["alpha"], record["reward"], record["steps"]) == (3, 0.0, "cheese", 1024)
    assert Recipe.of(record["recipe"]) == TINY
    assert goalgap.task("CheeseCorner", **record["arguments"]) == TASK
    assert record["observation"] == {"shape": [7, 7, 3], "dtype": "uint8"}
    assert record["sha256"] == hashlib.sha256((folder / "agent.zip").read_bytes()).hexdigest()
    assert record["cell"] == cell(TASK, TINY, 3)
    assert set(record["versions"]) == {"goalgap", "python", "numpy", "torch", "stable_baselines3", "sb3_contrib"}
    assert record["steps_per_second"] == pytest.approx(record["steps"] / record["seconds"], rel=0.01)
    assert [each.steps for each in seen] == [256, 512, 768, 1024]
    assert {each.total for each in seen} == {1024}
    assert finished(folder)
    assert [each.name for each in folder.parent.iterdir()] == ["agent"]


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
        env = build(TASK, TINY, seed).env
        env.reset()
        played += [info["level_seed"] for info in env.reset_infos]
    assert len(set(played)) == 3 * TINY.n_envs


@every_algorithm
def test_progress_is_told_and_the_record_agrees(algorithm, tmp_path):
    seen, small = [], SMALL[algorithm]
    record = json.loads((train(TASK, small, 0, tmp_path / "agent", seen.append) / "agent.json").read_text())
    assert len(seen) > 1
    assert [each.steps for each in seen] == sorted({each.steps for each in seen})
    assert seen[-1].steps == record["steps"] >= small.total == seen[-1].total
    assert 0 <= seen[-1].score <= 1
    assert record["recipe"]["algorithm"] == algorithm
    assert Recipe.of(record["recipe"]) == small


LEARNING = {
    "PPO": replace(TINY, steps=60_000, n_envs=64, n_steps=32, minibatch=512, epochs=4, hidden=(64,)),
    "RecurrentPPO": Recurrent(steps=40_000, n_envs=64, n_steps=32, minibatch=512, hidden=(64,), lstm=32),
    "ARS": Evolution(steps=400_000),
}


@every_algorithm
def test_training_learns(algorithm, tmp_path):
    short = LEARNING[algorithm]
    seen = []
    train(TASK, short, 0, tmp_path / "agent", seen.append)
    batch = Batch(TASK, 500)
    batch.begin_seeds(np.arange(500), np.arange(500))
    random_play = batch.random_returns(16)[..., 0].mean()
    assert seen[-1].score > random_play + 0.2


def test_bootstrapping_together_is_what_stable_baselines3_does_one_by_one():
    """Rewards of one round, with and without our shortcut: games of two steps, so that most are cut."""
    collected = []
    for callbacks in ([], [BootstrapTogether()]):
        model = build(goalgap.task("CheeseCorner", horizon=2), TINY, 0)
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


def test_cells_name_everything_an_agent_depends_on():
    others = [
        cell(goalgap.task("CheeseCorner", size=7), TINY, 0),
        cell(goalgap.task("CheeseCorner", size=5, alpha=0.1), TINY, 0),
        cell(goalgap.task("CheeseCorner", size=5, reward="corner"), TINY, 0),
        cell(TASK, replace(TINY, epochs=2), 0),
        cell(TASK, replace(TINY, practice={"region": 3}), 0),
        cell(TASK, SMALL["RecurrentPPO"], 0),
        cell(TASK, SMALL["ARS"], 0),
        cell(TASK, TINY, 1),
        cell(replace(TASK, game=replace(TASK.game, version=1)), TINY, 0),
    ]
    assert cell(TASK, TINY, 0) == cell(goalgap.task("CheeseCorner", size=5), replace(TINY), 0)
    assert len({cell(TASK, TINY, 0), *others}) == len(others) + 1


def test_a_taken_folder_is_refused_before_training(tmp_path):
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "notes.txt").write_text("mine")
    with pytest.raises(StorageError, match="exists already"):
        train(TASK, TINY, 0, tmp_path / "agent", lambda _: pytest.fail("it trained"))
    assert (tmp_path / "agent" / "notes.txt").read_text() == "mine"


def test_an_unwritable_place_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="choose another folder"):
        train(TASK, TINY, 0, tmp_path / "file" / "agent", lambda _: pytest.fail("it trained"))
    if os.geteuid():
        tmp_path.chmod(0o500)
        with pytest.raises(StorageError, match="may not write"):
            train(TASK, TINY, 0, tmp_path / "agent", lambda _: pytest.fail("it trained"))


def test_a_full_disk_is_refused_before_training(tmp_path, monkeypatch):
    nearly = shutil.disk_usage(tmp_path)._replace(free=2**20)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: nearly)
    with pytest.raises(StorageError, match="disk is full"):
        train(TASK, TINY, 0, tmp_path / "agent", lambda _: pytest.fail("it trained"))


def test_running_out_of_space_at_the_end_leaves_nothing_behind(tmp_path):
    kept = train(TASK, TINY, 0, tmp_path / "kept")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot write .*lost"):
            train(TASK, TINY, 0, tmp_path / "lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
    assert weights(kept)


def test_a_failure_while_saving_leaves_nothing_behind(tmp_path, monkeypatch):
    def half(self, file):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(BaseAlgorithm, "save", half)
    with pytest.raises(KeyboardInterrupt):
        train(TASK, TINY, 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


def test_seeds_train_side_by_side_and_finished_ones_are_skipped(tmp_path):
    folders = {seed: tmp_path / str(seed) for seed in range(3)}
    train(TASK, TINY, 1, folders[1])
    seen = []
    train_seeds(TASK, TINY, folders, 2, lambda seed, progress: seen.append((seed, progress.steps)))
    assert {seed for seed, _ in seen} == {0, 2}
    assert [steps for seed, steps in seen if seed == 2] == [256, 512, 768, 1024]
    assert all(finished(folder) for folder in folders.values())
    alone = weights(train(TASK, TINY, 2, tmp_path / "alone"))
    assert all(torch.equal(alone[name], value) for name, value in weights(folders[2]).items())


def test_a_seed_that_fails_takes_no_other_with_it(tmp_path):
    folders = {seed: tmp_path / str(seed) for seed in (0, 2**40, 1)}
    with pytest.raises(TrainingError, match="seed 1099511627776: ValueError: a training seed") as caught:
        train_seeds(TASK, TINY, folders, 2)
    assert set(caught.value.failures) == {2**40}
    assert finished(folders[0])
    assert finished(folders[1])


def test_a_process_that_dies_is_told_apart_from_one_that_ends(tmp_path):
    def kill_the_child(seed, progress):
        if not killed:
            killed.append(seed)
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    killed = []
    with pytest.raises(TrainingError, match="exit code -9"):
        train_seeds(TASK, replace(TINY, steps=200_000), {0: tmp_path / "0"}, 1, kill_the_child)
    assert not list(tmp_path.iterdir())


def test_killed_from_outside_it_keeps_what_is_finished_and_stops(tmp_path):
    script = (
        "import goalgap, pathlib; from goalgap.agents.seeds import train_seeds; "
        "from goalgap.agents.recipes import Gradient; "
        f"r = Gradient(steps=10**8, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,)); "
        f"f = {{0: pathlib.Path({str(tmp_path / 'kept')!r}), 1: pathlib.Path({str(tmp_path / 'lost')!r})}}; "
        "train_seeds(goalgap.task('CheeseCorner', size=5), r, f, 2, "
        "lambda s, p: print(__import__('multiprocessing').active_children()[0].pid, flush=True))"
    )
    train(TASK, TINY, 0, tmp_path / "kept")
    caller = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    child = int(caller.stdout.readline())
    caller.kill()
    caller.wait()
    deadline = time.monotonic() + 20
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(child)
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"algorithm": "DQN"}, "algorithm 'DQN': choose from PPO, RecurrentPPO, ARS"),
        ({"minibatch": 1000}, "does not divide n_envs x n_steps = 8192"),
        ({"patch": 4}, "its side is odd, or 0"),
        ({"far": 2}, "its side is odd, or 0"),
        ({"hidden": (0,)}, "hidden is at least 1"),
        ({"steps": 0}, "steps is at least 1"),
        ({"n_envs": 2.5}, "n_envs is a whole number"),
        ({"discount": 1.5}, "discount is at most 1"),
        ({"discount": float("nan")}, "discount is at most 1"),
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"lstm": 8}, "field of a recipe for PPO 'lstm'"),
        ({"algorithm": "RecurrentPPO", "lstm": 0}, "lstm is at least 1"),
        ({"algorithm": "ARS", "epochs": 3}, "field of a recipe for ARS 'epochs'"),
        ({"algorithm": "ARS", "directions": 4, "top": 8}, "number of directions, 4, not 8"),
    ],
)
def test_a_wrong_recipe_is_explained(changes, told):
    with pytest.raises((ValueError, TypeError), match=told):
        recipe("CheeseCorner", **changes)


@every_algorithm
@pytest.mark.parametrize("name", goalgap.SUITE)
def test_every_environment_has_recipes_that_are_plain_data_and_fit_it(name, algorithm):
    made = recipe(name, algorithm)
    assert Recipe.of(json.loads(json.dumps(made.as_data()))) == made
    few = {"n_envs": 2, **({"minibatch": made.n_steps} if isinstance(made, Gradient) else {"directions": 1, "top": 1})}
    build(goalgap.task(name), replace(made, **few), 0)


def test_training_practises_with_other_arguments_than_those_it_is_evaluated_with(tmp_path):
    """Training with a region of 1 has every cheese in the corner; the agent's record keeps the task's own region."""
    wide, practice = goalgap.task("CheeseCorner", size=5, region=3), {"region": 1}
    for small in (TINY, SMALL["ARS"]):
        model = build(wide, replace(small, practice=practice), 0)
        batch = model.games if small.algorithm == "ARS" else model.env.batch
        assert batch.task == goalgap.task("CheeseCorner", size=5, region=1, horizon=wide.settings.horizon)
    folder = train(wide, replace(TINY, practice=practice), 0, tmp_path / "agent")
    record = json.loads((folder / "agent.json").read_text())
    assert record["arguments"] == wide.arguments
    assert record["recipe"]["practice"] == practice
    assert load_agent(folder, wide).record == record


@pytest.mark.parametrize(
    ("practice", "told"),
    [
        ({"regoin": 1}, "did you mean 'region'"),
        ({"split": "deploy"}, "argument of CheeseCorner to practise with 'split'"),
        ({"region": 99}, "region must be in"),
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


def observed(n=50, **arguments):
    batch = Batch(goalgap.task("CheeseCorner", **arguments), n)
    batch.begin_seeds(np.arange(n), np.arange(n))
    return batch.observe()


def test_the_patch_is_centred_on_the_agent():
    obs = observed(size=5)
    _, near = PatchFeatures(TASK.observation_space).views(torch.as_tensor(obs).float())
    for grid, patch in zip(obs, near.reshape(50, 7, 7, 3).numpy(), strict=True):
        row, col = np.argwhere(grid[..., 2])[0]
        assert (patch == np.pad(grid, ((3, 3), (3, 3), (0, 0)), "edge")[row : row + 7, col : col + 7]).all()


def test_the_far_view_counts_blocks_around_the_agent():
    obs, task = observed(size=9), goalgap.task("CheeseCorner", size=9)
    far, near = PatchFeatures(task.observation_space, patch=3, far=5).views(torch.as_tensor(obs).float())
    assert near.shape == (50, 3 * 3 * 3)
    for grid, view in zip(obs, far.reshape(50, 5, 5, 3).numpy(), strict=True):
        row, col = np.argwhere(grid[..., 2])[0] + 7
        around = np.pad(grid, ((7, 7), (7, 7), (0, 0)))[row - 7 : row + 8, col - 7 : col + 8]
        inside = np.pad(np.ones_like(grid), ((7, 7), (7, 7), (0, 0)))[row - 6 : row + 7 : 3, col - 6 : col + 7 : 3]
        expected = around.reshape(5, 3, 5, 3, 3).sum((1, 3)) / 3 * inside
        np.testing.assert_allclose(view, expected, atol=1e-6)


def test_bits_are_taken_as_they_are_and_have_no_patch(monkeypatch):
    bits = Box(0, 1, (12,), np.uint8)
    obs = torch.as_tensor(np.random.default_rng(0).integers(0, 2, (5, 12))).float()
    assert torch.equal(PatchFeatures(bits, patch=0, hidden=())(obs), obs)
    assert PatchFeatures(bits, patch=0, hidden=(8, 4))(obs).shape == (5, 4)
    for views in ({"patch": 7}, {"patch": 0, "far": 3}):
        with pytest.raises(ValueError, match="take patch=0 and far=0"):
            PatchFeatures(bits, **views)
    monkeypatch.setattr(recipes.envs, "task", lambda name: SimpleNamespace(observation_space=bits))
    for algorithm in ALGORITHMS:
        made = recipe("CheeseCorner", algorithm)
        assert made.patch == made.far == 0


def test_what_is_seen_without_hidden_layers_is_far_and_near():
    obs = torch.as_tensor(observed(size=5)).float()
    features = PatchFeatures(TASK.observation_space, patch=3, hidden=())
    assert torch.equal(features(obs), torch.cat(features.views(obs), 1))
    assert features(obs).shape == (50, features.features_dim)
    assert torch.equal(features.views(obs)[0], obs.flatten(1))


def silent(model):
    callback = CallbackList([])
    callback.init_callback(model)
    return callback


@pytest.mark.parametrize("hidden", [(), (6,)])
def test_candidates_side_by_side_are_judged_as_one_by_one(hidden):
    """By the mean return of whole episodes on the same levels; weights are large, so that chance decides nothing."""
    small = replace(SMALL["ARS"], hidden=hidden, n_envs=16)
    model = build(TASK, small, 0)
    candidates = torch.randn((6, model.n_params), generator=torch.Generator().manual_seed(0)) * 1e4
    found = model.evaluate_candidates(candidates, silent(model))
    levels = model.games.levels["seed"].reshape(6, small.n_envs)
    assert (levels == levels[0]).all()
    expected, steps = [], 0
    for weights in candidates:
        model.policy.load_from_vector(weights.numpy())
        for seed in levels[0]:
            batch = Batch(TASK, 1)
            batch.begin_seeds(np.arange(1), np.array([seed]))
            while not (batch.terminated | batch.truncated)[0]:
                batch.step(model.predict(batch.observe(), deterministic=True)[0])
                steps += 1
            expected.append(batch.returns[0, TASK.channel])
    np.testing.assert_allclose(found, np.reshape(expected, (6, -1)).mean(1), atol=1e-6)
    assert len(set(found.tolist())) > 1
    assert model.num_timesteps == steps


def test_each_round_of_evolution_has_fresh_levels_and_no_seed_shares_another_seeds():
    played = []
    for seed in range(2):
        model = build(TASK, SMALL["ARS"], seed)
        for _ in range(3):
            model.evaluate_candidates(torch.zeros(6, model.n_params), silent(model))
            played.append(set(model.games.levels["seed"].tolist()))
    assert len(set.union(*played)) == sum(map(len, played)) == 2 * 3 * 4


def test_evolution_with_weights_of_zero_plays_at_random():
    model = build(TASK, SMALL["ARS"], 0)
    model.policy.load_from_vector(np.zeros(model.n_params, np.float32))
    obs = np.repeat(observed(1, size=5), 4000, axis=0)
    drawn = model.predict(obs, deterministic=False)[0]
    np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 4000, 0.25, atol=0.03)


def test_each_algorithm_runs_from_the_command_line_into_a_folder_of_its_own(tmp_path):
    told = ("CheeseCorner", "--size", 5, "--steps", 2000, "--results", tmp_path)
    for algorithm in ("ARS", "RecurrentPPO"):
        assert command("run", *told, "--algorithm", algorithm, "--seeds", 1, "--levels", 8) == 0
    assert command("train", *told) == 0
    folders = {
        json.loads((path / "seed-0" / "agent.json").read_text())["recipe"]["algorithm"]: path
        for path in tmp_path.iterdir()
    }
    assert set(folders) == set(ALGORITHMS)
    for algorithm in ("ARS", "RecurrentPPO"):
        assert json.loads((folders[algorithm] / "report.json").read_text())["agent"] == algorithm


def test_an_unknown_algorithm_is_refused(tmp_path, capsys):
    assert command("run", "CheeseCorner", "--algorithm", "ars", "--results", tmp_path) == 2
    assert "choose from PPO, RecurrentPPO, ARS" in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())
