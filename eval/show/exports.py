"""Sections as files for other programs: CSV, LaTeX and JSON.

What a cell rounds is written whole, and what is missing is empty. In CSV a column of estimates has further columns
for the interval and for the range of the seeds, and several sections stand below each other, as far as they have the
same columns side by side.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..measures.estimates import Estimate
from ..measures.wording import DASH, MINUS
from .tables import Cell, Row, Section

SPACE = "\N{NO-BREAK SPACE}"
BOUNDS = ("95 % low", "95 % high", "seeds min", "seeds max")
MARKS = {"": "{}", "strong": r"\textbf{{{}}}", "faint": r"\emph{{{}}}"}
LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''", "[": "{[}", "]": "{]}", "*": "{*}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    SPACE: "~", MINUS: "$-$", DASH: "--", "≥": r"$\geq$", "†": r"\textdagger{}", "“": "``", "”": "''",
}  # fmt: skip


def as_csv(sections: Iterable[Section]) -> str:
    """The rows of all sections under one head; the first column names the section where there are several."""
    listed = list(sections)
    rows = [{"table": section.title, **_flat(section, row)} for section in listed for row in section.rows]
    known = dict.fromkeys(head for row in rows for head in row if head != "table" or len(listed) > 1)
    heads = [head for head in known if any(row.get(head) for row in rows)]
    made = io.StringIO()
    writer = csv.DictWriter(made, heads, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


def _flat(section: Section, row: Row) -> dict[str, str]:
    """A row by its heads, those of bounds included."""
    cells = {}
    for column, cell in zip(section.columns, row.cells, strict=True):
        cells[column.title] = _plain(cell)
        if isinstance(cell.exact, Estimate):
            ends = (cell.exact.low, cell.exact.high, *(cell.exact.seed_range or (None, None)))
            cells |= {f"{column.title} {name}": _digits(end) for name, end in zip(BOUNDS, ends, strict=True)}
    return cells


def _plain(cell: Cell) -> str:
    if cell.exact is not None:
        return _digits(cell.exact.mean if isinstance(cell.exact, Estimate) else cell.exact)
    return "" if cell.text == DASH else cell.text.replace(MINUS, "-").replace(SPACE, " ")


def _digits(number: float | None) -> str:
    return "" if number is None else f"{number:.6g}"


def as_json(sections: Iterable[Section]) -> str:
    """A list of sections: key, title, note, and rows by column; an estimate is an object of value and bounds."""
    listed = [
        {"key": section.key, "title": section.title, "note": section.note, "rows": list(map(dict, _valued(section)))}
        for section in sections
    ]
    return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"


def _valued(section: Section) -> Iterator[Iterator[tuple[str, Any]]]:
    for row in section.rows:
        paired = zip(section.columns, row.cells, strict=True)
        yield ((column.title, _value(cell)) for column, cell in paired if cell.text)


def _value(cell: Cell) -> Any:
    if isinstance(cell.exact, Estimate):
        known = cell.exact
        return {"value": known.mean, "low": known.low, "high": known.high, "seeds": known.seeds}
    return cell.exact if cell.exact is not None else _plain(cell) or None


def as_latex(sections: Iterable[Section]) -> str:
    """A `tabular` for each section, to be put into a `table` of one's own; it needs the package booktabs."""
    return "\n".join(["% needs \\usepackage{booktabs}", *map(_tabular, sections)]) + "\n"


def _tabular(section: Section) -> str:
    aligned = "".join("r" if column.numeric else "l" for column in section.columns)
    named = next((k for k, column in enumerate(section.columns) if not column.numeric), 0)
    lines = [f"% {' '.join(escaped(part).split()) or '-'}" for part in (section.title, section.note) if part]
    lines += [rf"\begin{{tabular}}{{@{{}}{aligned}@{{}}}}", r"\toprule"]
    lines += [_line(escaped(column.title) for column in section.columns), r"\midrule"]
    lines += [_line(_cells(row, named)) for row in section.rows]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def _cells(row: Row, named: int) -> Sequence[str]:
    texts = [escaped(str(cell)) for cell in row.cells]
    texts[named] = MARKS[row.weight].format(texts[named])
    return texts


def _line(cells: Iterable[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def escaped(text: str) -> str:
    """A text that LaTeX prints as it stands: what means something to LaTeX is escaped, line breaks become spaces."""
    flat = re.sub(r"[^\S\N{NO-BREAK SPACE}]+", " ", text)
    return "".join(LATEX.get(letter, letter) for letter in flat if letter.isprintable() or letter == SPACE)
