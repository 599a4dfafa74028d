"""Seeds train side by side: none takes another down with it, and what is finished stays finished."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from recipes import TASK, TINY

from goalgap.agents.loading import load_agent
from goalgap.agents.records import finished
from goalgap.agents.seeds import TrainingError, train_seeds
from goalgap.agents.training import train


def weights(folder):
    return load_agent(folder, TASK).model.policy.state_dict()


def test_seeds_train_side_by_side_as_they_do_alone(tmp_path):
    folders = {seed: tmp_path / str(seed) for seed in (0, 2)}
    seen = []
    train_seeds(TASK, TINY, folders, 2, lambda seed, progress: seen.append((seed, progress.steps)))
    assert {seed for seed, _ in seen} == {0, 2}
    assert [steps for seed, steps in seen if seed == 2] == [256, 512, 768, 1024]
    assert all(finished(folder) for folder in folders.values())
    alone = weights(train(TASK, TINY, 2, tmp_path / "alone"))
    assert all(torch.equal(alone[name], value) for name, value in weights(folders[2]).items())


def test_a_seed_that_fails_takes_no_other_with_it(tmp_path):
    """While seed 1 trains, somebody else puts a file where its agent should go."""

    def take(seed, progress):
        if seed == 1:
            folders[1].mkdir(exist_ok=True)
            (folders[1] / "notes.txt").write_text("mine")

    folders = {seed: tmp_path / str(seed) for seed in range(3)}
    with pytest.raises(TrainingError, match=r"1 of the seeds failed.*seed 1: .*exists already") as caught:
        train_seeds(TASK, TINY, folders, 2, take)
    assert set(caught.value.failures) == {1}
    assert finished(folders[0])
    assert finished(folders[2])
    assert [path.name for path in folders[1].iterdir()] == ["notes.txt"]


def test_what_can_be_refused_is_refused_before_any_seed_is_started(tmp_path):
    with pytest.raises(ValueError, match="a training seed is a whole number"):
        train_seeds(TASK, TINY, {0: tmp_path / "0", 2**40: tmp_path / "1"}, 2)
    with pytest.raises(ValueError, match="at least one process"):
        train_seeds(TASK, TINY, {0: tmp_path / "0"}, 0)
    assert not list(tmp_path.iterdir())


def test_a_process_that_dies_is_told_apart_from_one_that_ends(tmp_path):
    def kill_the_child(seed, progress):
        if not killed:
            killed.append(seed)
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    killed = []
    with pytest.raises(TrainingError, match="exit code -9"):
        train_seeds(TASK, replace(TINY, steps=200_000), {0: tmp_path / "0"}, 1, kill_the_child)
    assert not list(tmp_path.iterdir())


SCRIPT = """
import multiprocessing, pathlib, sys
import goalgap
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.seeds import train_seeds

recipe = PPORecipe(steps=10**8, n_envs=16, n_steps=16, minibatch=128, epochs=1, hidden=(16,))
train_seeds(
    goalgap.task("CheeseCorner", size=5), recipe, {1: pathlib.Path(sys.argv[1])}, 2,
    lambda seed, progress: print(multiprocessing.active_children()[0].pid, flush=True),
)
"""


def test_killed_from_outside_it_keeps_what_is_finished_and_stops(tmp_path):
    train(TASK, TINY, 0, tmp_path / "kept")
    caller = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path / "lost")], stdout=subprocess.PIPE, text=True)
    child = int(caller.stdout.readline())
    caller.kill()
    caller.wait()
    deadline = time.monotonic() + 20
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(child)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
