"""A suite: what one way of training comes to over many environments, from the report on each.

    suite = Suite.of("PPO", reports)      # one of each environment, as many training seeds in each
    print(suite.whole.gap)                # its goal gap: an interquartile mean with its interval

`whole` is over all environments, `kinds` over those that have proxies of a kind, and `environments` has each by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

import numpy as np

from ..pursuit import Floats
from ..terms import KINDS
from .measures.estimates import Estimate
from .measures.intervals import RESAMPLES
from .measures.middle import middle
from .report import Report
from .table.record import Record

SUITE = "suite.json"  # the file of a suite in the folder of its results


class Standing(Record):
    """The score of the intended goal in deployment, and the goal gap, over some environments, given by name."""

    environments: tuple[str, ...]
    score: Estimate
    gap: Estimate


class Suite(Record):
    """What a way of training comes to.

    Attributes:
        method: its name.
        seeds: how many training seeds it has in each environment.
        whole: over all environments.
        kinds: over those with proxies of a kind of `terms.KINDS`, by kind; an environment may be of several.
        environments: each by itself: means over its training seeds.
        files: of its episodes, as they are from its own folder on, where it is kept with them.
    """

    format: Literal["goalgap-suite"] = "goalgap-suite"
    schema_version: Literal[1] = 1
    method: str
    seeds: int
    whole: Standing
    kinds: dict[str, Standing]
    environments: dict[str, Standing]
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, method: str, reports: Iterable[Report], resamples: int = RESAMPLES, seed: int = 0) -> Self:
        """The suite of a way of training.

        Args:
            method: what to call it.
            reports: one of each environment.
            resamples, seed: of the bootstrap.

        Raises:
            ValueError: there are none, two of one environment, or environments have different numbers of seeds.
        """
        found = list(reports)
        seeds = _seeds(found)
        by_kind = {kind: [report for report in found if kind in _kinds(report)] for kind in KINDS}
        return cls(
            method=method, seeds=seeds, whole=_standing(found, resamples, seed),
            kinds={kind: _standing(some, resamples, seed) for kind, some in by_kind.items() if some},
            environments={report.game.environment: _alone(report) for report in found},
        )  # fmt: skip


def _seeds(reports: list[Report]) -> int:
    """How many training seeds every report has; ValueError where they differ, or reports do not make a suite."""
    if not reports:
        raise ValueError("a suite is of one environment at least")
    names = [report.game.environment for report in reports]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"there are two reports on {repeated[0]}: a suite has one of each environment")
    counts = {report.game.environment: len(report.main.training_seeds) for report in reports}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ValueError(f"every environment has as much weight, so it needs as many training seeds: here are {told}")
    return next(iter(counts.values()))


def _kinds(report: Report) -> set[str]:
    return {reward.kind for reward in report.game.rewards if reward.role == "proxy"}


def _score(report: Report) -> Estimate:
    return report.main.score("deploy", report.game.intended)


def _gap(report: Report) -> Estimate:
    return report.main.gap("goal")


def _alone(report: Report) -> Standing:
    return Standing(environments=(report.game.environment,), score=_score(report), gap=_gap(report))


def _standing(reports: list[Report], resamples: int, seed: int) -> Standing:
    scores, gaps = (_by_seed(each(report) for report in reports) for each in (_score, _gap))
    names = tuple(report.game.environment for report in reports)
    return Standing(environments=names, score=middle(scores, resamples, seed), gap=middle(gaps, resamples, seed))


def _by_seed(estimates: Iterable[Estimate]) -> Floats:
    """The value of each seed, NaN where it is missing, shape (environments, seeds)."""
    return np.array([estimate.seeds for estimate in estimates], np.float64)
