"""A fingerprint of an environment: does code still draw, show and play the same games as when results were made?"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from ...terms import SPLITS
from .batch import Batch
from .task import Task


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
