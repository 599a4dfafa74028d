"""Loading: an agent's file becomes a policy that can be evaluated.

Every agent file of GoalGap passes through one function, `open_model`, which runs no code of the file: of a zip of
stable-baselines3 it reads what `reading` knows, and refuses what needs more.
"""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import torch
from stable_baselines3.common.base_class import BaseAlgorithm

from ..choices import printable
from ..envs.engine.task import Task
from .acting import AgentPolicy
from .algorithms import model_class
from .bundles.manifest import MANIFEST
from .bundles.manifest import Network as Declaration
from .bundles.opening import bundled_model
from .frames import PLAIN, Shown
from .normalizing import warn_of_file
from .reading.building import read_model
from .reading.errors import AgentError, UnknownPartError
from .recipes import default_algorithm
from .records import RECORD, again, agent_file
from .threads import one_thread
from .views import space_below
from .wrapped import ADVICE, how_shown

LARGEST, REASON = 2**28, 1000  # bytes of a file, and characters of an error
OWN = (
    ". Networks with parts of your own are evaluated in Python: load the model there, in a script that can import "
    "them, model = {kind}.load({name!r}), which runs code from the file, and give it to goalgap.evaluate(task, model)"
)


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

    No code of the file runs: networks of stable-baselines3, sb3-contrib and GoalGap are read, and no others.

    Args:
        path: a folder that `train` wrote, a bundle, or a zip of stable-baselines3.
        task: what it shall play; other splits and arguments than in training are allowed.
        sampled: draw actions from the policy, or take the likeliest.
        memory: False resets the agent's memory at every step.
        seed: of the drawing, in 0 .. 2^63-1; the training seed if left out, 0 for a bare zip.
        algorithm: of a bare zip, which does not say, if not the default of the environment; a folder does say.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, holds a network of other parts, or was trained for another environment or for
            other spaces.
        ValueError: the algorithm does not exist, or the agent has no memory to reset.
    """
    file, record = agent_file(path)
    content = _content(file)
    _check_file(file, content, record, task)
    named = record["recipe"]["algorithm"] if record else algorithm or default_algorithm(task.game.name)
    model = open_model(file, content, named, record.get("network"))
    shown = _checked_spaces(model, task, file)
    warn_of_file(file)
    name = f"{named} seed {record['seed']}" if record else printable(path.stem)
    drawing = record.get("seed", 0) if seed is None else seed
    return AgentPolicy(name, model, sampled, drawing, memory, record, sha256(content).hexdigest(), shown=shown)


def model_policy(model: BaseAlgorithm, task: Task, seed: int = 0) -> AgentPolicy:
    """The policy of a model that is in memory; what wrappers had reshaped is reshaped where the model's space tells."""
    shown = how_shown(space_below(model), task.observation_space)
    return AgentPolicy(type(model).__name__, model, seed=seed, shown=shown or PLAIN)


def open_model(file: Path, content: bytes, algorithm: str, declared: Declaration | None = None) -> BaseAlgorithm:
    """The model that an agent file holds: the only place that opens one. No code of the file runs.

    The model has its network and its spaces, and cannot be trained further. The caller's random generators stay as
    they are. A file of weights alone, as bundles have it, is of the network that is `declared`.

    Raises:
        ValueError: there is no such algorithm.
        AgentError: the file cannot be read as an agent of this algorithm.
    """
    kind = model_class(algorithm)
    try:
        with one_thread(), torch.random.fork_rng(devices=[]):
            return bundled_model(declared, content, kind) if declared else read_model(content, kind)
    except Exception as error:
        advice = OWN.format(kind=kind.__name__, name=file.name) if isinstance(error, UnknownPartError) else ""
        reason = printable(" ".join(f"{error or type(error).__name__}".split()))[:REASON]
        raise AgentError(f"{file} cannot be read as a {algorithm} agent: {reason}{advice}") from error


def _content(file: Path) -> bytes:
    """The whole file, so that what is checked is what is read; AgentError where it is larger than an agent may be."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise AgentError(f"{file} is too large for an agent: {LARGEST >> 20} MiB are allowed")
    return content


def _check_file(file: Path, content: bytes, record: dict[str, Any], task: Task) -> None:
    told, mended = (MANIFEST, "get it again") if "bundle" in record else (RECORD, again(file.parent))
    if record and sha256(content).hexdigest() != record["sha256"]:
        raise AgentError(f"{file} is damaged, its checksum is not the one in {told}: {mended}")
    if record and record["environment"] != task.game.id:
        raise AgentError(f"{file} was trained on {printable(record['environment'])} and cannot play {task.game.id}")
    if "bundle" not in record and not is_zipfile(BytesIO(content)):
        raise AgentError(f"{file} is not an agent: it is no zip file of stable-baselines3, or it was cut short")


def _checked_spaces(model: BaseAlgorithm, task: Task, file: Path) -> Shown:
    """How the model is shown observations; AgentError where it is one of other spaces."""
    theirs, ours = (model.observation_space, model.action_space), (task.observation_space, task.action_space)
    shown = how_shown(theirs[0], ours[0])
    if shown is None or theirs[1] != ours[1]:
        raise AgentError(
            f"{file} was trained for observations {theirs[0]} and actions {theirs[1]}, but {task.game.id} "
            f"with {task.arguments} has observations {ours[0]} and actions {ours[1]}. {ADVICE}"
        )
    return shown
