"""What an agent's file is held to before and after it is opened: checksum, environment, spaces."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from stable_baselines3.common.base_class import BaseAlgorithm

from ..choices import printable
from ..envs.engine.task import Task
from .bundles.manifest import MANIFEST
from .frames import Shown
from .reading.errors import AgentError
from .records import RECORD, again
from .wrapped import ADVICE, how_shown


def check_file(file: Path, content: bytes, record: dict[str, Any], task: Task) -> None:
    """AgentError where a file is damaged, no agent, or of another environment than its record says."""
    told, mended = (MANIFEST, "get it again") if "bundle" in record else (RECORD, again(file.parent))
    if record and sha256(content).hexdigest() != record["sha256"]:
        raise AgentError(f"{file} is damaged, its checksum is not the one in {told}: {mended}")
    if record and record["environment"] != task.game.id:
        raise AgentError(f"{file} was trained on {printable(record['environment'])} and cannot play {task.game.id}")
    if "bundle" not in record and not is_zipfile(BytesIO(content)):
        raise AgentError(f"{file} is not an agent: it is no zip file of stable-baselines3, or it was cut short")


def checked_spaces(model: BaseAlgorithm, task: Task, file: Path) -> Shown:
    """How the model is shown observations; AgentError where it is one of other spaces."""
    theirs, ours = (model.observation_space, model.action_space), (task.observation_space, task.action_space)
    shown = how_shown(theirs[0], ours[0])
    if shown is None or theirs[1] != ours[1]:
        raise AgentError(
            f"{file} was trained for observations {theirs[0]} and actions {theirs[1]}, but {task.game.id} "
            f"with {task.arguments} has observations {ours[0]} and actions {ours[1]}. {ADVICE}"
        )
    return shown
