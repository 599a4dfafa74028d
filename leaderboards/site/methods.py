"""The page of a method: what it comes to over its environments, and in each of them, with its entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...envs import known
from ...eval.show.suite import standings
from ...eval.show.tables import Section, columns
from .suite import Method
from .tables import TOLD, Table, entry_line

NOTE = (
    "Each environment by itself, means over its training seeds. The bar is the score in deployment, and what is "
    "missing to 1 by the gaps that it is lost to."
)


def method_page(method: Method) -> dict[str, Any]:
    """What the template of the page is told."""
    overall = replace(next(standings(method.suite)), title="Over environments")
    return {
        "method": method, "info": method.entries[0].info, "overall": overall,
        "environments": environments(method), "summaries": {name: game.summary for name, game in known().items()},
    }  # fmt: skip


def environments(method: Method) -> Table:
    """A line for each environment, in the order of the suite."""
    lines = tuple(entry_line((entry.board,), entry, report) for entry, report in method.reported)
    heads = (*columns("environment"), *TOLD)
    return Table(Section("environments", "In each environment", NOTE, heads, tuple(line.row for line in lines)), lines)
