"""From a task to the record that is stored of its game, and back."""

from __future__ import annotations

from typing import Any

from ...choices import shown
from ...envs import known
from ...envs.engine.fingerprint import fingerprint
from ...envs.engine.task import Task
from ...terms import Split
from ..table.game import GameRecord


def game_record(task: Task) -> GameRecord:
    """What is stored of a task's game; its split, alpha and training reward are not."""
    game = task.game
    return GameRecord(
        environment=game.name, version=game.version, arguments=task.arguments, places=game.places, exact=game.exact,
        rewards=game.rewards, events=game.events, fingerprint=fingerprint(task), curves=game.curves,
        oversight=game.oversight, late=game.late,
    )  # fmt: skip


def recorded_task(record: GameRecord, split: Split) -> Task:
    """The task that episodes were played in; ValueError when this code plays another game."""
    if record.environment not in known():
        raise ValueError(f"no environment {shown(record.environment)} here: choose from {', '.join(known())}")
    arguments: dict[str, Any] = dict(record.arguments)
    try:
        task = Task.of(known()[record.environment], split, **arguments)
    except TypeError as error:  # of arguments that are none of the game's
        raise ValueError(f"{record.environment} was not played with {shown(record.arguments)}: {error}") from None
    if game_record(task) != record:
        raise ValueError(
            f"{record.environment}-v{record.version} has changed since these episodes were played; "
            "install the version they name, or evaluate again"
        )
    return task
