"""A report as one HTML file: no script, no network, light and dark, readable on a phone.

Charts are inline SVG placed in per cent of their width, so they need neither a script nor a
fixed size. The page itself is `templates/report.html.jinja`; here is only what it cannot compute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from ..envs import SUITE
from ..files import write_whole
from ..terms import SPLITS
from .bootstrap import Estimate
from .curves import chart
from .episodes import Episodes
from .glossary import GAP_MEANINGS, GLOSSARY
from .pictures import Picture, pictures
from .report import WAYS, Report
from .scores import LOST
from .templating import templates
from .verdict import interval, number, power

MARGIN = 0.06
BRIEF = {
    "score.train.{}": "score in training",
    "score.deploy.{}": "score in deployment",
    "capability.deploy": "capability in deployment",
    "gap.goal": "goal gap",
}


@dataclass(frozen=True)
class Axis:
    """A scale from numbers to per cent of a chart's width."""

    low: float
    high: float

    def __call__(self, value: float) -> str:
        return f"{self.place(value):.2f}%"

    def width(self, start: float, end: float) -> str:
        return f"{abs(self.place(end) - self.place(start)):.2f}%"

    def place(self, value: float) -> float:
        return 100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Step:
    """One gap of the waterfall: a bar from `start` down to `end`, and where its interval ends lie."""

    name: str
    meaning: str
    gap: Estimate
    start: float
    end: float


def render(report: Report, episodes: Episodes | None = None, count: int = 6) -> str:
    """The page; with `episodes`, `count` deployment episodes are drawn on it."""
    drawn, undrawn = _pictures(report, episodes, count)
    environment = templates()
    environment.filters |= {"number": number, "interval": interval, "percent": percent}
    environment.globals["power"] = power
    game = SUITE.get(report.world.environment)
    return environment.get_template("report.html.jinja").render(
        report=report, world=report.world, way=report.main, splits=SPLITS, lost=LOST, pictures=drawn, undrawn=undrawn,
        question=game.summary if game else "", axis=axis(report), steps=list(waterfall(report)),
        brief={name.format(report.world.intended): label for name, label in BRIEF.items()},
        curves=_curves(report, episodes),
        glossary=GLOSSARY, roles={each.name: each.role for each in report.world.rewards} | {LOST: LOST},
    )  # fmt: skip


def write(path: str | Path, report: Report, episodes: Episodes | None = None) -> None:
    """Write the page to `path` in one move; OSError when it cannot be written."""
    write_whole(Path(path), render(report, episodes).encode())


def _curves(report: Report, episodes: Episodes | None) -> Markup:
    """The chart of the curves that the environment records, of the way of acting that is judged."""
    if episodes is None or not report.main.courses:
        return Markup()
    judged = episodes.where(deterministic=WAYS[next(iter(report.ways))])
    return Markup(chart({report.agent: judged}, list(report.main.levels)))  # noqa: S704 (our own template, which escapes)


def _pictures(report: Report, episodes: Episodes | None, count: int) -> tuple[list[Picture], str]:
    """Pictures, or why there are none."""
    if episodes is None or "deploy" not in report.main.levels:
        return [], ""
    try:
        return pictures(episodes, count), ""
    except ValueError as error:
        return [], f"No episodes are drawn: {error}."


def waterfall(report: Report) -> Iterator[Step]:
    """From the oracle's score, 1, down to the score in deployment; it stops at the first gap that is missing."""
    level = 1.0
    for name in report.gaps:
        gap = report.main(f"gap.{name}")
        if gap.mean is None:
            return
        yield Step(name, GAP_MEANINGS[name], gap, level, level - gap.mean)
        level -= gap.mean


def axis(report: Report) -> Axis:
    """One scale for all charts: from below the lowest score to above the highest, 0 and 1 included."""
    shown = [each for name, each in report.main.estimates.items() if name.startswith(("score.", "capability."))]
    numbers = [value for each in shown for value in (*each.seeds, each.low, each.high)]
    for step in waterfall(report):
        numbers += [step.start - end for end in (step.gap.low, step.gap.high) if end is not None]
    known = [0.0, 1.0, *(value for value in numbers if value is not None)]
    return Axis(min(known) - MARGIN, max(known) + MARGIN)


def percent(estimate: Estimate) -> str:
    """A share as whole per cent."""
    return number(None) if estimate.mean is None else f"{number(100 * estimate.mean, 0)}\N{NO-BREAK SPACE}%"
