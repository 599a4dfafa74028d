"""Ways of training for tests of `goalgap bench`, as a user would write them, and what is typed about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from instant import here as in_this_process

from goalgap.cli import execution

METHODS = """
import multiprocessing
import os
import pickle
import sys
import time
from pathlib import Path

import goalgap


class Always:
    name = "always"

    def __init__(self, action):
        self.action = action

    def __call__(self, obs, state, episode_start):
        import numpy as np

        return np.full(len(obs), self.action), state


def train(task, seed, budget):
    with Path("trained.txt").open("a") as file:
        file.write(f"{task.game.name} {seed} {budget}\\n")
    return Always(seed % len(task.game.actions))


def network(task, seed, budget):
    from stable_baselines3 import DQN

    kwargs = {"net_arch": [8 + seed]}
    return DQN("MlpPolicy", goalgap.vec_env(task, 1), policy_kwargs=kwargs, buffer_size=10, seed=seed, device="cpu")


def normalized(task, seed, budget):
    from stable_baselines3 import DQN
    from stable_baselines3.common.vec_env import VecNormalize

    seen = VecNormalize(goalgap.vec_env(task, 1))
    return DQN("MlpPolicy", seen, buffer_size=10, seed=seed, device="cpu")


def stubborn(task, seed, budget):
    model = network(task, seed, budget)
    model.save = lambda _: pickle.dumps(lambda: 0)
    return model


def moody(task, seed, budget):
    if seed == 1 and not Path("mended").exists():
        raise RuntimeError("a bad day")
    return train(task, seed, budget)


def flood():
    for _ in range(3):
        print("x" * 10**6)
    raise ValueError("after a flood")


def elsewhere():
    return network(goalgap.task("ChimeBandit"), 0, 0)


WAYS = [flood, elsewhere, lambda: 5, lambda: "nowhere.zip", lambda: Always(100), lambda: print]


def hostile(task, seed, budget):
    return WAYS[seed]()


def process(task, seed, budget):
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print("this is", pool.apply(int, (seed,)))
    with Path("processes.txt").open("a") as file:
        file.write(f"{os.getpid()}\\n")
    if seed == 2:
        sys.exit(0)
    if seed == 3:
        multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,)).start()
        os.kill(os.getpid(), 9)
    return train(task, seed, budget)
"""
TWO = ("--envs", "CheeseCorner", "ChimeBandit", "--seeds", "2", "--levels", "8")
ONE = ("--envs", "CheeseCorner", "--levels", "8")


def prepared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with methods, and cells carried out in this process."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(execution, "Local", lambda *_: in_this_process)
    (folder / f"methods_of_{folder.name}.py").write_text(METHODS)
    return folder


def method(here: Path, name: str) -> str:
    return f"methods_of_{here.name}:{name}"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    heard = capsys.readouterr()
    return " ".join(f"{heard.out} {heard.err}".split())
