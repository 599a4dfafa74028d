"""How long cells take: by what cells of the same kind took here, else by what was measured elsewhere.

`paces.json` holds that, written by `python benchmarks/paces.py`, which says on what machine. Machines differ, and so do
days on one machine: what is measured elsewhere is about right on one like it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from statistics import median

from ..agents.recipes import default_algorithm
from ..files import write_whole
from .outcomes import About, Outcome

PACES = Path(__file__).with_name("paces.json")
Kind = tuple[str, str, str]
Timed = tuple[int, float, float, int]  # steps, seconds of training, seconds of evaluation, levels
STARTING = 3.0  # seconds besides training and evaluation: a process, a report


@dataclass(frozen=True)
class Pace:
    """Seconds of a transition of training, and of a level of each split in evaluation."""

    step: float
    level: float

    @classmethod
    def of(cls, runs: Iterable[Timed]) -> Pace | None:
        """The medians of cells; None of none."""
        known = list(runs)
        if not known:
            return None
        steps = [seconds / count for count, seconds, _, _ in known if count]
        return cls(median(steps or [0.0]), median(played / levels for _, _, played, levels in known))


@cache
def elsewhere() -> dict[str, dict[str, Pace]]:
    """Paces that were measured elsewhere, by environment and algorithm."""
    told = json.loads(PACES.read_text())
    return {name: {each: Pace(**pace) for each, pace in paces.items()} for name, paces in told.items()}


def publish(paces: dict[str, dict[str, Pace]], place: Path = PACES) -> None:
    """Write paces for others, those of environments and algorithms that are not among them as they were."""
    names = sorted({*elsewhere(), *paces})
    merged = {name: {**elsewhere().get(name, {}), **paces.get(name, {})} for name in names}
    told = {name: {each: _rounded(own[each]) for each in sorted(own)} for name, own in merged.items()}
    write_whole(place, (json.dumps(told, indent=1) + "\n").encode())


def _rounded(pace: Pace) -> dict[str, float]:
    return {name: float(f"{seconds:.3g}") for name, seconds in asdict(pace).items()}


def crowding(processes: int) -> float:
    """How many processes share a core here, if there are so many: 1 where each has its own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1.0, processes / cores)


@dataclass
class Paces:
    """Paces by kind of cell, as far as they have been measured here.

    Attributes:
        crowding: how many processes share a core, by `crowding`.
    """

    measured: dict[Kind, list[Timed]] = field(default_factory=lambda: defaultdict(list))
    crowding: float = 1.0

    def learn(self, outcome: Outcome) -> None:
        """Take in what a cell took that is done."""
        about, result = outcome.about, outcome.result
        if outcome.done and result.played:
            self.measured[about.kind].append((result.steps, result.trained, result.played, max(1, about.levels)))

    def seconds(self, about: About) -> float | None:
        """How long a cell takes; None where nobody knows."""
        pace = self.pace(about)
        return STARTING + self.crowding * (about.steps * pace.step + about.levels * pace.level) if pace else None

    def pace(self, about: About) -> Pace | None:
        """By cells of the same kind, else as measured elsewhere: of its algorithm, or of the usual one."""
        there = elsewhere().get(about.environment, {})
        here = Pace.of(self.measured.get(about.kind, ())[-20:])
        return here or there.get(about.agent) or there.get(default_algorithm(about.environment))
