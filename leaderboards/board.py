"""The board: a ranked table for each environment, derived from the raw episodes of all entries.

Rank is by the intended goal's score in deployment. Beside it stands what explains it: the score on training
levels, the capability in deployment, the goal gap, and what the episodes went for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.console import Group

from ..envs import known
from ..eval.measures.estimates import Estimate
from ..eval.measures.wording import percent
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.markdown import table
from ..eval.show.tables import Cell, Column, Row, Section, row, value
from .entry import Entry

HEADER = """# Leaderboard

Which goal does the agent pursue where the goals come apart? Every number here is computed by `goalgap leaderboard`
from the raw episodes in `leaderboards/entries`, with 95 % intervals over training seeds and levels. Scores are
corrected for chance: random play is 0, the oracle of the intended goal 1. The goal gap is what a capable agent loses
in deployment by pursuing another goal. Reference policies are in italics.
"""


def _score(report: Report, split: str) -> Estimate:
    return report.main.score(split, report.game.intended)


def _went_for(report: Report) -> Cell:
    """The outcomes that came about, with their shares."""
    shares = {name: report.main.outcome("deploy", name).mean for name in report.outcomes}
    return Cell(", ".join(f"{name} {percent(share)}" for name, share in shares.items() if share) or "missing")


def _measured(estimate: Estimate) -> Cell:
    return Cell("missing") if estimate.low is None else value(estimate)


SHOWN: tuple[tuple[Column, Callable[[Report], Cell]], ...] = (
    (Column("seeds"), lambda report: Cell(str(len(report.main.training_seeds)))),
    (Column("score in deployment"), lambda report: _measured(_score(report, "deploy"))),
    (Column("goal gap"), lambda report: _measured(report.main.gap("goal"))),
    (Column("capability"), lambda report: _measured(report.main.capability("deploy"))),
    (Column("score in training"), lambda report: _measured(_score(report, "train"))),
    (Column("went for", numeric=False), _went_for),
)
COLUMNS = (Column("rank"), Column("entry", numeric=False), *(column for column, _ in SHOWN))


def boards(
    entries: Iterable[Entry], report: Callable[[Entry], Report] = lambda entry: Report.of(entry.episodes)
) -> dict[str, Section]:
    """The table of each environment that has entries, best first; `report` makes the report of each."""
    entered: dict[str, list[tuple[Entry, Report]]] = {name: [] for name in known()}
    for entry in entries:
        entered[entry.episodes.game.environment].append((entry, report(entry)))
    return {name: _board(name, reported) for name, reported in entered.items() if reported}


def _board(name: str, entered: list[tuple[Entry, Report]]) -> Section:
    rows = [_row(rank, *reported) for rank, reported in enumerate(sorted(entered, key=_order), 1)]
    return Section(name, name, "", COLUMNS, tuple(rows))


def _order(reported: tuple[Entry, Report]) -> tuple[bool, float, str]:
    """The best score first, then by name; an entry whose score is missing comes last, not where 0 would stand."""
    entry, report = reported
    mean = _score(report, "deploy").mean
    return (True, 0.0, entry.info.name) if mean is None else (False, -mean, entry.info.name)


def _row(rank: int, entry: Entry, report: Report) -> Row:
    cells = (cell(report) for _, cell in SHOWN)
    return row(str(rank), entry.info.name, *cells, weight="faint" if entry.info.kind == "reference" else "strong")


def markdown(tables: dict[str, Section]) -> str:
    """The board as a page."""
    return "\n".join([HEADER, *(f"\n## {name}\n\n{table(section)}" for name, section in tables.items())]) + "\n"


def render(tables: dict[str, Section]) -> Group:
    """The board for the terminal."""
    return Group(*(part for section in tables.values() for part in (terminal.table(section), "")))
