"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import tyro

from .. import envs
from ..agents.algorithms import ALGORITHMS
from ..choices import choose
from ..envs.engine.task import Task

*FIRST, LAST = ALGORITHMS
ANY = f"{', '.join(FIRST)} or {LAST}"
LEVELS = 1000
RESULTS = Path("results")

Environment = Annotated[str, tyro.conf.Positional]


class RefusedError(RuntimeError):
    """Something the user can mend: printed as one line."""


@dataclass(frozen=True)
class Options:
    """How the environment is made; left out, each option is the environment's own."""

    size: int | None = None
    """playable rows and columns"""
    alpha: float = 0.0
    """fraction of distinguishing levels mixed into training, in [0, 1]"""
    reward: str | None = None
    """what training is rewarded by: a goal, or a misspecified reward, of the environment"""
    set: tuple[str, ...] = ()
    """further arguments of the environment, such as maze=perfect region=3 (`goalgap list ENV` names them)"""

    def task(self, environment: str) -> Task:
        """The training task; ValueError says what is wrong with an option."""
        named: dict[str, Any] = {"alpha": self.alpha, "reward": self.reward}
        if self.size is not None:
            named["size"] = self.size
        return envs.task(environment, split="train", **named, **self._further(environment))

    def _further(self, environment: str) -> dict[str, Any]:
        game, _ = envs.find(environment)
        known = {argument.name: argument for argument in fields(game.arguments)}
        chosen: dict[str, Any] = {}
        for text in self.set:
            name, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"--set takes name=value, not {text!r}")
            choose(f"argument of {game.name}", name, known)
            chosen[name] = value if known[name].metadata["choices"] else _integer(name, value)
        return chosen


Shared = Annotated[Options, tyro.conf.arg(name="")]
Algorithm = Annotated[str | None, tyro.conf.arg(help=f"{ANY}, instead of the one that is usual for the environment")]
ZipAlgorithm = Annotated[
    str | None,
    tyro.conf.arg(help=f"what a bare zip was trained by: {ANY}, instead of the environment's usual one"),
]


def check_counts(**counts: int) -> None:
    """ValueError unless each of these is at least 1."""
    for name, number in counts.items():
        if number < 1:
            raise ValueError(f"{name} must be at least 1, not {number}")


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be an integer, not {text!r}") from None
