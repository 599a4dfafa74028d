"""Loading: a bundle with an ONNX file becomes a policy that can be evaluated. Without torch, and no code of it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...choices import printable
from ...envs.engine.task import Task
from ...extras import needs_extras
from ..acting import AgentPolicy
from ..bundles.manifest import MANIFEST, Space
from ..bundles.manifest import OnnxNetwork as Declaration
from ..reading.errors import AgentError
from ..records import agent_file, check_recorded, content_of
from .file import FILE
from .network import OnnxNetwork

REASON = 1000  # characters of an error


def is_onnx(path: Path, record: dict[str, Any]) -> bool:
    """Whether an agent, by its record, is an ONNX file; AgentError for one that is in no bundle."""
    if not record and path.suffix == ".onnx":
        raise AgentError(
            f"{path} does not say what it was trained on: goalgap pack {path} --card CARD.toml --out FOLDER makes it "
            "a bundle, which does"
        )
    return isinstance(record.get("network"), Declaration)


def load_onnx(
    path: Path, task: Task, *, sampled: bool = True, memory: bool = True, seed: int | None = None, **_: Any
) -> AgentPolicy:
    """As `load_agent`, of a bundle with an ONNX file.

    Raises:
        AgentError: the file is damaged, holds what is not read, is of another environment or of other spaces, or is not
            what its manifest declares.
        MissingPackageError: onnxruntime is not installed.
        ValueError: it has no memory to reset.
    """
    file, record = agent_file(path)
    content = content_of(file, FILE)
    check_recorded(file, content, record, task)
    network = open_onnx(file, content, task)
    if (found := declared(network, task)) != record["network"]:
        raise AgentError(f"{file} is not the network that {MANIFEST} declares: it is {found!r}")
    name = f"{record['recipe']['algorithm']} seed {record['seed']}"
    drawing = record["seed"] if seed is None else seed
    return AgentPolicy(name, network, sampled, drawing, memory, record, record["sha256"])


def open_onnx(file: Path, content: bytes, task: Task) -> OnnxNetwork:
    """The network in an ONNX file; AgentError where it holds what is not read, or does not fit the task."""
    with needs_extras():
        import onnxruntime  # noqa: F401
    try:
        network = OnnxNetwork(content)
    except ValueError as error:
        raise AgentError(f"{file} cannot be read as a policy: {printable(str(error))[:REASON]}") from error
    shape, actions = network.observation[1], len(task.game.actions)
    if shape != task.observation_space.shape or network.actions != actions:
        raise AgentError(
            f"{file} is for observations {shape} and {network.actions} actions, but {task.game.id} with "
            f"{task.arguments} has observations {task.observation_space.shape} and {actions} actions"
        )
    return network


def declared(network: OnnxNetwork, task: Task) -> Declaration:
    """What a manifest declares of a network that sees a task's observations."""
    space, (kind, shape) = task.observation_space, network.observation
    seen = Space(shape=shape, dtype=kind.name, low=float(np.min(space.low)), high=float(np.max(space.high)))
    return Declaration(
        format="onnx", observations=seen, actions=network.actions, outputs=network.outputs, memory=network.memory
    )
