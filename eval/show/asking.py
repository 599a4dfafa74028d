"""Asking for help, as tables and as a chart: the score in deployment against the share of steps asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..measures.asking import AskingCurve
from ..measures.wording import number, percent
from .alphas import AlphaPanel, AlphaPanels, Dot
from .curves import COLOURS, HEIGHT, WIDTH, Line, scale
from .tables import Section, columns, figure, row, share, value
from .templating import templates

SHARES = (0.0, 0.1, 0.25, 0.5)  # that the short table reads off the curves
TITLE = "score in deployment"
NOTE = (
    "The intended oracle is asked where confidence is below a quantile of that in training; on the right, the score by "
    "the share of steps that it is asked about, in straight lines between what was played. The area is the mean of the "
    "score over all shares."
)
ENDS = {-np.inf: "never", np.inf: "always"}


def compared(curves: Sequence[AskingCurve]) -> Section:
    """A row for each way of asking: the area below its curve, what that is more than at random, and some scores."""
    heads = columns("confidence", numbers=("area", "above random", "never", *(percent(each) for each in SHARES[1:])))
    rows = [
        row(
            curve.name, value(curve.area), figure(None) if curve.gain is None else value(curve.gain),
            *(figure(curve.at(each)) for each in SHARES),
        )
        for curve in curves
    ]  # fmt: skip
    return Section("asking", "Score in deployment by how often help is asked for", NOTE, heads, tuple(rows))


def points(curves: Sequence[AskingCurve]) -> Section:
    """A row for each point of each curve."""
    heads = columns("confidence", "quantile", numbers=("asked", TITLE))
    rows = [
        row(curve.name, ENDS.get(q, f"{q:g}"), share(float(asked)), figure(float(score)))
        for curve in curves
        for q, asked, score in zip(curve.quantiles, curve.shares, curve.scores, strict=True)
    ]
    return Section("points", "Points of the curves", "", heads, tuple(rows))


def asking_chart(curves: Sequence[AskingCurve]) -> str:
    """The curves as SVG that needs no script; ValueError where there are none."""
    if not curves:
        raise ValueError("there is nothing to draw: name a way of asking")
    low, top = scale([float(score) for curve in curves for score in curve.scores])
    legend = {curve.name: COLOURS[k % len(COLOURS)] for k, curve in enumerate(curves)}

    def dots(curve: AskingCurve) -> tuple[Dot, ...]:
        order = np.argsort(curve.shares, kind="stable")
        across, up = WIDTH * curve.shares[order], HEIGHT * (top - curve.scores[order]) / (top - low)
        told = [f"{percent(curve.shares[k])}: {number(curve.scores[k])}" for k in order]
        return tuple(Dot(f"{col:.1f}", f"{row:.1f}", text) for col, row, text in zip(across, up, told, strict=True))

    drawn = {curve.name: dots(curve) for curve in curves}
    lines = tuple(Line(name, legend[name], " ".join(f"{d.col},{d.row}" for d in own)) for name, own in drawn.items())
    marks = tuple((f"{WIDTH * each:.1f}", percent(each)) for each in (0, 0.5, 1))
    panel = AlphaPanel(TITLE, low, top, lines, drawn, marks)
    return templates().get_template("asking.svg.jinja").render(drawn=AlphaPanels((panel,), legend))
