"""Traces drawn as SVG that needs no script: a panel for each split and curve, a line for each agent.

One picture, `chart`, stands alone: panels two in a row. A page takes the same `Panels` one by one, so that they find
room on a phone too. Text and rules have the colour of what surrounds them, light or dark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..measures.traces import Trace
from .charts import round_up
from .templating import templates

COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#857d99", "currentColor", "#882255", "#999933",
    "#8c5a3c",
)  # fmt: skip
WIDTH, HEIGHT = 300, 200  # of a panel, in pixels
CLOSE = 0.1  # of a scale: less has no room for two numbers

AgentTraces = Mapping[str, Sequence[Trace]]  # of each agent, by the name that the legend gives it


@dataclass(frozen=True)
class Line:
    """One agent in a panel: its points as SVG wants them."""

    label: str
    colour: str
    points: str


@dataclass(frozen=True)
class Scaled:
    """What stands under its title on a scale, from `low`, which is 0 where nothing is below, to `top`."""

    title: str
    low: float
    top: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """The numbers that are told of the scale: 0, its ends, unless they are close to 0, and half of the longer."""
        far = [end for end in (self.low, self.top) if abs(end) > CLOSE * (self.top - self.low)]
        return (0.0, *far, max(far, key=abs) / 2)


@dataclass(frozen=True)
class Panel(Scaled):
    """One curve on one split: its lines, by step."""

    steps: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Panels:
    """All panels of some agents, with the colour of each agent."""

    panels: tuple[Panel, ...]
    legend: dict[str, str]


def chart(agents: AgentTraces) -> str:
    """The traces of several agents in one game as SVG; ValueError where there are none."""
    drawn = panels(agents)
    if not drawn.panels:
        raise ValueError("there is nothing to draw: the environment records no curves, or no split was named")
    return templates().get_template("curves.svg.jinja").render(drawn=drawn)


def panels(agents: AgentTraces) -> Panels:
    """What is drawn of several agents in one game."""
    legend = {label: COLOURS[k % len(COLOURS)] for k, label in enumerate(agents)}
    return Panels(tuple(_panels(agents, legend)), legend)


def _panels(agents: AgentTraces, colours: Mapping[str, str]) -> Iterator[Panel]:
    """A panel for each split and curve of the first agent, with the agents that have a trace of it."""
    for shown in next(iter(agents.values()), ()):
        values = {
            label: trace.values
            for label, own in agents.items()
            for trace in own
            if (trace.split, trace.curve) == (shown.split, shown.curve)
        }
        (low, top), steps = scale(np.concatenate([*values.values()])), max(map(len, values.values()))
        lines = tuple(Line(label, colours[label], _points(own, steps, low, top)) for label, own in values.items())
        yield Panel(f"{shown.curve}, {shown.split}", low, top, steps, lines)


def scale(values: Iterable[float]) -> tuple[float, float]:
    """Two round numbers between which 0 and all values lie; 0 and 1 where there is nothing else."""
    known = [0.0, *values]
    low, high = min(known), max(known)
    return -round_up(-low) if low < 0 else 0.0, round_up(high) if high > 0 else float(not low)


def _points(values: Sequence[float], steps: int, low: float, top: float) -> str:
    cols = (np.arange(len(values)) + 1) * WIDTH / steps
    rows = HEIGHT * (top - np.array(values)) / (top - low)
    return " ".join(f"{col:.1f},{row:.1f}" for col, row in zip(cols, rows, strict=True))
