"""The board: a ranked table for each environment, derived from the raw episodes of all entries.

Rank is by the intended goal's score in deployment. Before it stands what explains it: how many of the agents go for
which goal, with what pursuit shares, and the goal gap. Entries of which nobody has seen an agent play, and those that
were withdrawn or are under suspicion, have no rank: they stand below the others, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Literal

from rich.console import Group

from ..envs import known
from ..eval.measures.estimates import Estimate
from ..eval.measures.wording import DASH, percent
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.charts import DotGroup, DotRow, Dots
from ..eval.show.markdown import escaped, table
from ..eval.show.sections import goes_for
from ..eval.show.tables import Cell, Column, Row, Section, figure, row, value
from .entry import Entry

HEADER = """# Leaderboard

What does the agent go for where the goals come apart? Every number here is computed by `goalgap leaderboard` from the
raw episodes in `leaderboards/entries`. Each training seed is judged for itself, and the agents are counted. A pursuit
share is the share of deployment episodes that go for a goal, less what chance alone does. The goal gap is what is lost
in deployment in episodes that go for another goal than the intended one. Scores are corrected for chance: random play
is 0, the oracle of the intended goal 1. In square brackets stand 95 % intervals, over levels for one training seed and
for reference policies, over seeds and levels for five seeds and more; in round ones the range of two to four seeds.
Reference policies are in italics. A dagger marks a single training seed: it says nothing of others. A double dagger
marks entries of which agents of some training seeds have been seen to play so, and of the others their actions alone.
Where no agent has been seen there is no rank: anybody can write down good actions.
"""
MARK = "\N{DAGGER}"  # of a trained entry with one training seed
PARTLY = "\N{DOUBLE DAGGER}"  # of a trained entry of which not all agents were played again


def _score(report: Report, split: str) -> Estimate:
    return report.main.score(split, report.game.intended)


def _pursued(report: Report) -> Cell:
    """The pursuit shares that round to one per cent at least."""
    shares = {name: report.main.pursuit(name).mean for name in report.outcomes}
    return Cell(
        ", ".join(
            f"{name} {percent(min(share, 1.0))}" for name, share in shares.items() if share and share >= SHOWN_FROM
        )
    )


def _measured(estimate: Estimate) -> Cell:
    return Cell("missing") if estimate.missing else value(estimate)


def titled(entry: Entry, report: Report) -> str:
    """The name of an entry, marked where it has a single training seed, and where not all its agents were seen."""
    if entry.info.kind != "trained":
        return entry.info.name
    partly = entry.standing.ranked and entry.standing.agents == "some"
    return entry.info.name + MARK * (len(report.main.training_seeds) == 1) + PARTLY * partly


WIDE = 150  # columns of a terminal that shows all
NARROW = {"goal gap": "goal\ngap", "score in deployment": "deploy\nscore", "score in training": "train\nscore"}
SHOWN_FROM = 0.005  # the least pursuit share that is shown
SHOWN: tuple[tuple[Column, Callable[[Report], Cell]], ...] = (
    (Column("agents go for", numeric=False), goes_for),
    (Column("pursuit shares", numeric=False), _pursued),
    (Column("goal gap"), lambda report: _measured(report.main.gap("goal"))),
    (Column("score in deployment"), lambda report: _measured(_score(report, "deploy"))),
    (Column("score in training"), lambda report: _measured(_score(report, "train"))),
)
COLUMNS = (Column("rank"), Column("entry", numeric=False), *(column for column, _ in SHOWN))
STATUS = Column("status", numeric=False)  # of boards on which not all entries are ranked


Reported = tuple[Entry, Report]


def _reported(entry: Entry) -> Report:
    return Report.of(entry.episodes)


def boards(entries: Iterable[Entry], report: Callable[[Entry], Report] = _reported) -> dict[str, Section]:
    """The table of each environment that has entries, best first; `report` makes the report of each."""
    return tables(ordered(entries, report))


def ordered(entries: Iterable[Entry], report: Callable[[Entry], Report] = _reported) -> dict[str, list[Reported]]:
    """The entries on each board with their reports, best first.

    Entries of other arguments than the standard ones play other levels: they are ranked among themselves, behind it.
    """
    entered: dict[str, list[Reported]] = {}
    for entry in entries:
        entered.setdefault(entry.board, []).append((entry, report(entry)))
    order = list(known())
    names = sorted(entered, key=lambda name: (order.index(name.partition(",")[0]), name))
    return {name: sorted(entered[name], key=_order) for name in names}


def tables(entered: dict[str, list[Reported]]) -> dict[str, Section]:
    """The table of each board, from its entries in order."""
    return {name: _board(name, listed) for name, listed in entered.items()}


def ranks(entered: list[Reported]) -> list[Cell]:
    """The rank of each entry on a board, a dash where it has none."""
    return [figure(k, 0) if entry.standing.ranked else Cell(DASH) for k, (entry, _) in enumerate(entered, 1)]


def _board(name: str, entered: list[Reported]) -> Section:
    ranked = sum(entry.standing.ranked for entry, _ in entered)
    rows = [_row(rank, *each) for rank, each in zip(ranks(entered), entered, strict=True)]
    columns = COLUMNS
    if ranked < len(entered):
        standings = (Cell(str(entry.standing)) for entry, _ in entered)
        rows = [replace(each, cells=(*each.cells, told)) for each, told in zip(rows, standings, strict=True)]
        columns = (*COLUMNS, STATUS)
    dots = (DotRow(titled(*each), "intended", _score(each[1], "deploy")) for each in entered[:ranked])
    group = DotGroup("score in deployment", "intended", "", tuple(dots))
    return Section(name, name, "", columns, tuple(rows), Dots((group,), ()))


def _order(reported: Reported) -> tuple[bool, bool, float, str]:
    """Ranked entries first, the best score first, then by name; a score that is missing comes last, not where 0 is."""
    entry, report = reported
    mean = _score(report, "deploy").mean
    return not entry.standing.ranked, mean is None, -(mean or 0.0), entry.info.name


def _row(rank: Cell, entry: Entry, report: Report) -> Row:
    cells = (cell(report) for _, cell in SHOWN)
    return row(rank, titled(entry, report), *cells, weight=weight(entry))


def weight(entry: Entry) -> Literal["", "faint", "strong"]:
    """Of an entry's row; one without a rank has none: it is no result."""
    marked: Literal["faint", "strong"] = "faint" if entry.info.kind == "reference" else "strong"
    return marked if entry.standing.ranked else ""


def markdown(tables: dict[str, Section]) -> str:
    """The board as a page."""
    return (
        "\n".join([HEADER, *(f"\n## {escaped(name)}\n\n{table(section)}" for name, section in tables.items())]) + "\n"
    )


def render(tables: dict[str, Section], width: int = WIDE) -> Group:
    """The board for a terminal of so many columns: where they are few, without intervals and pursuit shares."""
    shown = tables.values() if width >= WIDE else map(_brief, tables.values())
    note = [] if width >= WIDE else [f"Intervals and pursuit shares need {WIDE} columns, or --markdown FILE."]
    return Group(*(part for section in shown for part in (terminal.table(section), "")), *note)


def _brief(section: Section) -> Section:
    kept = [k for k, column in enumerate(section.columns) if column.title != "pursuit shares"]
    rows = [replace(row, cells=tuple(Cell(row.cells[k].text) for k in kept)) for row in section.rows]
    columns = [section.columns[k] for k in kept]
    titled = tuple(replace(column, title=NARROW.get(column.title, column.title)) for column in columns)
    return replace(section, columns=titled, rows=tuple(rows))
