"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import tyro

from .. import envs
from ..agents.algorithms import ALGORITHMS
from ..agents.curricula.scores import SCORES
from ..agents.mitigations import NAMES as MITIGATIONS
from ..choices import choose, shown
from ..envs.engine.task import Task
from ..terms import MOST_LEVELS

LEVELS = 1000
RESULTS = Path("results")
MOST = {"levels": MOST_LEVELS, "seeds": 10_000, "processes": 256, "shards": 10_000, "fps": 100}


def optional(metavar: str, help: str | None = None) -> Any:
    """How help shows an option that may be left out."""
    return tyro.conf.arg(metavar=metavar, help=help, help_behavior_hint="(optional)")


def one_of(names: Iterable[str]) -> str:
    """How help shows a choice."""
    return f"{{{','.join(names)}}}"


Environment = Annotated[
    str, tyro.conf.Positional, tyro.conf.arg(metavar="ENV", help="name or id; `goalgap list` shows them")
]
Flag = Annotated[bool, tyro.conf.FlagCreatePairsOff, tyro.conf.arg(help_behavior_hint="(optional)")]
OptionalInt = Annotated[int | None, optional("INT")]
OptionalPath = Annotated[Path | None, optional("PATH")]


class RefusedError(RuntimeError):
    """Something the user can mend: printed as one line."""


@dataclass(frozen=True)
class Options:
    """How the environment is made; left out, each option is the environment's own."""

    size: OptionalInt = None
    """playable rows and columns"""
    alpha: Annotated[float | None, optional("FLOAT")] = None
    """fraction of distinguishing levels mixed into training, in [0, 1]; 0 if left out"""
    reward: Annotated[str | None, optional("REWARD")] = None
    """what training is rewarded by, one of those that `goalgap list ENV` names; the intended goal if left out"""
    set: Annotated[tuple[str, ...], optional("NAME=VALUE [...]")] = ()
    """further arguments of the environment, such as maze=perfect region=3; `goalgap list ENV` names them"""

    def task(self, environment: str) -> Task:
        """The training task; ValueError says what is wrong with an option."""
        _check_no_split(environment)
        named: dict[str, Any] = {"alpha": self.alpha or 0.0, "reward": self.reward}
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
                raise ValueError(f"--set takes name=value, not {shown(text)}")
            choose(f"argument of {game.name}", name, known)
            chosen[name] = value if known[name].metadata["choices"] else _integer(name, value)
        return chosen


Shared = Annotated[Options, tyro.conf.arg(name="")]
Algorithm = Annotated[str | None, optional(one_of(ALGORITHMS), "instead of the one that is usual for the environment")]
HYPERPARAMETERS = dict.fromkeys(field.name for kind in ALGORITHMS.values() for field in fields(kind))
Changes = Annotated[
    tuple[str, ...],
    optional(
        "NAME=VALUE [...]",
        "hyperparameters that are not as usual, such as learning_rate=3e-4 hidden=64,64; as far as the algorithm has "
        f"them: {', '.join(HYPERPARAMETERS)}",
    ),
]
Mitigation = Annotated[
    str | None,
    optional(
        one_of(MITIGATIONS),
        "a curriculum of levels, or regularization; --recipe dropout=0.2, or curriculum=method:accel,score:NAME, says "
        f"more; scores are {', '.join(SCORES)}",
    ),
]
Curves = Annotated[
    Path | None,
    optional("PATH", "folder for TensorBoard: training's curves, and the goals gone for, by run and seed"),
]
ZipAlgorithm = Annotated[
    str | None, optional(one_of(ALGORITHMS), "what a bare zip was trained by, instead of the environment's usual one")
]

Trust = Annotated[
    tuple[str, ...],
    optional(
        "MODULE:CLASS [...]",
        "policies and feature extractors of your own that a network may have: they are imported, and their code runs",
    ),
]


@dataclass(frozen=True)
class Opening:
    """How agents are opened, and how they act."""

    argmax: Flag = False
    """take the likeliest action instead of drawing from the policy"""
    forget: Flag = False
    """let the agent forget at every step what it has seen before, to learn what it needs its memory for"""
    algorithm: ZipAlgorithm = None
    trust: Trust = ()

    @property
    def options(self) -> dict[str, Any]:
        """As `load_agent` has them."""
        return {
            "sampled": not self.argmax, "memory": not self.forget, "algorithm": self.algorithm, "trust": self.trust,
        }  # fmt: skip


Opened = Annotated[Opening, tyro.conf.arg(name="")]


@dataclass(frozen=True)
class Evaluation:
    """What an agent is evaluated on, and where the results go, under which name."""

    levels: int = LEVELS
    """how many levels of each split to evaluate on"""
    name: Annotated[str | None, optional("NAME")] = None
    """of the agent, in the report; several zips need one"""
    out: OptionalPath = None
    """a folder for episodes and report; printed only, if left out"""


Evaluated = Annotated[Evaluation, tyro.conf.arg(name="")]


def check_counts(**counts: int) -> None:
    """ValueError unless each of these is at least 1, and no more than anybody needs."""
    for name, number in counts.items():
        if number < 1:
            raise ValueError(f"{name} must be at least 1, not {number}")
        if number > MOST[name]:
            raise ValueError(f"{name} must be at most {MOST[name]}, not {shown(number)}")


def _check_no_split(environment: str) -> None:
    """ValueError for the id of a split that training does not use, rather than to train on another without a word."""
    game, split = envs.find(environment)
    if split != "train":
        module, colon, _ = environment.rpartition(":")
        raise ValueError(
            f"{environment} names the split {split}, but agents are trained on train and evaluated on every split: "
            f"write {module}{colon}{game.name}, which `goalgap show` draws with --split {split}"
        )


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be an integer, not {shown(text)}") from None
