"""How fast agents of the standard entries were trained, by their records."""

from __future__ import annotations

from functools import cache

from ..agents.recipes import default_algorithm
from ..eval.table.manifest import EpisodesError, read_manifest
from ..leaderboards.entry import ENTRIES, EPISODES
from ..leaderboards.words import slug


def hours(method: str, environment: str, steps: int) -> float | None:
    """How long so many transitions take, by the standard entry of a method; None where there is none.

    Machines differ, and so do days on one machine: what is told is about right on one like that of the entries.
    """
    pace = _pace(environment, method) or _pace(environment, default_algorithm(environment))
    return steps / pace / 3600 if pace else None


@cache
def _pace(environment: str, algorithm: str) -> float | None:
    """Transitions in a second."""
    try:
        runs = read_manifest(ENTRIES / environment / slug(algorithm) / EPISODES).runs
    except (EpisodesError, OSError):
        return None
    told = [(run.details.get("steps"), run.details.get("seconds")) for run in runs]
    known = [(steps, seconds) for steps, seconds in told if steps and seconds]
    return sum(steps for steps, _ in known) / sum(seconds for _, seconds in known) if known else None
