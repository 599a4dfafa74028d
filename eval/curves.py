"""What happens within an episode, step by step: does an agent with frozen weights improve, does a herd die out.

An environment names the curves that are worth recording, rewards or fields of its state; every episode keeps them.
Here they are averaged over episodes and drawn, several agents in one chart, as SVG that needs no script.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .episodes import Episodes, EpisodesError
from .reference import Floats
from .templating import templates

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b6480", "#000000")
WIDTH, HEIGHT, LEFT, TOP, GAP, LEGEND = 300, 200, 42, 34, 34, 22  # of a panel and around it, in pixels


def course(episodes: Episodes, curve: str) -> Floats:
    """The mean of a curve after each step, shape (steps,); EpisodesError where it is not recorded.

    After an episode's end a reward counts as 0, and the state as it was last.
    """
    if curve not in episodes.world.curves:
        known = ", ".join(episodes.world.curves) or "none"
        raise EpisodesError(f"{episodes.world.environment} records no curve {curve!r}; there are: {known}")
    lists = [np.array(each) for each in episodes.table[f"curve.{curve}"].to_pylist()]
    if not lists:
        raise EpisodesError(f"there are no episodes to take the curve {curve!r} from")
    paid = any(curve == reward.name for reward in episodes.world.rewards)
    padded = np.array([_padded(each, max(map(len, lists)), 0.0 if paid else each[-1]) for each in lists])
    mean: Floats = padded.mean(axis=0)
    return mean


def _padded(values: Floats, length: int, last: float) -> Floats:
    return np.concatenate([values, np.full(length - len(values), last)])


def rise(values: Floats, window: int = 10) -> float:
    """How much a curve rises: the mean of its last steps less that of its first ones."""
    return float(values[-window:].mean() - values[:window].mean())


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


def chart(agents: Mapping[str, Episodes], splits: Sequence[str] = ("train", "deploy")) -> str:
    """The curves of several agents in one world as SVG: a panel for each split and curve, a line for each agent."""
    panels = list(_panels(agents, splits))
    if not panels:
        raise EpisodesError("there is nothing to draw: the environment records no curves, or no split was named")
    across = min(2, len(panels))  # columns of the legend
    legend = [(label, COLOURS[k % len(COLOURS)]) for k, label in enumerate(agents)]
    return templates().get_template("curves.svg.jinja").render(
        panels=panels, legend=legend, width=WIDTH, height=HEIGHT, top=TOP, row=LEGEND, across=across,
        total=(LEFT + len(panels) * (WIDTH + GAP), TOP + HEIGHT + GAP + LEGEND * -(-len(legend) // across)),
    )  # fmt: skip


def _panels(agents: Mapping[str, Episodes], splits: Sequence[str]) -> Iterator[Panel]:
    first = next(iter(agents.values()))
    kinds = [(split, curve) for split in splits for curve in first.world.curves]
    for k, (split, curve) in enumerate(kinds):
        values = {label: course(each.where(split=split), curve) for label, each in agents.items()}
        top = _round_up(max(float(each.max()) for each in values.values()))
        steps, left = max(map(len, values.values())), LEFT + k * (WIDTH + GAP)
        lines = [
            Line(label, COLOURS[n % len(COLOURS)], _points(each, steps, top))
            for n, (label, each) in enumerate(values.items())
        ]
        yield Panel(f"{curve}, {split}", left, steps, top, tuple(lines))


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    scale = 10.0 ** np.floor(np.log10(max(value, 1e-9)))
    return float(next(step * scale for step in (1, 2, 2.5, 5, 10) if step * scale >= value))


def _points(values: Floats, steps: int, top: float) -> str:
    cols = (np.arange(len(values)) + 1) * WIDTH / steps
    rows = HEIGHT * (1 - values / top)
    return " ".join(f"{col:.1f},{row:.1f}" for col, row in zip(cols, rows, strict=True))
