"""Loading: an agent's file becomes a policy that can be evaluated.

A stable-baselines3 zip holds pickled Python objects, and unpickling runs code: load only files you trust.
Every agent file of GoalGap passes through one function, `open_model`, so that one day a stranger's file can be
opened in a sandbox by changing that function alone.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.base_class import BaseAlgorithm

from ..envs.engine.task import Task
from ..files import sha256_of
from .algorithms import algorithm_named
from .recipes import default_algorithm
from .records import RECORD, ZIP, AgentError, read_record, run_fields
from .threads import one_thread

Actions = NDArray[np.int64]


@dataclass(frozen=True)
class AgentPolicy:
    """A trained agent as a policy: (obs, state, episode_start) -> (actions, state).

    Attributes:
        name: for tables.
        model: the stable-baselines3 agent.
        sampled: whether actions are drawn from the policy, or its likeliest ones taken.
        seed: of the drawing.
        memory: whether the network remembers anything from step to step; False makes every step its first, and is a
            ValueError where the network has no memory.
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

    def __post_init__(self) -> None:
        if not self.memory and not self.remembers:
            raise ValueError(f"{self.name} has no memory to forget: only recurrent agents have one")

    @property
    def remembers(self) -> bool:
        """Whether the network has a memory at all."""
        return isinstance(self.model, RecurrentPPO)

    @property
    def run_fields(self) -> dict[str, Any]:
        """What evaluation records of this agent (fields of its `Run`)."""
        known = run_fields(self.record) if self.record else {"agent": self.name}
        agent = known["agent"] if self.memory else f"{known['agent']}, memory ablated"
        return {**known, "agent": agent, "deterministic": not self.sampled}

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


def load_agent(
    path: Path,
    task: Task,
    *,
    sampled: bool = True,
    memory: bool = True,
    seed: int | None = None,
    algorithm: str | None = None,
) -> AgentPolicy:
    """The policy of a trained agent, checked against the task it shall play.

    Loading runs code from the file: load only files you trust.

    Args:
        path: a folder that `train` wrote, or any stable-baselines3 zip.
        task: what it shall play; other splits and arguments than in training are allowed.
        sampled: draw actions from the policy, or take the likeliest.
        memory: False resets the agent's memory at every step.
        seed: of the drawing, in 0 .. 2^32-1; the training seed if left out, 0 for a bare zip.
        algorithm: of a bare zip, which does not say, if not the default of the environment; a folder does say.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, or was trained for another environment or for other spaces.
        ValueError: the algorithm does not exist, or the agent has no memory to reset.
    """
    if not path.exists():
        raise FileNotFoundError(f"no agent at {path}: give a folder with {ZIP} and {RECORD}, or a .zip file")
    record = read_record(path) if path.is_dir() else {}
    file = path / ZIP if record else path
    _check_file(file, record, task)
    named = record["recipe"]["algorithm"] if record else algorithm or default_algorithm(task.game.name)
    model = open_model(file, named)
    _check_spaces(model, task, file)
    name = f"{named} seed {record['seed']}" if record else path.stem
    return AgentPolicy(name, model, sampled, record.get("seed", 0) if seed is None else seed, memory, record)


def open_model(file: Path, algorithm: str) -> BaseAlgorithm:
    """Open an agent file: the only place that does. Opening unpickles, so it runs code from the file.

    What only training needs is left unread, and so is the seed: the caller's generators stay as they are.

    Raises:
        ValueError: there is no such algorithm.
        AgentError: the file cannot be read as an agent of this algorithm.
    """
    kind = algorithm_named(algorithm)
    unread = {"seed": None, "learning_rate": 0.0, "lr_schedule": float, "clip_range": 0.2}
    try:
        with one_thread(), torch.random.fork_rng(devices=[]):
            model: BaseAlgorithm = kind.model_class().load(file, device="cpu", custom_objects=unread)
    except Exception as error:
        raise AgentError(
            f"{file} cannot be read as a {algorithm} agent (of a bare zip, --algorithm says which it is): "
            f"{type(error).__name__}: {error}"
        ) from error
    return model


def _check_file(file: Path, record: dict[str, Any], task: Task) -> None:
    if record and sha256_of(file) != record["sha256"]:
        raise AgentError(f"{file} is corrupt: its checksum is not the one in {RECORD}; train it again")
    if record and record["environment"] != task.game.id:
        raise AgentError(f"{file} was trained on {record['environment']} and cannot play {task.game.id}")
    if not zipfile.is_zipfile(file):
        raise AgentError(f"{file} is not an agent: it is no zip file of stable-baselines3, or it was cut short")


def _check_spaces(model: BaseAlgorithm, task: Task, file: Path) -> None:
    theirs, ours = (model.observation_space, model.action_space), (task.observation_space, task.action_space)
    if theirs != ours:
        raise AgentError(
            f"{file} was trained for observations {theirs[0]} and actions {theirs[1]}, but {task.game.id} "
            f"with {task.arguments} has observations {ours[0]} and actions {ours[1]}"
        )
