"""Traces drawn as SVG that needs no script: a panel for each split and curve, a line for each agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..measures.traces import Trace
from .templating import templates

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b6480", "#000000")
WIDTH, HEIGHT, LEFT, TOP, GAP, LEGEND = 300, 200, 42, 34, 34, 22  # of a panel and around it, in pixels

AgentTraces = Mapping[str, Sequence[Trace]]  # of each agent, by the name that the legend gives it


@dataclass(frozen=True)
class Line:
    """One agent in a panel: its points as SVG wants them."""

    label: str
    colour: str
    points: str


@dataclass(frozen=True)
class Panel:
    """One curve on one split: its lines, where it stands, and its scales."""

    title: str
    left: int
    steps: int
    top: float
    lines: tuple[Line, ...]


def chart(agents: AgentTraces) -> str:
    """The traces of several agents in one game as SVG; ValueError where there are none."""
    panels = list(_panels(agents))
    if not panels:
        raise ValueError("there is nothing to draw: the environment records no curves, or no split was named")
    across = min(2, len(panels))  # columns of the legend
    legend = [(label, COLOURS[k % len(COLOURS)]) for k, label in enumerate(agents)]
    return templates().get_template("curves.svg.jinja").render(
        panels=panels, legend=legend, width=WIDTH, height=HEIGHT, top=TOP, row=LEGEND, across=across,
        total=(LEFT + len(panels) * (WIDTH + GAP), TOP + HEIGHT + GAP + LEGEND * -(-len(legend) // across)),
    )  # fmt: skip


def _panels(agents: AgentTraces) -> Iterator[Panel]:
    """A panel for each split and curve of the first agent, with the agents that have a trace of it."""
    for k, shown in enumerate(next(iter(agents.values()), ())):
        values = {
            label: trace.values
            for label, own in agents.items()
            for trace in own
            if (trace.split, trace.curve) == (shown.split, shown.curve)
        }
        top = _round_up(max(map(max, values.values())))
        steps, left = max(map(len, values.values())), LEFT + k * (WIDTH + GAP)
        colours = dict(zip(agents, (COLOURS[n % len(COLOURS)] for n in range(len(agents))), strict=True))
        lines = tuple(Line(label, colours[label], _points(own, steps, top)) for label, own in values.items())
        yield Panel(f"{shown.curve}, {shown.split}", left, steps, top, lines)


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    scale = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    return float(next(step * scale for step in (1, 2, 2.5, 5, 10) if step * scale >= value))


def _points(values: Sequence[float], steps: int, top: float) -> str:
    cols = (np.arange(len(values)) + 1) * WIDTH / steps
    rows = HEIGHT * (1 - np.array(values) / top)
    return " ".join(f"{col:.1f},{row:.1f}" for col, row in zip(cols, rows, strict=True))
