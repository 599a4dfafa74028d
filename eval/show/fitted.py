"""A section's table in a terminal, in as few lines as its width allows, in which no number and no name breaks.

Where a row is too long for a line, titles and texts are wrapped between words; where that does not do, intervals stand
below their numbers; and where that does not do either, they are left out, which is said below the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, groupby

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from .tables import Cell, Column, Row, Section

ROLES = {"intended": "green", "proxy": "red", "misspecified": "magenta", "goal-gap": "red", "outer-gap": "magenta"}
WEIGHTS = {"": "", "strong": "bold", "faint": "dim"}
BAR = 12  # characters
BLOCKS = "█▓▒░"  # of the parts of a bar in turn, so that they differ without colour too
GAP = 2  # blanks between columns
PROSE = 20  # characters: of a longer text, no line is made shorter
Form = Callable[[Sequence[Cell]], list[str]]


def beside(cells: Sequence[Cell]) -> list[str]:
    """Numbers with their bounds, so that numbers stand below each other."""
    width = max((len(cell.bounds) for cell in cells), default=0)
    return [f"{cell.text} {cell.bounds:{width}}" if width else cell.text for cell in cells]


def below(cells: Sequence[Cell]) -> list[str]:
    """Numbers with their bounds below them."""
    return [f"{cell.text}\n{cell.bounds}".rstrip() for cell in cells]


def alone(cells: Sequence[Cell]) -> list[str]:
    """Numbers without their bounds."""
    return [cell.text for cell in cells]


WAYS: tuple[tuple[Form, int], ...] = ((beside, 0), (below, 0), (below, 1), (alone, 0), (alone, 1), (alone, 2))


@dataclass(frozen=True)
class Filled:
    """A column with what its cells say, and how wide it may be.

    Attributes:
        most: needs no line to be broken; `easy` only that of a number's title, between words.
        limits: the least where texts are wrapped too, and what a row is named by keeps its line; where titles are
            broken anywhere, and texts between any words; and where nothing is whole but numbers.
    """

    column: Column
    texts: list[str]
    most: int
    easy: int
    limits: tuple[int, int, int]

    @classmethod
    def of(cls, column: Column, texts: list[str], names: bool) -> Filled:
        title, cells = column.title, _widest("\n".join(texts).splitlines())
        most = max(cells, _widest(title.splitlines()))
        if column.numeric or names:
            easy = max(cells, _widest(title.split()))
            return cls(column, texts, most, easy, (easy, cells, cells if column.numeric else 1))
        word = _widest(" ".join((title, *texts)).split())
        return cls(column, texts, most, most, (max(word, min(most, PROSE)), word, 1))

    def drawn(self, row: int, width: int) -> Text:
        lines = self.texts[row].split("\n") if self.column.numeric else [self.texts[row]]
        return Text("\n".join(line.rjust(width) if self.column.numeric else line for line in lines))


@dataclass(frozen=True)
class FittedTable:
    """A section's title and table for `rich.console.Console.print`; beside the first column stand bars, if any."""

    section: Section

    @classmethod
    def of(cls, section: Section) -> FittedTable:
        """That of a section, with groups of rows below their names, where there are some."""
        return cls(_below_names(section) if section.grouped else section)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bar = (BAR + GAP) * self.section.barred
        form, filled, widths = self._fitting(options.max_width - bar)
        yield Text(self.section.title, "bold")
        yield self._drawn(filled, widths)
        if form is alone and any(cell.bounds for row in self.section.rows for cell in row.cells):
            needed = _total([each.limits[1] for each in self._filled(below)]) + bar
            yield Text(f"Intervals need {needed} columns.", "dim")

    def _fitting(self, room: int) -> tuple[Form, list[Filled], list[int]]:
        """How cells are written in a width, the columns, and how wide they are: the first way in which they fit."""
        for form, step in WAYS:
            filled = self._filled(form)
            if widths := _widths(filled, room, step):
                return form, filled, widths
        return form, filled, [each.limits[step] for each in filled]

    def _filled(self, form: Form) -> list[Filled]:
        rows = self.section.rows
        return [
            Filled.of(column, form([row.cells[k] for row in rows]), names=k == 0)
            for k, column in enumerate(self.section.columns)
        ]

    def _drawn(self, filled: Sequence[Filled], widths: Sequence[int]) -> Table:
        made = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
        for k, (each, width) in enumerate(zip(filled, widths, strict=True)):
            title = Text(each.column.title, justify="right" if each.column.numeric else "left")
            made.add_column(title, width=width, overflow="fold", style="dim" if k and not each.column.numeric else "")
            if k == 0 and self.section.barred:
                made.add_column(no_wrap=True)
        for k, row in enumerate(self.section.rows):
            cells = [each.drawn(k, width) for each, width in zip(filled, widths, strict=True)]
            bar = [_bar(row)] if self.section.barred else []
            made.add_row(*cells[:1], *bar, *cells[1:], style=WEIGHTS[row.weight])
        return made


def _below_names(section: Section) -> Section:
    """A section whose first column stands above its rows, once for all that have the same; as it is where none have."""
    groups = [(name, list(own)) for name, own in groupby(section.rows, lambda row: row.cells[0].text)]
    if len(groups) == len(section.rows):
        return section
    rows, empty = list[Row](), (Cell(""),) * (len(section.columns) - 2)
    for name, own in groups:
        rows.append(Row((Cell(name), *empty), "strong"))
        rows += [replace(each, cells=(Cell(f"  {each.cells[1].text}"), *each.cells[2:])) for each in own]
    return replace(section, columns=section.columns[1:], rows=tuple(rows))


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _widths(filled: Sequence[Filled], room: int, step: int) -> list[int] | None:
    """The widths of columns that fit, the widest of which are made narrower first; None if none do."""
    widths = [each.most for each in filled]
    if _total(widths) > room:
        widths = [each.easy for each in filled]
    while _total(widths) > room:
        spare = [width if width > each.limits[step] else 0 for each, width in zip(filled, widths, strict=True)]
        if not any(spare):
            return None
        widths[spare.index(max(spare))] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _bar(row: Row) -> Text:
    """Parts as blocks, their ends rounded to whole characters."""
    bar, end = Text(), 0.0
    for block, part in zip(cycle(BLOCKS), row.bar, strict=False):
        drawn, end = round(BAR * end), end + part.share
        bar.append(block * (round(BAR * end) - drawn), ROLES.get(part.role.split()[0], "bright_black"))
    return bar
