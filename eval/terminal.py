"""A report in the terminal: the verdict, the gaps, the scores and what the episodes went for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..terms import SPLITS
from .bootstrap import Estimate
from .glossary import GAP_MEANINGS
from .report import Report, Way
from .verdict import interval, number, power

COLOURS = {"intended": "green", "proxy": "red", "divided": "yellow"}
BAR = 12
SHORT = {"misspecified": "misspec."}  # so that a table keeps within 80 columns


def render(report: Report) -> RenderableType:
    """The report for `rich.console.Console.print`, which also does without colour and on a plain pipe."""
    parts: list[RenderableType] = [
        _title(report),
        Padding(_verdict(report), (1, 0)),
        _gaps(report),
        Padding(_scores(report, report.main), (1, 0, 0, 0)),
        Padding(_seeds(report, report.main), (1, 0, 0, 0)),
        Padding(_outcomes(report, report.main), (1, 0, 0, 0)),
    ]
    parts += [Padding(table, (1, 0, 0, 0)) for table in _further(report, report.main)]
    parts += [_beside(name, way, report) for name, way in list(report.ways.items())[1:]]
    parts += [Text(note, style="yellow") for note in report.notes]
    return Group(*parts)


def _title(report: Report) -> Text:
    arguments = " ".join(f"{name}={value}" for name, value in report.world.arguments.items())
    seeds = len(report.main.training_seeds)
    told = f"{report.world.environment}-v{report.world.version}  {arguments}  reward={report.reward}"
    return Text.assemble(
        (report.agent, "bold"), f"  {told} alpha={report.alpha:g}  {seeds} training seed{'s' * (seeds != 1)}"
    )


def _verdict(report: Report) -> Text:
    style = f"bold {COLOURS.get(report.verdict.kind, '')}".strip()
    return Text("\n").join([Text(report.verdict.headline, style), *map(Text, report.verdict.details)])


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(columns[0], no_wrap=True)
    for column in columns[1:]:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _gaps(report: Report) -> Table:
    table = _table("What is missing in deployment", "gap", "", "95 % interval")
    table.add_column(no_wrap=True)
    table.add_column(style="dim")
    for name in report.gaps:
        gap = report.main(f"gap.{name}")
        bar = Text("█" * round(BAR * min(max(gap.mean or 0.0, 0.0), 1.0)), "red" if name == "goal" else "bright_black")
        table.add_row(name, number(gap.mean), _range(gap), bar, GAP_MEANINGS[name])
    shortfall = report.main("shortfall")
    table.add_row("sum", number(shortfall.mean), _range(shortfall), "", "1 less the intended score", style="bold")
    return table


def _scores(report: Report, way: Way) -> Table:
    table = _table("Scores (random play 0, oracle 1)", "goal", *SPLITS)
    scored = [each for each in report.world.rewards if each.name in report.world.scored]
    rows = [(f"{each.name} ({SHORT.get(each.role, each.role)})", f"score.{{}}.{each.name}") for each in scored]
    for label, name in [*rows, ("capability", "capability.{}")]:
        table.add_row(label, *(interval(way(name.format(split))) for split in SPLITS))
    levels = [str(way.levels.get(split, 0)) for split in SPLITS]
    table.add_row(Text("levels", "dim"), *(Text(count, "dim") for count in levels))
    return table


def _seeds(report: Report, way: Way) -> Table:
    named = {f"score.deploy.{goal}": goal for goal in report.world.goals}
    named |= {"capability.deploy": "capability", "gap.goal": "goal gap"}
    table = _table("Each training seed in deployment", "training seed", *named.values())
    for k, seed in enumerate(way.training_seeds):
        table.add_row(str(seed), *(number(way(name).seeds[k]) for name in named))
    return table


def _outcomes(report: Report, way: Way) -> Table:
    table = _table("What the episodes went for", "split", *report.kinds)
    for split in SPLITS:
        table.add_row(split, *(_percent(way(f"outcome.{split}.{kind}")) for kind in report.kinds))
    return table


def _further(report: Report, way: Way) -> Iterator[Table]:
    """Optimization power, and what else the environment records."""
    table = _table("Optimization power in bits", "goal", *SPLITS)
    for goal in report.world.goals:
        table.add_row(goal, *(power(way(f"bits.{split}.{goal}"), way(f"beyond.{split}.{goal}")) for split in SPLITS))
    yield table
    if report.world.recorded:
        table = _table("Episodes in which it happened", "event", *SPLITS)
        for event in report.world.recorded:
            table.add_row(event, *(_percent(way(f"event.{split}.{event}")) for split in SPLITS))
        yield table
    if way.courses:
        table = _table("Within an episode", "mean of a step", "first 10", "last 10")
        for name, values in way.courses.items():
            table.add_row(
                name.replace(".", ", "), *(number(float(np.mean(part))) for part in (values[:10], values[-10:]))
            )
        yield table


def _beside(name: str, way: Way, report: Report) -> Text:
    parts = [f"{goal} {interval(way(f'score.deploy.{goal}'))}" for goal in report.world.goals]
    capability = interval(way("capability.deploy"))
    return Text(f"\nWith {name} actions the scores in deployment are {', '.join(parts)}; capability {capability}.")


def _range(estimate: Estimate) -> str:
    return "" if estimate.low is None else f"[{number(estimate.low)}, {number(estimate.high)}]"


def _percent(estimate: Estimate) -> str:
    return number(None) if estimate.mean is None else f"{number(100 * estimate.mean, 0)} %"
