"""The board: a ranked table for each environment, derived from the raw episodes of all entries.

Rank is by the intended goal's score in deployment. Beside it stands what explains it: the score on training
levels, the capability in deployment, the goal gap, and what the episodes went for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table

from ..envs import SUITE
from ..eval.bootstrap import Estimate
from ..eval.report import Report
from .entry import Submission

HEADER = """# Leaderboard

Which goal does the agent pursue where the goals come apart? Every number here is computed by `goalgap leaderboard`
from the raw episodes in `leaderboards/entries`, with 95 % intervals over training seeds and levels. Scores are
corrected for chance: random play is 0, the oracle of the intended goal 1. The goal gap is what a capable agent loses
in deployment by pursuing another goal. Reference policies are in italics.
"""
COLUMNS = ("rank", "entry", "seeds", "score in deployment", "goal gap", "capability", "score in training", "went for")


@dataclass(frozen=True)
class Row:
    """One entry's place; `cells` are in the order of `COLUMNS`."""

    rank: int
    reference: bool
    cells: tuple[str, ...]


def boards(
    submitted: Iterable[Submission], report: Callable[[Submission], Report] = lambda each: Report.of(each.episodes)
) -> dict[str, list[Row]]:
    """The rows of each environment of the suite that has entries, best first; `report` makes the report of each."""
    found: dict[str, list[tuple[Submission, Report]]] = {name: [] for name in SUITE}
    for each in submitted:
        found[each.episodes.world.environment].append((each, report(each)))
    return {name: _ranked(entered) for name, entered in found.items() if entered}


def _ranked(entered: list[tuple[Submission, Report]]) -> list[Row]:
    def merit(pair: tuple[Submission, Report]) -> tuple[float, str]:
        report = pair[1]
        return -(_score(report, "deploy").mean or 0.0), pair[0].entry.name

    return [_row(rank, *pair) for rank, pair in enumerate(sorted(entered, key=merit), 1)]


def _row(rank: int, submission: Submission, report: Report) -> Row:
    way = report.main
    shares = {goal: way(f"outcome.deploy.{goal}").mean for goal in report.kinds}
    went = ", ".join(f"{goal} {100 * share:.0f} %" for goal, share in shares.items() if share)
    numbers = [_score(report, "deploy"), way("gap.goal"), way("capability.deploy"), _score(report, "train")]
    name, seeds = submission.entry.name, str(len(way.training_seeds))
    cells = (str(rank), name, seeds, *map(_interval, numbers), went)
    return Row(rank, submission.entry.kind == "reference", cells)


def _score(report: Report, split: str) -> Estimate:
    return report.main(f"score.{split}.{report.world.intended}")


def _interval(estimate: Estimate) -> str:
    if estimate.mean is None or estimate.low is None or estimate.high is None:
        return "missing"
    return f"{estimate.mean:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]".replace("-0.00", "0.00")


def markdown(tables: dict[str, list[Row]]) -> str:
    """The board as a page."""
    parts = [HEADER]
    for name, rows in tables.items():
        parts += [f"\n## {name}\n", _line(COLUMNS), _line(["---:", "---", *["---:"] * 5, "---"])]
        for row in rows:
            cells = list(row.cells)
            cells[1] = f"*{cells[1]}*" if row.reference else f"**{cells[1]}**"
            parts.append(_line(cells))
    return "\n".join(parts) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def render(tables: dict[str, list[Row]]) -> Group:
    """The board for the terminal."""
    made: list[RenderableType] = []
    for name, rows in tables.items():
        table = Table(*COLUMNS, title=name, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row.cells, style="dim" if row.reference else "bold")
        made += [table, ""]
    return Group(*made)
