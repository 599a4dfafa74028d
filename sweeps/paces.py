"""How long cells take: by what cells of the same kind took here, else by the records of the standard entries.

Machines differ, and so do days on one machine: what is told by entries is about right on one like theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import median

from ..agents.recipes import default_algorithm
from ..eval.table.manifest import EpisodesError, read_manifest
from ..eval.table.runs import Run
from ..leaderboards.entry import ENTRIES, EPISODES
from ..leaderboards.words import slug
from ..terms import LEVELS
from .outcomes import About, Outcome, training_seconds

Kind = tuple[str, str, str]
Timed = tuple[int, float, float, int]  # steps, seconds of training, seconds of evaluation, levels
STARTING = 3.0  # seconds besides training and evaluation: a process, a report


@dataclass(frozen=True)
class Pace:
    """Seconds of a transition of training, and of a level of each split in evaluation."""

    step: float
    level: float
    device: str = ""

    @classmethod
    def of(cls, runs: Iterable[Timed], device: str = "") -> Pace | None:
        """The medians of cells; None of none."""
        known = list(runs)
        if not known:
            return None
        steps = [seconds / count for count, seconds, _, _ in known if count]
        return cls(median(steps or [0.0]), median(played / levels for _, _, played, levels in known), device)


@cache
def recorded(environment: str, agent: str) -> Pace | None:
    """The pace of an entry: of agents that were trained on a processor, where there are some."""
    try:
        runs = read_manifest(ENTRIES / environment / slug(agent) / EPISODES).runs
    except (EpisodesError, OSError):
        return None
    on_gpu = [run for run in runs if run.details.get("device") == "cuda"]
    chosen = [run for run in runs if run not in on_gpu] or on_gpu
    return Pace.of(_timed(chosen), "cuda" if chosen == on_gpu else "cpu")


def _timed(runs: Sequence[Run]) -> Iterator[Timed]:
    """Each training seed, which was evaluated in as many ways as it has runs."""
    for seed in {run.training_seed for run in runs}:
        own = [run for run in runs if run.training_seed == seed]
        told = own[0].details
        yield told.get("steps", 0), training_seconds(told), sum(run.seconds for run in own), LEVELS


@dataclass
class Paces:
    """Paces by kind of cell, as far as they have been measured here."""

    measured: dict[Kind, list[Timed]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, outcome: Outcome) -> None:
        """Take in what a cell took that is done."""
        about, result = outcome.about, outcome.result
        if outcome.done and result.played:
            self.measured[about.kind].append((result.steps, result.trained, result.played, max(1, about.levels)))

    def seconds(self, about: About) -> float | None:
        """How long a cell takes; None where nobody knows."""
        pace = self.pace(about)
        return STARTING + about.steps * pace.step + about.levels * pace.level if pace else None

    def pace(self, about: About) -> Pace | None:
        """By cells of the same kind, else by the entry of the agent, else by that of the usual algorithm."""
        here = Pace.of(self.measured.get(about.kind, ())[-20:])
        usual = default_algorithm(about.environment)
        return here or recorded(about.environment, about.agent) or recorded(about.environment, usual)
