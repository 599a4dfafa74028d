"""What is kept of a cell: what it is, whether it is done or why it failed, and what it came to; typed, as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import Field

from ..eval.measures.definitions import GAPS
from ..eval.report import ActionMode, Report
from ..eval.table.record import Record
from ..provenance import installed_versions
from ..terms import NONE, SPLITS

Number = float | None
Status = Literal["done", "failed"]


class About(Record):
    """What a cell is, for people and for tables.

    Attributes:
        agent: the algorithm, or the name of a reference policy.
        arguments, recipe: what is not as usual, as it is typed after --set and --recipe.
        mitigation: by name, or none.
        steps: transitions to learn from; 0 where nothing is trained.
    """

    environment: str
    agent: str
    arguments: str = ""
    mitigation: str = NONE
    recipe: str = ""
    alpha: float = 0.0
    seed: int = 0
    levels: int = 0
    steps: int = 0

    @property
    def kind(self) -> tuple[str, str, str]:
        """What its pace depends on."""
        return self.environment, self.agent, self.mitigation

    @property
    def name(self) -> str:
        """The agent, and what it was trained with that is not as usual."""
        mitigation = self.mitigation if self.mitigation != NONE else ""
        return ", ".join(filter(None, (self.agent, mitigation, f"alpha {self.alpha:g}" if self.alpha else "")))

    def __str__(self) -> str:
        return f"{self.environment}, {self.name}" + (f", seed {self.seed}" if self.steps else "")


class Mode(Record):
    """What an agent came to in one way of acting, as `goalgap report` has it; None is missing.

    Attributes:
        mode: sampled or argmax.
        learned: the score on what it was trained on.
        scores: of the intended goal, by split; gaps and pursuit shares by name.
    """

    mode: str
    learned: Number
    scores: dict[str, Number]
    gaps: dict[str, Number]
    pursuits: dict[str, Number]

    @classmethod
    def of(cls, name: str, mode: ActionMode, report: Report) -> Self:
        intended = report.game.intended
        return cls(
            mode=name,
            learned=mode.learned().mean,
            scores={split: mode.score(split, intended).mean for split in SPLITS},
            gaps={gap: mode.gap(gap).mean for gap in GAPS},
            pursuits={outcome: mode.pursuit(outcome).mean for outcome in report.outcomes},
        )


def training_seconds(details: Mapping[str, Any]) -> float:
    """How long training would take on a processor with nothing else to do, of what a `Run` says of its agent.

    Seconds of a processor where they are fewer: the others went to what ran beside it. A GPU's work is not among them.
    """
    seconds = float(details.get("seconds", 0.0))
    return seconds if details.get("device") == "cuda" else min(seconds, details.get("processor_seconds", seconds))


class Result(Record):
    """What a cell came to.

    Attributes:
        finding, goal: the class of the agent, and the goal it goes for, where there is one.
        modes: sampled, where it draws its actions, and argmax.
        files: where its agent and its episodes lie, below the folder of results.
        steps, trained, played: transitions of training, and seconds of training, by `training_seconds`, and evaluation.
        device: what it was trained on.
    """

    finding: str = ""
    goal: str | None = None
    modes: tuple[Mode, ...] = ()
    files: tuple[str, ...] = ()
    steps: int = 0
    trained: float = 0.0
    played: float = 0.0
    device: str = ""

    @classmethod
    def of(cls, report: Report, files: tuple[str, ...]) -> Self:
        """The result of one agent, from the report on it."""
        (found,) = report.verdict.findings
        told = report.runs[0].details
        return cls(
            finding=found.kind,
            goal=found.goal,
            modes=tuple(Mode.of(name, mode, report) for name, mode in report.modes.items()),
            files=files,
            steps=told.get("steps", 0),
            trained=training_seconds(told),
            played=sum(run.seconds for run in report.runs),
            device=told.get("device", ""),
        )


class Outcome(Record):
    """How a cell ended.

    Attributes:
        key: of the cell.
        reason: why it failed, in a line; its log has more.
        attempts: how often it was tried; `seconds` is how long the last one took.
        ended: when, UTC, for people: nothing is decided by it.
        process: the host and the process that had it.
    """

    format: Literal["goalgap-cell"] = "goalgap-cell"
    schema_version: Literal[1] = 1
    key: str
    about: About
    status: Status
    reason: str = ""
    attempts: int = Field(default=1, ge=1)
    seconds: float = Field(default=0.0, ge=0)
    result: Result = Result()
    ended: str = ""
    process: str = ""
    versions: dict[str, str] = Field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.status == "done"

    @classmethod
    def now(cls, cell: Any, **told: Any) -> Self:
        """The outcome of a cell that has just ended here."""
        return cls(
            key=cell.key,
            about=cell.about,
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            process=f"{platform.node()} {os.getpid()}",
            versions=installed_versions(),
            **told,
        )
