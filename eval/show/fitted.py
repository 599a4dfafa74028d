"""A section's table in a terminal, in as few lines as its width allows, in which no number and no name breaks.

Where a row is too long for a line, titles and texts are wrapped between words; where that does not do, intervals stand
below their numbers; and where that does not do either, they are left out, which is said below the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

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
    return [f"{cell.text}\n{cell.bounds}".strip() for cell in cells]


def alone(cells: Sequence[Cell]) -> list[str]:
    """Numbers without their bounds."""
    return [cell.text for cell in cells]


@dataclass(frozen=True)
class Filled:
    """A column with what its cells say, and how wide it may be: a number, and what a row is named by, keep one line."""

    column: Column
    texts: list[str]
    least: int
    most: int

    @classmethod
    def of(cls, column: Column, texts: list[str], whole: bool) -> Filled:
        widest = max((cell_len(line) for text in texts for line in text.splitlines()), default=0)
        most = max(widest, *map(cell_len, column.title.splitlines() or [""]))
        words = (*column.title.split(), *(word for text in texts for word in text.split()))
        longest = max(map(cell_len, words), default=0)
        return cls(column, texts, max(longest, widest if whole else min(most, PROSE)), most)

    def drawn(self, row: int, width: int) -> Text:
        lines = self.texts[row].split("\n") if self.column.numeric else [self.texts[row]]
        return Text("\n".join(line.rjust(width) if self.column.numeric else line for line in lines))


@dataclass(frozen=True)
class FittedTable:
    """A section's title and table for `rich.console.Console.print`; beside the first column stand bars, if any."""

    section: Section

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bar = (BAR + GAP) * self.section.barred
        form, widths = next(self._fitting(options.max_width - bar))
        yield Text(self.section.title, "bold")
        yield self._drawn(self._filled(form), widths)
        if form is alone and any(cell.bounds for row in self.section.rows for cell in row.cells):
            needed = _total([each.least for each in self._filled(below)]) + bar
            yield Text(f"Intervals need {needed} columns.", "dim")

    def _fitting(self, room: int) -> Iterator[tuple[Form, list[int]]]:
        """How the cells may be written in a width, and how wide the columns then are, the best first."""
        for form in (beside, below, alone):
            if widths := _widths(self._filled(form), room):
                yield form, widths
        filled = [each if each.column.numeric else replace(each, least=1) for each in self._filled(alone)]
        yield alone, _widths(filled, room) or [each.least for each in filled]

    def _filled(self, form: Form) -> list[Filled]:
        heads, rows = self.section.columns, self.section.rows
        return [
            Filled.of(column, form([row.cells[k] for row in rows]), whole=column.numeric or k == 0)
            for k, column in enumerate(heads)
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


def _widths(filled: Sequence[Filled], room: int) -> list[int] | None:
    """The widths of columns that fit: titles of numbers are wrapped first, then the widest texts; None if none do."""
    widths = [each.most for each in filled]
    if _total(widths) > room:
        widths = [each.least if each.column.numeric else each.most for each in filled]
    while _total(widths) > room:
        k = max(range(len(filled)), key=lambda k: widths[k] if widths[k] > filled[k].least else 0)
        if widths[k] <= filled[k].least:
            return None
        widths[k] -= 1
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
