"""Rounds, and who enters them: policies that are over at once, which tests share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import goalgap
from goalgap import __version__
from goalgap.envs.engine.fingerprint import fingerprint
from goalgap.eval.table.runs import Run
from goalgap.leaderboards.rounds.entering import enter
from goalgap.leaderboards.rounds.keeping import Place
from goalgap.leaderboards.rounds.records import Entrant, Round, RoundEntry, commitment

TASK = goalgap.task("CheeseCorner")
LEVELS = 60
SALT = bytes(range(32))


@dataclass
class Constant:
    """Always takes one action, or, without one, each as often."""

    action: int | None = None
    name: str = "constant"

    def __call__(self, obs: Any, state: Any, _: Any) -> Any:
        rng = np.random.default_rng(0) if state is None else state
        drawn = rng.integers(4, size=len(obs))
        return drawn if self.action is None else np.full(len(obs), self.action), rng


def opened(folder: Path, name: str = "spring", **others: Any) -> Place:
    place = Place.of(name, folder / "rounds", folder / "private")
    place.open(
        Round(
            name=name, suite_version=__version__, environments={"CheeseCorner": fingerprint(TASK)}, levels=LEVELS,
            opened="2026-11-27", commitment=commitment(SALT), **others,
        ),
        SALT,
    )  # fmt: skip
    return place


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def run_of(name: str, **others: Any) -> Run:
    return Run(agent="mine", reward="cheese", details={"submission": digest(name)}, **others)


def entered(place: Place, name: str, policy: Any = None, author: str = "A. Person") -> RoundEntry:
    agents = {0: digest(name)}
    entrant = Entrant(name=name, author=author, environment="CheeseCorner", agents=agents)
    return enter(place, TASK, entrant, [(policy or Constant(), run_of(name))])
