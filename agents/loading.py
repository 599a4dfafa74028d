"""Loading: an agent's file becomes a policy that can be evaluated.

Every agent file of GoalGap passes through one function, `open_model`, which runs no code of the file: of a zip of
stable-baselines3 it reads what `reading` knows, and refuses what needs more.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict, Unpack

import torch
from stable_baselines3.common.base_class import BaseAlgorithm

from ..choices import printable
from ..envs.engine.task import Task
from .acting import AgentPolicy
from .algorithms import model_class
from .bundles.manifest import Network as Declaration
from .bundles.opening import bundled_model
from .checking import check_file, checked_spaces
from .diverging import finite
from .normalizing import check_plain
from .own import trusted
from .reading.building import read_model
from .reading.errors import AgentError, UnknownPartError
from .recipes import default_algorithm
from .records import agent_file, changed_code, content_of
from .threads import one_thread
from .views import shown_to

LARGEST, REASON = 2**28, 1000  # bytes of a file, and characters of an error
OWN = (
    ". A network with a policy or features of your own is opened with --trust MODULE:CLASS (trust=[...] in Python), "
    "which imports and runs that class. One with other parts of your own is evaluated in Python: load the model, "
    "model = {kind}.load({name!r}), which runs code from the file, and give it to goalgap.evaluate(task, model)"
)


class ChangedCodeWarning(UserWarning):
    """An agent is opened with a class of the user's own that has changed since the agent was trained."""


class Playing(TypedDict, total=False):
    """How a loaded agent plays, as `AgentPolicy` has it."""

    sampled: bool
    memory: bool
    seed: int | None


def load_agent(
    path: Path,
    task: Task,
    *,
    algorithm: str | None = None,
    trust: Iterable[str | type[Any]] = (),
    **playing: Unpack[Playing],
) -> AgentPolicy:
    """The policy of a trained agent, checked against the task it shall play.

    No code of the file runs: networks of stable-baselines3, sb3-contrib and GoalGap are read, and of trusted classes.

    Args:
        path: a folder that `train` wrote, a bundle, or a zip of stable-baselines3.
        task: what it shall play; other splits and arguments than in training are allowed.
        algorithm: of a bare zip, which does not say, if not the default of the environment; a folder does say.
        trust: policies and feature extractors that the network may have besides, as MODULE:CLASS or as classes: these
            are imported, and their code runs.
        playing: as of `AgentPolicy`; the seed is that of training if left out, 0 for a bare zip.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, holds a network of other parts, was trained for another environment or for
            other spaces, or lacks the statistics of a VecNormalize.
        ValueError: the algorithm or a trusted class does not exist, or the agent has no memory to reset.
    """
    file, record = agent_file(path)
    content = content_of(file, LARGEST)
    check_file(file, content, record, task)
    named = record["recipe"]["algorithm"] if record else algorithm or default_algorithm(task.game.name)
    model = open_model(file, content, named, record.get("network"), trusted(trust))
    shown = checked_spaces(model, task, file, record)
    for own in changed_code(record):
        warnings.warn(f"{path} was trained with another {own} than there is now", ChangedCodeWarning, stacklevel=2)
    if not record:
        check_plain(file)
    name = f"{named} seed {record['seed']}" if record else printable(path.stem)
    if playing.get("seed") is None:
        playing["seed"] = record.get("seed", 0)
    return AgentPolicy(name, model, record=record, sha256=sha256(content).hexdigest(), shown=shown, **playing)  # type: ignore[arg-type]


def model_policy(model: BaseAlgorithm, task: Task, seed: int = 0) -> AgentPolicy:
    """The policy of a model that is in memory, shown what wrappers had made of observations.

    Raises:
        ValueError: its training has diverged, or it predicts in a way of its own; and as of `shown_to`.
    """
    made = AgentPolicy(type(model).__name__, model, seed=seed, shown=shown_to(model, task))
    if not finite(made.network.policy):
        raise ValueError(f"this {made.name} has diverged: weights of its network are no finite numbers")
    return made


def open_model(
    file: Path, content: bytes, algorithm: str, declared: Declaration | None = None, own: tuple[type[Any], ...] = ()
) -> BaseAlgorithm:
    """The model that an agent file holds: the only place that opens one. No code of the file runs.

    The model has its network and its spaces, and cannot be trained further. The caller's random generators stay as
    they are. A file of weights alone, as bundles have it, is of the network that is `declared`; networks of other files
    may have classes of the caller's `own`.

    Raises:
        ValueError: there is no such algorithm.
        AgentError: the file cannot be read as an agent of this algorithm.
    """
    kind = model_class(algorithm)
    try:
        with one_thread(), torch.random.fork_rng(devices=[]):
            return bundled_model(declared, content, kind) if declared else read_model(content, kind, own)
    except Exception as error:
        advice = OWN.format(kind=kind.__name__, name=file.name) if isinstance(error, UnknownPartError) else ""
        reason = printable(" ".join(f"{error or type(error).__name__}".split()))[:REASON]
        raise AgentError(f"{file} cannot be read as a {algorithm} agent: {reason}{advice}") from error
