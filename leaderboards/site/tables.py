"""The table of a board as the site shows it.

It is a section, as it is exported, and beside each of its rows what only a page shows: by what it is filtered, and
where the entry's own page lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...envs import known
from ...eval.measures.definitions import GAPS
from ...eval.measures.wording import number
from ...eval.report import Report
from ...eval.show.tables import Cell, Column, Row, Section, Share, columns, figure, row, value
from ...eval.table.game import GameRecord
from ..board import SHOWN, SHOWN_FROM, Reported, ranks, titled, weight
from ..conditions import CONDITIONS, conditions
from ..entry import Entry
from ..words import slug

FACTS = ("kind", "track", "status", *CONDITIONS)  # by which rows are filtered
SPLIT_OFF = tuple(name for name in GAPS if name != "goal")  # the other gaps
TOLD = (
    *columns(*FACTS, numbers=("training seeds",)), *(column for column, _ in SHOWN),
    *columns(numbers=(f"{name} gap" for name in SPLIT_OFF)),
)  # fmt: skip
HEADS = (Column("rank"), *columns("entry"), *TOLD)


@dataclass(frozen=True)
class Line:
    """A row as a page shows it.

    Attributes:
        facts: by which it is filtered.
        parts: in words, what its bar shows.
        place: in the site, of the pages of what the row is of.
    """

    row: Row
    facts: Mapping[str, str]
    parts: str
    place: str


@dataclass(frozen=True)
class Table:
    """A section with its lines; `game` is what its entries have played, if all have played one."""

    section: Section
    lines: tuple[Line, ...]
    question: str = ""
    game: GameRecord | None = None

    def cells(self, line: Line) -> dict[str, Cell]:
        """The cells of a line by their columns' titles."""
        return {column.title: cell for column, cell in zip(self.section.columns, line.row.cells, strict=True)}


def board_table(name: str, entered: list[Reported]) -> Table:
    """The table of a board, from its entries in order."""
    heads = ((rank, titled(*each)) for rank, each in zip(ranks(entered), entered, strict=True))
    lines = tuple(entry_line(head, *each) for head, each in zip(heads, entered, strict=True))
    game = entered[0][1].game
    return Table(
        Section(slug(name), name, "", HEADS, tuple(line.row for line in lines)), lines,
        known()[game.environment].summary, game,
    )  # fmt: skip


def place(entry: Entry) -> str:
    """Where the pages of an entry lie in the site."""
    return f"entries/{entry.folder.as_posix()}"


def entry_line(head: tuple[str | Cell, ...], entry: Entry, report: Report) -> Line:
    """The line of an entry: its first cells, then those of `TOLD`."""
    facts = {"kind": entry.info.kind, "track": entry.track, "status": entry.standing.status, **conditions(entry)}
    seeds, gaps = figure(len(report.main.training_seeds), 0), _gaps(report)
    others = (value(report.main.gap(name)) if name in gaps else Cell("") for name in SPLIT_OFF)
    cells = (*head, *facts.values(), seeds, *(cell(report) for _, cell in SHOWN), *others)
    told = ", ".join(f"{name} {number(gap)}" for name, gap in gaps.items() if gap and gap >= SHOWN_FROM)
    return Line(row(*cells, weight=weight(entry), bar=_bar(report)), facts, told, place(entry))


def _gaps(report: Report) -> dict[str, float | None]:
    return {name: report.main.gap(name).mean for name in report.gaps}


def _bar(report: Report) -> tuple[Share, ...]:
    """The score in deployment and the gaps, which sum to 1; where some are below zero, the others make up the whole."""
    score = report.main.score("deploy", report.game.intended).mean
    parts = {"intended": score} | {f"gap {name}": gap for name, gap in _gaps(report).items()}
    if any(part is None for part in parts.values()):
        return ()
    sizes = {role: part for role, part in parts.items() if part and part >= SHOWN_FROM}
    whole = max(1.0, sum(sizes.values()))
    return tuple(Share(size / whole, role) for role, size in sizes.items())
