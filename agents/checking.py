"""What an agent's file is held to before and after it is opened: checksum, environment, spaces."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from stable_baselines3.common.base_class import BaseAlgorithm

from ..envs.engine.task import Task
from .frames import Shown
from .reading.errors import AgentError
from .records import check_recorded, unlike_arguments
from .wrapped import ADVICE, how_shown


def check_file(file: Path, content: bytes, record: dict[str, Any], task: Task) -> None:
    """AgentError where a file is damaged, no agent, or of another environment than its record says."""
    if record:
        check_recorded(file, content, record, task)
    if "bundle" not in record and not is_zipfile(BytesIO(content)):
        raise AgentError(f"{file} is not an agent: it is no zip file of stable-baselines3, or it was cut short")


def checked_spaces(model: BaseAlgorithm, task: Task, file: Path, record: Mapping[str, Any]) -> Shown:
    """How the model is shown observations; AgentError where it is one of other spaces, with what its record says."""
    theirs, ours = (model.observation_space, model.action_space), (task.observation_space, task.action_space)
    shown = how_shown(theirs[0], ours[0])
    if shown is None or theirs[1] != ours[1]:
        if unlike := unlike_arguments(record, task):
            trained = " ".join(f"{name}={value}" for name, (value, _) in unlike.items())
            raise AgentError(
                f"{file} was trained with {trained} and cannot play {task.game.id} with {task.arguments}: give the "
                f"environment these arguments"
            )
        raise AgentError(
            f"{file} was trained for observations {theirs[0]} and actions {theirs[1]}, but {task.game.id} "
            f"with {task.arguments} has observations {ours[0]} and actions {ours[1]}. {ADVICE}"
        )
    return shown
