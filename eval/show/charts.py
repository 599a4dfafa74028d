"""What charts show, as data: HTML draws them by the macros of `charts.html.jinja` that `macro` names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..measures.estimates import Estimate
from ..measures.traces import Trace
from ..measures.wording import number

MARGIN = 0.06
SCORES = {0.0: "random play 0", 1.0: "oracle 1"}


@dataclass(frozen=True)
class Step:
    """One gap of the waterfall: a bar from `start` down to `end`, and where its interval ends lie."""

    name: str
    label: str
    meaning: str
    gap: Estimate
    start: float
    end: float


@dataclass(frozen=True)
class DotRow:
    """An estimate: a dot for each training seed, their mean and interval."""

    label: str
    role: str
    estimate: Estimate
    note: str = ""


@dataclass(frozen=True)
class DotGroup:
    """Rows under a heading."""

    heading: str
    role: str
    note: str
    rows: tuple[DotRow, ...]


@dataclass(frozen=True)
class Waterfall:
    """From the oracle's score, 1, down by each gap to the `rest`, the score in deployment."""

    macro: ClassVar[str] = "waterfall"
    steps: tuple[Step, ...]
    rest: DotRow
    seeds: tuple[int, ...]

    def numbers(self) -> Iterator[float | None]:
        yield from _numbers(self.rest.estimate)
        for step in self.steps:
            yield step.end
            yield from (step.start - bound for bound in (step.gap.low, step.gap.high) if bound is not None)


@dataclass(frozen=True)
class Dots:
    """Estimates on one scale, in groups; `seeds` name the values of an estimate, where they are of training seeds."""

    macro: ClassVar[str] = "dots"
    groups: tuple[DotGroup, ...]
    seeds: tuple[int, ...]

    def numbers(self) -> Iterator[float | None]:
        for group in self.groups:
            for row in group.rows:
                yield from _numbers(row.estimate)


@dataclass(frozen=True)
class Lines:
    """Traces of one or more agents, by name; see `curves`."""

    macro: ClassVar[str] = "lines"
    traces: Mapping[str, tuple[Trace, ...]]

    def numbers(self) -> Iterator[float | None]:
        yield from ()


Chart = Waterfall | Dots | Lines


def _numbers(estimate: Estimate) -> Iterator[float | None]:
    yield from (estimate.mean, *estimate.seeds, estimate.low, estimate.high)


def round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    scale = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    return float(next(step * scale for step in (1, 2, 2.5, 5, 10) if step * scale >= value))


@dataclass(frozen=True)
class Axis:
    """A scale from numbers to per cent of a chart's width; `marks` are the numbers that are marked, and how."""

    low: float
    high: float
    marks: Mapping[float, str] = field(default_factory=lambda: SCORES)

    @classmethod
    def over(cls, charts: Iterable[Chart]) -> Axis:
        """One scale for all charts: from below the lowest number to above the highest, 0 and 1 included."""
        numbers = [*SCORES, *(known for chart in charts for known in chart.numbers() if known is not None)]
        return cls(min(numbers) - MARGIN, max(numbers) + MARGIN)

    @classmethod
    def around_zero(cls, charts: Iterable[Chart]) -> Axis:
        """One scale for charts of differences, as far to the left of 0 as to the right."""
        most = max((abs(known) for chart in charts for known in chart.numbers() if known is not None), default=0) or 1.0
        mark, end = round_up(most) / 2, most * (1 + MARGIN)
        return cls(-end, end, {at: number(at, 3).rstrip("0").rstrip(".") for at in (-mark, 0.0, mark)})

    def __call__(self, value: float) -> str:
        return f"{self.place(value):.2f}%"

    def width(self, start: float, end: float) -> str:
        """The length between two numbers."""
        return f"{abs(self.place(end) - self.place(start)):.2f}%"

    def anchor(self, value: float) -> str:
        """On which side of a number its mark's text stands, so that it keeps within the chart."""
        place = self.place(value)
        return "start" if place < 15 else "end" if place > 85 else "middle"

    def place(self, value: float) -> float:
        """Where a number lies, in 0 .. 100; what lies outside is put at the edge."""
        return 100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
