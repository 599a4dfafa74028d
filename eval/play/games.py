"""From a task to the record that is stored of its game, and back."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import numpy as np

from ...envs import known
from ...envs.engine.batch import Batch
from ...envs.engine.task import Task
from ...terms import SPLITS, Split
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
        raise ValueError(f"no environment {record.environment!r} here: choose from {', '.join(known())}")
    arguments: dict[str, Any] = dict(record.arguments)
    task = Task.of(known()[record.environment], split, **arguments)
    if game_record(task) != record:
        raise ValueError(
            f"{record.environment}-v{record.version} has changed since these episodes were played; "
            "install the version they name, or evaluate again"
        )
    return task


@lru_cache(maxsize=256)
def fingerprint(task: Task, levels: int = 8, steps: int = 16) -> str:
    """16 hex digits that depend on how levels are drawn, seen and played: a few of each split, a few steps each."""
    digest = hashlib.sha256(f"{task.game.id} {sorted(task.arguments.items())}".encode())
    games = np.arange(levels)
    for split in SPLITS:
        batch = Batch.of(task.on(split), games)
        digest.update(batch.observe().tobytes() + np.round(batch.margins(), 6).tobytes())
        for t in range(steps):
            batch.step((games + t * t) % len(task.game.actions))
            digest.update(batch.observe().tobytes() + batch.rewards.tobytes() + batch.done.tobytes())
    return digest.hexdigest()[:16]
