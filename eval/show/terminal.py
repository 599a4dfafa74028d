"""A report in the terminal: the verdict, and every section as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import Literal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..comparison import Comparison
from ..report import Report
from .comparison import compared
from .sections import sections
from .tables import Column, Row, Section

VERDICTS = {"intended": "green", "proxy": "red", "rewarded": "red", "nameless": "yellow", "divided": "yellow"}
ROLES = {"intended": "green", "proxy": "red", "misspecified": "magenta", "goal-gap": "red", "outer-gap": "magenta"}
WEIGHTS = {"": "", "strong": "bold", "faint": "dim"}
BAR = 12  # characters
BLOCKS = "█▓▒░"  # of the parts of a bar in turn, so that they differ without colour too


def render(report: Report) -> RenderableType:
    """The report for `rich.console.Console.print`, which also does without colour and on a plain pipe."""
    parts: list[RenderableType] = [_title(report), Padding(_verdict(report), (1, 0, 0, 0))]
    parts += [Padding(table(section), (1, 0, 0, 0)) for section in sections(report)]
    return Group(*parts, *_notes(report.notes))


def render_comparison(comparison: Comparison) -> RenderableType:
    """A comparison, as `render` does it for one report."""
    game, levels = comparison.game, ", ".join(f"{count} {split}" for split, count in comparison.levels.items())
    parts: list[RenderableType] = [
        Text.assemble((" / ".join(comparison.agents), "bold"), f"  {game.environment}-v{game.version}  {levels} levels")
    ]
    parts += [Padding(table(section), (1, 0, 0, 0)) for section in compared(comparison)]
    return Group(*parts, *_notes(comparison.notes))


def tables(sections: Iterable[Section]) -> RenderableType:
    """Sections alone, with their notes."""
    return Group(
        *(Group(Padding(table(section), (0, 0, 0, 0)), Text(section.note, "dim"), Text()) for section in sections)
    )


def _notes(notes: Sequence[str]) -> list[Text]:
    return [Text(), *(Text(note, style="yellow") for note in notes)] if notes else []


def _title(report: Report) -> Text:
    arguments = " ".join(f"{name}={value}" for name, value in report.game.arguments.items())
    seeds = len(report.main.training_seeds)
    told = f"{report.game.environment}-v{report.game.version}  {arguments}  reward={report.reward}"
    return Text.assemble(
        (report.agent, "bold"), f"  {told} alpha={report.alpha:g}  {seeds} training seed{'s' * (seeds != 1)}"
    )


def _verdict(report: Report) -> Text:
    style = f"bold {VERDICTS.get(report.verdict.kind, '')}".strip()
    return Text("\n").join([Text(report.verdict.headline, style), *map(Text, report.verdict.details)])


def table(section: Section) -> Table:
    """A section's title and table, with a bar beside the first column where its rows have one."""
    title = Text(section.title, "bold")
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for k, column in enumerate(section.columns):
        _add_column(made, column, is_label=k == 0)
        if k == 0 and section.barred:
            made.add_column(no_wrap=True)
    for row in section.rows:
        cells = [Text(str(cell)) for cell in row.cells]
        made.add_row(*cells[:1], *([_bar(row)] if section.barred else []), *cells[1:], style=WEIGHTS[row.weight])
    return made


def _add_column(made: Table, column: Column, is_label: bool) -> None:
    """Labels keep to one line; all else may wrap where the terminal is narrow, the widest column first."""
    prose = not column.numeric and not is_label
    justify: Literal["left", "right"] = "right" if column.numeric else "left"
    style = "dim" if prose else ""
    made.add_column(Text(column.title), justify=justify, no_wrap=is_label, overflow="fold", style=style)


def _bar(row: Row) -> Text:
    """Parts as blocks, their ends rounded to whole characters."""
    bar, end = Text(), 0.0
    for block, part in zip(cycle(BLOCKS), row.bar, strict=False):
        drawn, end = round(BAR * end), end + part.share
        bar.append(block * (round(BAR * end) - drawn), ROLES.get(part.role.split()[0], "bright_black"))
    return bar
