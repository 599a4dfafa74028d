"""Sections as Markdown: a note and a table. What cells say is text: nothing in it is Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .tables import Row, Section

MARKS = {"": "", "strong": "**", "faint": "*"}
MEANING = re.compile(r"[\\`*_<>|&~$]|\](?=[(\[:])")  # what means something to Markdown or HTML


def render(section: Section) -> str:
    """The note, where there is one, and the table."""
    return "\n\n".join(part for part in (section.note, table(section)) if part)


def table(section: Section) -> str:
    """The table; the first cell that is no number is marked where a row has weight."""
    head = [escaped(column.title) for column in section.columns]
    rules = ["---:" if column.numeric else "---" for column in section.columns]
    named = next((k for k, column in enumerate(section.columns) if not column.numeric), 0)
    return "\n".join(map(_line, [head, rules, *(_cells(row, named) for row in section.rows)]))


def plain(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """A table of anything that has a text."""
    head = list(head)
    return "\n".join(map(_line, [head, ["---"] * len(head), *rows]))


def _cells(row: Row, named: int) -> list[str]:
    mark = MARKS[row.weight]
    texts = [escaped(str(cell)) for cell in row.cells]
    texts[named] = f"{mark}{texts[named]}{mark}"
    return texts


def escaped(text: str) -> str:
    """A text that Markdown shows as it stands, in one line."""
    return MEANING.sub(r"\\\g<0>", " ".join(text.splitlines()))


def _line(cells: Iterable[Any]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
