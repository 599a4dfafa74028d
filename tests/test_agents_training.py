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

import numpy as np
import pytest
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback, CallbackList

import goalgap
from goalgap.agents import storage
from goalgap.agents.callbacks import BootstrapTogether
from goalgap.agents.features import PatchFeatures
from goalgap.agents.loading import load_agent
from goalgap.agents.recipes import Recipe, recipe
from goalgap.agents.seeds import TrainingError, train_seeds
from goalgap.agents.storage import StorageError
from goalgap.agents.training import build, cell, finished, train
from goalgap.envs.engine.batch import Batch

TINY = Recipe(steps=1024, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,))
TASK = goalgap.task("CheeseCorner", size=5)


def weights(folder):
    return load_agent(folder, TASK).model.policy.state_dict()


def test_the_record_says_what_was_trained_and_how(tmp_path):
    seen = []
    folder = train(TASK, TINY, 3, tmp_path / "deep" / "agent", seen.append)
    record = json.loads((folder / "agent.json").read_text())
    assert record["environment"] == "goalgap/CheeseCorner-v0"
    assert (record["seed"], record["alpha"], record["reward"], record["steps"]) == (3, 0.0, "cheese", 1024)
    assert Recipe(**record["recipe"]) == TINY
    assert goalgap.task("CheeseCorner", **record["arguments"]) == TASK
    assert record["observation"] == {"shape": [7, 7, 3], "dtype": "uint8"}
    assert record["sha256"] == hashlib.sha256((folder / "agent.zip").read_bytes()).hexdigest()
    assert record["cell"] == cell(TASK, TINY, 3)
    assert set(record["versions"]) == {"goalgap", "python", "numpy", "torch", "stable_baselines3"}
    assert record["steps_per_second"] == pytest.approx(record["steps"] / record["seconds"], rel=0.01)
    assert [each.steps for each in seen] == [256, 512, 768, 1024]
    assert {each.total for each in seen} == {1024}
    assert finished(folder)
    assert [each.name for each in folder.parent.iterdir()] == ["agent"]


def test_a_seed_gives_the_same_agent_again_and_another_seed_another(tmp_path):
    threads = torch.get_num_threads()
    first, again, other = (
        weights(train(TASK, TINY, seed, tmp_path / name)) for name, seed in (("a", 0), ("b", 0), ("c", 1))
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


def test_training_learns(tmp_path):
    short = replace(TINY, steps=60_000, n_envs=64, n_steps=32, minibatch=512, epochs=4, hidden=(64,))
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
        "from goalgap.agents.recipes import Recipe; "
        f"r = Recipe(steps=10**8, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,)); "
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
        ({"algorithm": "DQN"}, "algorithm 'DQN': choose from PPO"),
        ({"minibatch": 1000}, "does not divide n_envs x n_steps = 8192"),
        ({"patch": 4}, "odd patch"),
        ({"hidden": ()}, "hidden layers"),
        ({"steps": 0}, "steps is at least 1"),
        ({"n_envs": 2.5}, "n_envs is a whole number"),
        ({"discount": 1.5}, r"discount is in \[0, 1\]"),
        ({"epoch": 3}, "did you mean 'epochs'"),
    ],
)
def test_a_wrong_recipe_is_explained(changes, told):
    with pytest.raises((ValueError, TypeError), match=told):
        recipe("CheeseCorner", **changes)


def test_every_environment_has_a_recipe_that_is_plain_data():
    for name in goalgap.SUITE:
        made = recipe(name)
        assert Recipe(**json.loads(json.dumps(made.as_data()))) == made


def test_the_patch_is_centred_on_the_agent():
    batch = Batch(TASK, 50)
    batch.begin_seeds(np.arange(50), np.arange(50))
    obs = batch.observe()
    seen = PatchFeatures(TASK.observation_space).patches(torch.as_tensor(obs).float()).reshape(50, 7, 7, 3).numpy()
    for grid, patch in zip(obs, seen, strict=True):
        row, col = np.argwhere(grid[..., 2])[0]
        assert (patch == np.pad(grid, ((3, 3), (3, 3), (0, 0)), "edge")[row : row + 7, col : col + 7]).all()
