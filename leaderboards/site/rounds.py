"""The tables of rounds: what agents scored on levels that nobody knew when they were trained.

A score is shown as it was published. That it follows from the levels and the actions can be recomputed by anyone once
the round is closed; of an agent in quarantine no score is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...eval.measures.wording import DASH
from ...eval.show.tables import Cell, Row, Section, columns, figure, row, value
from ..rounds.keeping import ROUND, Place
from ..rounds.records import Round, RoundEntry

HEADS = columns(
    "entry", "environment", "author", "status", numbers=("training seeds", "score in deployment", "goal gap")
)


@dataclass(frozen=True)
class RoundTable:
    """A round, and the table of its entries: by environment, the best score first."""

    round: Round
    section: Section

    def cells(self, line: Row) -> dict[str, Cell]:
        """The cells of a row by their columns' titles."""
        return {column.title: cell for column, cell in zip(HEADS, line.cells, strict=True)}


def round_tables(rounds: Path) -> Iterator[RoundTable]:
    """The table of each round in a folder, the latest first; RoundError says what of one cannot be read."""
    places = [Place.of(path.parent.name, rounds) for path in rounds.glob(f"*/{ROUND}")]
    for told, place in sorted(((each.round(), each) for each in places), key=_latest, reverse=True):
        entries = sorted(place.entries(), key=_order)
        yield RoundTable(
            told, Section(f"round-{told.name}", f"Round {told.name}", "", HEADS, tuple(map(_row, entries)))
        )


def _latest(found: tuple[Round, Place]) -> tuple[str, str]:
    return found[0].opened, found[0].name


def _order(entry: RoundEntry) -> tuple[str, bool, float, str]:
    return entry.environment, entry.alarm.raised, -(entry.score.mean or 0.0), entry.name


def _row(entry: RoundEntry) -> Row:
    told = (Cell(DASH), Cell(DASH)) if entry.alarm.raised else (value(entry.score), value(entry.gap))
    return row(entry.name, entry.environment, entry.author, entry.status, figure(len(entry.agents), 0), *told)
