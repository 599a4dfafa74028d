"""What every renderer draws: sections, each a titled table with a note and perhaps a chart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..measures.estimates import Estimate
from ..measures.wording import bounds, number, percent
from .charts import Chart


@dataclass(frozen=True)
class Cell:
    """A text, with the bounds of its interval where it has one, and what they round."""

    text: str
    bounds: str = ""
    exact: Estimate | float | None = None

    def __str__(self) -> str:
        return f"{self.text} {self.bounds}".strip()


@dataclass(frozen=True)
class Column:
    """A column; `role` is that of the goal or outcome it is of, for its colour."""

    title: str
    numeric: bool = True
    role: str = ""


@dataclass(frozen=True)
class Share:
    """A part of a bar, in [0, 1], and the role that colours it."""

    share: float
    role: str


@dataclass(frozen=True)
class Row:
    """A row; `bar` is drawn beside its first cell, parts in order."""

    cells: tuple[Cell, ...]
    weight: Literal["", "strong", "faint"] = ""
    bar: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Section:
    """A titled table; `key` names it in links. A chart shows all that the table says, and may take its place.

    `grouped` rows with the same first cell follow each other, and may stand below it.
    """

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chart: Chart | None = None
    grouped: bool = False

    @property
    def barred(self) -> bool:
        return any(row.bar for row in self.rows)


def columns(*texts: str, numbers: Iterable[str] = ()) -> tuple[Column, ...]:
    """Columns of texts, then columns of numbers."""
    return *(Column(title, numeric=False) for title in texts), *(Column(title) for title in numbers)


def row(*cells: str | Cell, weight: Literal["", "strong", "faint"] = "", bar: tuple[Share, ...] = ()) -> Row:
    """A row of texts and cells."""
    return Row(tuple(Cell(cell) if isinstance(cell, str) else cell for cell in cells), weight, bar)


def value(estimate: Estimate, digits: int = 2) -> Cell:
    """A mean with its interval."""
    return Cell(number(estimate.mean, digits), bounds(estimate, digits), estimate)


def figure(value: float | None, digits: int = 2) -> Cell:
    """A number alone."""
    return Cell(number(value, digits), exact=value)


def share(value: float | None) -> Cell:
    """A share as whole per cent."""
    return Cell(percent(value), exact=value)
