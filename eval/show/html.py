"""A report as one HTML file: no script, no network, light and dark, readable on a phone.

Charts are inline SVG placed in per cent of their width, so they need neither a script nor a
fixed size. The page itself is `templates/report.html.jinja`, which draws any section by one macro.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import escape

from ...envs import known
from ...files import write_whole
from ..comparison import Comparison
from ..measures.wording import bounds, interval, number
from ..report import Report
from ..table.episodes import Episodes
from .charts import Axis
from .comparison import DRAWN, compared, forest
from .curves import panels
from .glossary import glossary
from .pictures import Picture, pictures
from .sections import brief, every_measure, sections
from .templating import templates


def render(report: Report, episodes: Episodes | None = None, count: int = 6) -> str:
    """The page; with `episodes`, `count` deployment episodes are drawn on it."""
    return pages().get_template("report.html.jinja").render(told(report, episodes, count))


def told(report: Report, episodes: Episodes | None = None, count: int = 6) -> dict[str, Any]:
    """What the template of a report is told."""
    drawn, undrawn = _pictures(report, episodes, count)
    listed, game = list(sections(report)), known().get(report.game.environment)
    return {
        "report": report, "game": report.game, "mode": report.main, "brief": brief(report, report.main),
        "question": game.summary if game else "", "sections": listed, "pictures": drawn, "undrawn": undrawn,
        "axis": Axis.over(section.chart for section in listed if section.chart),
        "details": [every_measure(name, mode) for name, mode in report.modes.items()], "glossary": glossary(),
    }  # fmt: skip


def render_comparison(comparison: Comparison) -> str:
    """The page on agents side by side."""
    drawn, game = forest(comparison), known().get(comparison.game.environment)
    return pages().get_template("comparison.html.jinja").render(
        comparison=comparison, game=comparison.game, question=game.summary if game else "", figure_note=DRAWN,
        forest=drawn, axis=Axis.around_zero([drawn]), sections=list(compared(comparison)), glossary=glossary(),
    )  # fmt: skip


def pages(*further: Path) -> Environment:
    """What loads the templates of pages, and others in further folders."""
    environment = templates(*further)
    environment.filters |= {"number": number, "interval": interval, "bounds": bounds, "panels": panels}
    return environment


def write(path: str | Path, report: Report, episodes: Episodes | None = None) -> None:
    """Write the page to `path` in one move; OSError when it cannot be written."""
    write_whole(Path(path), render(report, episodes).encode())


def framed(page: str) -> str:
    """A page within another one, in a frame so that neither's styles reach the other; scripts do not run in it."""
    return (
        f'<iframe srcdoc="{escape(page)}" sandbox="" title="GoalGap report" '
        'style="width: 100%; height: 42rem; border: 0; resize: vertical"></iframe>'
    )


def _pictures(report: Report, episodes: Episodes | None, count: int) -> tuple[list[Picture], str]:
    """Pictures, or why there are none."""
    if episodes is None or "deploy" not in report.main.levels:
        return [], ""
    try:
        return pictures(episodes, count), ""
    except ValueError as error:
        return [], f"No episodes are drawn: {error}."
