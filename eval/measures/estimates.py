"""Estimates: every measure of an agent over its training seeds, found by typed names.

An unknown measure is a KeyError that lists what there is. One that is known and was not computed is missing: its mean
is None, and never counts as 0.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import field_serializer, field_validator

from ..table.record import Record
from .catalogue import KINDS, Measure


class Estimate(Record):
    """A measure over training seeds: mean, 95 % interval where there is one, and the value of each seed.

    None is missing. See `intervals` for what an interval covers.
    """

    mean: float | None
    low: float | None = None
    high: float | None = None
    seeds: tuple[float | None, ...] = ()

    @property
    def missing(self) -> bool:
        return self.mean is None

    @property
    def seed_range(self) -> tuple[float, float] | None:
        """The smallest and largest value of the seeds, where there are several and all are known."""
        known = [value for value in self.seeds if value is not None]
        return (min(known), max(known)) if len(known) == len(self.seeds) > 1 else None

    def above(self, bound: float) -> bool:
        """Whether the whole interval lies above a bound; False where there is none."""
        return self.low is not None and self.low > bound

    def below(self, bound: float) -> bool:
        """Whether the whole interval lies below a bound; False where there is none."""
        return self.high is not None and self.high < bound


MISSING = Estimate(mean=None)


class Row(Estimate):
    """An estimate with its key, as JSON holds it."""

    kind: str
    split: str = ""
    name: str = ""

    @property
    def measure(self) -> Measure:
        return Measure(self.kind, self.split, self.name)


class Estimates(Record):
    """Estimates by measure; in JSON a list of rows."""

    estimates: dict[Measure, Estimate]

    @field_validator("estimates", mode="before")
    @classmethod
    def _from_rows(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return given
        rows = [Row.model_validate(row) for row in given]
        return {row.measure: Estimate(mean=row.mean, low=row.low, high=row.high, seeds=row.seeds) for row in rows}

    @field_serializer("estimates")
    def _to_rows(self, estimates: dict[Measure, Estimate]) -> list[dict[str, Any]]:
        return [{**asdict(measure), **estimate.model_dump()} for measure, estimate in estimates.items()]

    def estimate(self, kind: str, split: str = "", name: str = "") -> Estimate:
        """The estimate of a measure; KeyError for an unknown one, `MISSING` for one that does not apply here."""
        measure = Measure(kind, split, name)
        if measure in self.estimates:
            return self.estimates[measure]
        if kind not in KINDS:
            raise KeyError(f"unknown kind of measure {kind!r}: choose from {', '.join(KINDS)}")
        if not split and name in KINDS[kind].names:
            return MISSING
        known = [other for other in self.estimates if other.kind == kind]
        listed = "; ".join(", ".join(filter(None, (other.split, other.name))) for other in known) or "none here"
        asked = ", ".join(filter(None, (split, name)))
        raise KeyError(f"unknown measure {kind} of {asked or 'nothing'}: choose from {listed}")

    def score(self, split: str, reward: str) -> Estimate:
        """Of a goal or misspecified reward: random play 0, oracle 1."""
        return self.estimate("score", split, reward)

    def learned(self) -> Estimate:
        """The score on what it was trained on."""
        return self.estimate("learned")

    def pursuit(self, name: str) -> Estimate:
        """The share of deployment episodes that go for a goal, `none` included, beyond what chance does."""
        return self.estimate("pursuit", "deploy", name)

    def gap(self, name: str) -> Estimate:
        """One of `definitions.GAPS`."""
        return self.estimate("gap", name=name)

    def goal_gap_part(self, name: str) -> Estimate:
        """The outer or inner part of the goal gap; missing where training was on the intended goal."""
        return self.estimate("goal_gap_part", name=name)

    def shortfall(self) -> Estimate:
        """What the gaps sum to: 1 less the intended score in deployment."""
        return self.estimate("shortfall")

    def outcome(self, split: str, name: str) -> Estimate:
        """The share of episodes that went for a goal, in [0, 1]."""
        return self.estimate("outcome", split, name)

    def bits(self, split: str, goal: str) -> Estimate:
        """Optimization power in bits."""
        return self.estimate("bits", split, goal)

    def at_limit(self, split: str, goal: str) -> Estimate:
        """The share of episodes whose bits are as many as can be resolved, in [0, 1]."""
        return self.estimate("at_limit", split, goal)

    def event(self, split: str, name: str) -> Estimate:
        """The share of episodes in which an event happened, in [0, 1]."""
        return self.estimate("event", split, name)

    def oversight(self, name: str) -> Estimate:
        """Watched, unwatched or deception; missing where nobody watches."""
        return self.estimate("oversight", name=name)
