"""What levels and episodes are, as hashes: `python tests/golden.py --write` renews tests/engine/golden.json.

A hash that changes means that a seed no longer gives what it gave, so the environment needs a new version.
Records are hashed field by field and observations as they are handed out, so padding does not matter.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from helpers import own

from goalgap import SUITE, task
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.kernels.compile import compiled
from goalgap.envs.engine.kernels.rng import chance
from goalgap.envs.engine.levels import draw_levels, margins
from goalgap.envs.engine.task import Task
from goalgap.terms import SPLITS

PATH = Path(__file__).parent / "engine" / "golden.json"
LEVELS = 100
ARGUMENTS: dict[str, dict[str, Any]] = {
    "default": {},
    "alpha": {"alpha": 0.5},
    "perfect": {"maze": "perfect"},
    "short": {"horizon": 25},
}


def cases() -> dict[str, Task]:
    """Every environment on every split, with several arguments that need no compiling of their own."""
    kept = {}
    for name in SUITE:
        known = {"alpha", *(field.name for field in dataclasses.fields(SUITE[name].arguments))}
        for label, arguments in (ARGUMENTS | getattr(own(name), "GOLDEN", {})).items():
            for split in SPLITS if "alpha" not in arguments else SPLITS[:1]:
                if known >= set(arguments):
                    kept[f"{name} {split} {label}"] = task(name, split=split, **arguments)
    return kept


def fields(records: Any) -> bytes:
    """The values of all fields, little-endian, one field after the other."""
    if records.dtype.names is None:
        return np.ascontiguousarray(records.astype(records.dtype.newbyteorder("<"))).tobytes()
    return b"".join(fields(records[name]) for name in records.dtype.names)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def levels_of(made: Task) -> str:
    levels = draw_levels(made, np.arange(LEVELS))
    margins(made, levels)
    return digest(fields(levels))


def episodes_of(made: Task, games: int = 16, steps: int = 60) -> str:
    """A fixed action sequence, by our own generator, in games that begin again when they end."""
    batch, everyone, draw = Batch(made, games), np.arange(games), compiled(chance)
    batch.seed(everyone)
    batch.reset()
    said = [batch.observe().tobytes()]
    for t in range(steps):
        batch.step(np.array([int(draw(i, t, 0)) % len(made.game.actions) for i in range(games)]))
        said += [batch.observe().tobytes(), fields(batch.rewards), fields(batch.returns), fields(batch.reached)]
        said += [batch.terminated.tobytes(), batch.truncated.tobytes(), fields(batch.levels["seed"])]
        batch.reset(np.flatnonzero(batch.done))
    return digest(b"".join(said))


def golden() -> dict[str, dict[str, str]]:
    return {label: {"levels": levels_of(made), "episodes": episodes_of(made)} for label, made in cases().items()}


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(f"usage: python {sys.argv[0]} --write")
    PATH.write_text(json.dumps(golden(), indent=2) + "\n")
