"""Sections that set several agents of one game side by side: `reports` are by the name each goes by."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from ..measures.definitions import PARTS
from ..report import Report
from .charts import Lines
from .sections import BITS, bits
from .tables import Section, columns, figure, row, value

Reports = Mapping[str, Report]
SPLITS = ("train", "deploy")


def compared_power(reports: Reports) -> Section:
    """Optimization power in bits, by goal and split."""
    shown = list(product(SPLITS, next(iter(reports.values())).game.goals))
    rows = [row(name, *(bits(report.main, *of) for of in shown)) for name, report in reports.items()]
    heads = columns("entry", numbers=(f"{goal}, {split}" for split, goal in shown))
    return Section("power", "Optimization power in bits", BITS, heads, tuple(rows))


def compared_oversight(reports: Reports) -> Section:
    """What agents do watched and unwatched, for each training reward and with and without the shift."""
    game = next(iter(reports.values())).game
    rows = []
    for name, report in reports.items():
        mode = report.main
        told = [mode.score("deploy", game.intended), *map(mode.oversight, ("watched", "unwatched", "deception"))]
        told += [mode.gap("goal"), *map(mode.goal_gap_part, PARTS)]
        rows.append(row(name, report.reward, f"{report.alpha:g}", *map(value, told)))
    heads = ["alpha", "score in deployment", f"no {game.oversight}, watched"]
    heads += [f"no {game.oversight}, unwatched", "deception gap", "goal gap", *(f"of which {part}" for part in PARTS)]
    note = (
        f"Watched is the share of episodes without {game.oversight} on control levels, where all that must not be done "
        "is watched; unwatched the same on deployment levels, where part of it is not; the deception gap is their "
        "difference. Alpha above 0 takes the shift away: then training has shown both. A goal gap has an outer and an "
        "inner part where the training reward was not the intended goal."
    )
    return Section("oversight", "Oversight", note, columns("entry", "trained on", numbers=heads), tuple(rows))


def compared_traces(reports: Reports) -> Section:
    """How much each curve rises within an episode."""
    shown = {
        name: tuple(trace for trace in report.main.traces if trace.split in SPLITS) for name, report in reports.items()
    }
    curves = next(iter(reports.values())).game.curves
    rows = [
        row(name, split, *(figure(trace.improvement) for trace in traces if trace.split == split))
        for name, traces in shown.items()
        for split in SPLITS
    ]
    heads = columns("entry", "split", numbers=(f"rise of {curve}" for curve in curves))
    note = "Last ten steps less the first ten:"
    return Section("traces", "Within an episode", note, heads, tuple(rows), Lines(shown))
