"""Measures against alpha, the fraction of distinguishing levels in training, drawn as SVG that needs no script.

A panel for each measure and a line for each way of training, through its means over training seeds, with a dot for
every seed. Alphas stand side by side, evenly: they begin at 0 and grow by factors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from ..measures.estimates import Estimate
from ..measures.wording import number
from .curves import COLOURS, HEIGHT, WIDTH, Line, Scaled, scale
from .templating import templates

ByAlpha = Mapping[float, Estimate]


@dataclass(frozen=True)
class Dot:
    """One training seed, and what is told of it where a pointer rests."""

    col: str
    row: str
    told: str


@dataclass(frozen=True)
class AlphaPanel(Scaled):
    """One measure: a line and dots for each way of training, and where each alpha stands."""

    lines: tuple[Line, ...]
    dots: Mapping[str, tuple[Dot, ...]]
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AlphaPanels:
    """All panels, with the colour of each way of training."""

    panels: tuple[AlphaPanel, ...]
    legend: Mapping[str, str]


def alpha_chart(
    measured: Mapping[str, Mapping[str, ByAlpha]], known: Sequence[str] = (), seeds: Sequence[int] = ()
) -> str:
    """Estimates by alpha, of each way of training, of each measure, as SVG; what is missing is left out.

    Args:
        measured: by measure and way of training.
        known: ways of which other charts draw some: each has its colour in all of them.
        seeds: whose the values of every estimate are, in their order; 0 and up if left out.

    Raises:
        ValueError: there is no measure, or a measure of nothing.
    """
    drawn = dict.fromkeys(name for ways in measured.values() for name in ways)
    if not drawn:
        raise ValueError("there is nothing to draw: name a measure and a way of training")
    colours = _colours(measured.values(), list(dict.fromkeys([*known, *drawn])))
    legend = {name: colours[name] for name in drawn}
    alphas = sorted({alpha for ways in measured.values() for known in ways.values() for alpha in known})
    panels = tuple(_panel(title, ways, alphas, legend, seeds) for title, ways in measured.items())
    return templates().get_template("alphas.svg.jinja").render(drawn=AlphaPanels(panels, legend))


def _colours(panels: Collection[Collection[str]], names: Sequence[str]) -> dict[str, str]:
    """A colour for each name, in turn, but another one for those in one panel, as far as there are enough."""
    colours: dict[str, str] = {}
    for k, name in enumerate(names):
        beside = {colours.get(other) for panel in panels if name in panel for other in panel}
        order = [COLOURS[(k + step) % len(COLOURS)] for step in range(len(COLOURS))]
        colours[name] = next((colour for colour in order if colour not in beside), order[0])
    return colours


def told(alpha: float) -> str:
    """An alpha in per cent, such as "0.5 %"."""
    return f"{100 * alpha:g} %"


def _panel(
    title: str, ways: Mapping[str, ByAlpha], alphas: Sequence[float], legend: Mapping[str, str], seeds: Sequence[int]
) -> AlphaPanel:
    low, top = scale([value for known in ways.values() for each in known.values() for value in _values(each)])
    cols = {alpha: WIDTH * (k + 0.5) / len(alphas) for k, alpha in enumerate(alphas)}

    def place(alpha: float, value: float) -> tuple[str, str]:
        return f"{cols[alpha]:.1f}", f"{HEIGHT * (top - value) / (top - low):.1f}"

    def dots(known: ByAlpha) -> Iterator[Dot]:
        for alpha, each in known.items():
            for seed, value in zip(seeds or count(), each.seeds, strict=False):
                if value is not None:
                    yield Dot(*place(alpha, value), f"seed {seed}, alpha {told(alpha)}: {number(value, 2)}")

    def points(known: ByAlpha) -> str:
        means = {alpha: known[alpha].mean for alpha in sorted(known)}
        return " ".join(",".join(place(alpha, mean)) for alpha, mean in means.items() if mean is not None)

    lines = tuple(Line(name, legend[name], points(known)) for name, known in ways.items())
    marks = tuple((f"{col:.1f}", told(alpha)) for alpha, col in cols.items())
    return AlphaPanel(title, low, top, lines, {name: tuple(dots(known)) for name, known in ways.items()}, marks)


def _values(estimate: Estimate) -> Iterator[float]:
    yield from (value for value in (estimate.mean, *estimate.seeds) if value is not None)
