"""Whether agents trained alike fall into one group or several: which goal a run learns can differ by its seed alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .wording import percent

APART = 0.2  # seeds whose shares are further apart than this, with none between, are of different groups


def groups(shares: Iterable[float]) -> list[list[float]]:
    """Shares of training seeds in ascending order, parted wherever two neighbours are further apart than `APART`."""
    ordered = sorted(shares)
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > APART) + 1)
    return [part.tolist() for part in parts if len(part)]


def told(parts: Sequence[Sequence[float]], name: str) -> str:
    """How many groups there are by the share of an outcome, and where they lie, in a sentence."""
    listed = " and ".join(f"{len(part)} from {percent(part[0])} to {percent(part[-1])}" for part in parts)
    groups_said = "one group" if len(parts) == 1 else f"{len(parts)} groups"
    return f"By the share of {name} the seeds are of {groups_said}: {listed}."


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of a share of `n` episodes (Wilson 1927)."""
    from scipy.stats import binomtest  # half of a command's start, if it were imported above

    interval = binomtest(round(share * n), n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)
