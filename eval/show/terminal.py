"""A report in the terminal: the verdict, and every section as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from ..comparison import Comparison
from ..report import Report
from .comparison import compared
from .fitted import FittedTable
from .sections import sections
from .tables import Section

table = FittedTable.of  # of a section, with its title
VERDICTS = {"intended": "green", "proxy": "red", "rewarded": "red", "nameless": "yellow", "divided": "yellow"}


def render(report: Report) -> RenderableType:
    """The report for `rich.console.Console.print`, which also does without colour and on a plain pipe."""
    parts: list[RenderableType] = [_title(report), _verdict(report), *map(table, sections(report))]
    return Group(*_apart(parts), *_notes(report.notes))


def render_comparison(comparison: Comparison) -> RenderableType:
    """A comparison, as `render` does it for one report."""
    game, levels = comparison.game, ", ".join(f"{count} {split}" for split, count in comparison.levels.items())
    title = Text.assemble(
        (" / ".join(comparison.agents), "bold"), f"  {game.environment}-v{game.version}  {levels} levels"
    )
    return Group(*_apart([title, *map(table, compared(comparison))]), *_notes(comparison.notes))


def tables(sections: Iterable[Section]) -> RenderableType:
    """Sections alone, with their notes."""
    return Group(*_apart(Group(table(each), Text(each.note, "dim")) for each in sections))


def _apart(parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """Parts with an empty line between them."""
    for k, part in enumerate(parts):
        if k:
            yield Text()
        yield part


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
