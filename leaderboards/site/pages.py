"""The files of the site, each a path below its folder and a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment

from ...eval.measures.definitions import GAPS
from ...eval.report import Report
from ...eval.show import html, player
from ...eval.show.exports import as_csv, as_json
from ...eval.show.sections import sections, seeds
from ...eval.show.tables import Section
from ...eval.table.episodes import Episodes
from ...eval.table.selection import dealt
from ...provenance import repository
from ...terms import Split
from ..board import Reported, markdown, tables, titled
from ..claims import algorithm
from ..entry import Entry
from ..words import slug
from .methods import method_page
from .rounds import RoundTable
from .suite import Method, methods, suite_table
from .tables import FACTS, board_table, place

TEMPLATES = Path(__file__).parent / "templates"
FILMED: dict[Split, int] = {"train": 3, "deploy": 6}  # episodes that can be stepped through


def board_files(entered: Mapping[str, list[Reported]], rounds: Iterable[RoundTable] = ()) -> Iterator[tuple[str, str]]:
    """The first page, that of each method, the table of each board as CSV and JSON, and all of them as Markdown.

    Args:
        entered: the entries on each board, as `board.ordered` gives them.
        rounds: the tables of rounds, if there are any.
    """
    held_out = list(rounds)
    boards, found = [board_table(name, listed) for name, listed in entered.items()], methods(entered)
    suite = suite_table(found)
    for section in (each.section for each in (suite, *boards)):
        yield from _exported(f"tables/{section.key}", section)
    for method in found:
        yield from method_files(method)
    for told in held_out:
        yield from _exported(f"tables/{told.section.key}", told.section)
    yield "board.md", markdown(tables(dict(entered)))
    lines = [line for table in boards for line in table.lines]
    facts = {name: sorted({line.facts[name] for line in lines} - {""}) for name in FACTS}
    page = {
        "suite": suite,
        "boards": boards,
        "facts": facts,
        "entries": len(lines),
        "meanings": GAPS,
        "rounds": held_out,
    }
    yield "index.html", _pages().get_template("index.html.jinja").render(page, repository=repository())


def entry_files(entry: Entry, report: Report) -> Iterator[tuple[str, str]]:
    """The page of an entry, its tables as CSV and JSON, and episodes to step through."""
    folder, name = place(entry), titled(entry, report)
    told = {"entry": entry, "name": name, "algorithm": algorithm(report.runs[0]), "filmed": sum(FILMED.values())}
    page = html.told(report, entry.episodes) | told
    yield f"{folder}/index.html", _pages().get_template("entry.html.jinja").render(page)
    yield f"{folder}/seeds.csv", as_csv([seeds(report)])
    yield f"{folder}/tables.json", as_json(sections(report))
    filmed = Episodes.join(dealt(entry.episodes.where(split=split), count) for split, count in FILMED.items())
    yield f"{folder}/episodes.html", _pages().get_template("episodes.html.jinja").render(player.told(filmed) | told)


def method_files(method: Method) -> Iterator[tuple[str, str]]:
    """The page of a method, and its tables as CSV and JSON."""
    page = method_page(method) | {"meanings": GAPS}
    environments = page["environments"].section
    yield f"{method.place}/index.html", _pages().get_template("method.html.jinja").render(page)
    yield f"{method.place}/environments.csv", as_csv([environments])
    yield f"{method.place}/tables.json", as_json([page["overall"], environments])


def _exported(path: str, section: Section) -> Iterator[tuple[str, str]]:
    yield f"{path}.csv", as_csv([section])
    yield f"{path}.json", as_json([section])


@cache
def _pages() -> Environment:
    pages = html.pages(TEMPLATES)
    pages.filters["slug"] = slug
    return pages
