"""Loading: an agent's file becomes a policy that can be evaluated.

A stable-baselines3 zip holds pickled Python objects, and unpickling runs code: load only files you trust.
Every agent file of GoalGap passes through one function, `open_model`, so that one day a stranger's file can be
opened in a sandbox by changing that function alone.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.base_class import BaseAlgorithm

from ..choices import choose
from ..envs.engine.task import Task
from .training import RECORD, ZIP, digest, one_thread

PACKAGES = {"PPO": "stable_baselines3", "RecurrentPPO": "sb3_contrib", "ARS": "sb3_contrib"}

Actions = NDArray[np.int64]


class AgentError(ValueError):
    """An agent file that cannot be used; the message says what is wrong with it."""


@dataclass
class AgentPolicy:
    """A trained agent as a policy: (obs, state, episode_start) -> (actions, state).

    Attributes:
        name: for tables.
        model: the stable-baselines3 agent.
        sampled: whether actions are drawn from the policy, or its likeliest ones taken.
        seed: of the drawing.
        memory: whether the network remembers anything from step to step; without, every step is its first.
        record: what `agent.json` says; empty for a bare zip.

    The state that is passed back holds the key of the next draw beside the network's own memory. A rollout
    that starts with state None is therefore a function of its observations and the seed alone; every step's
    observations are part of its key, so that other levels meet other chance as soon as they look different.
    """

    name: str
    model: BaseAlgorithm
    sampled: bool = True
    seed: int = 0
    memory: bool = True
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def remembers(self) -> bool:
        """Whether the network has a memory at all."""
        return isinstance(self.model, RecurrentPPO)

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        """Actions, int64, shape (n,), for observations, uint8, shape (n, *observation shape)."""
        key, memory = state or (self.seed, None)
        key = zlib.crc32(obs.tobytes(), key)
        if not self.memory:
            memory, episode_start = None, np.ones_like(episode_start)
        with one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(key)
            actions, memory = self.model.predict(obs, memory, episode_start, deterministic=not self.sampled)
            key = int(torch.randint(2**32, ()))
        return np.asarray(actions, np.int64), (key, memory)


def load_agent(path: Path, task: Task, *, sampled: bool = True, seed: int = 0, algorithm: str = "PPO") -> AgentPolicy:
    """The policy of a trained agent, checked against the task it shall play.

    Loading runs code from the file: load only files you trust.

    Args:
        path: a folder that `train` wrote, or any stable-baselines3 zip.
        task: what it shall play; other splits and arguments than in training are allowed.
        sampled, seed: draw actions from the policy, seeded (0 .. 2^32-1), or take the likeliest.
        algorithm: of a bare zip, which does not say; a folder does.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, or was trained for another environment or for other spaces.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"no agent at {path}: give a folder with {ZIP} and {RECORD}, or a .zip file")
    record = _read_record(path) if path.is_dir() else {}
    file = path / ZIP if path.is_dir() else path
    if record:
        _check_record(record, task, file)
    if not zipfile.is_zipfile(file):
        raise AgentError(f"{file} is not an agent: it is no zip file of stable-baselines3, or it was cut short")
    model = open_model(file, record["recipe"]["algorithm"] if record else algorithm)
    _check_spaces(model, task, file)
    name = f"{record['recipe']['algorithm']} seed {record['seed']}" if record else path.stem
    return AgentPolicy(name, model, sampled, seed, record=record)


def open_model(file: Path, algorithm: str) -> BaseAlgorithm:
    """The one door through which agent files come in. It unpickles, so it runs code from the file.

    What only training needs is left unread, and so is the seed: the caller's generators stay as they are.
    """
    package = PACKAGES[choose("algorithm", algorithm, PACKAGES)]
    unread = {"seed": None, "learning_rate": 0.0, "lr_schedule": float, "clip_range": 0.2}
    try:
        made = getattr(import_module(package), algorithm)
        with one_thread(), torch.random.fork_rng(devices=[]):
            model: BaseAlgorithm = made.load(file, device="cpu", custom_objects=unread)
    except Exception as error:
        raise AgentError(
            f"{file} cannot be read as a {algorithm} agent (of a bare zip, --algorithm says which it is): "
            f"{type(error).__name__}: {error}"
        ) from error
    return model


def _read_record(folder: Path) -> dict[str, Any]:
    """What `agent.json` says, once it is known to say everything that is needed."""
    for name in (ZIP, RECORD):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} holds no agent: {name} is missing")
    try:
        record = json.loads((folder / RECORD).read_text())
        _ = record["environment"], record["sha256"], record["seed"], record["recipe"]["algorithm"]
    except (ValueError, KeyError, TypeError) as error:
        raise AgentError(f"{folder / RECORD} is corrupt: {type(error).__name__}: {error}") from error
    return dict(record)


def _check_record(record: dict[str, Any], task: Task, file: Path) -> None:
    if digest(file) != record["sha256"]:
        raise AgentError(f"{file} is corrupt: its checksum is not the one in {RECORD}; train it again")
    if record["environment"] != task.game.id:
        raise AgentError(f"{file} was trained on {record['environment']} and cannot play {task.game.id}")


def _check_spaces(model: BaseAlgorithm, task: Task, file: Path) -> None:
    theirs, ours = (model.observation_space, model.action_space), (task.observation_space, task.action_space)
    if theirs != ours:
        raise AgentError(
            f"{file} was trained for observations {theirs[0]} and actions {theirs[1]}, but {task.game.id} "
            f"with {task.arguments} has observations {ours[0]} and actions {ours[1]}"
        )
