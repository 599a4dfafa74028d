"""`goalgap report`: what recorded episodes say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..eval.report import Report
from ..eval.saving import REPORT, save_report
from ..eval.show import terminal
from ..eval.show.sections import every_measure, sections
from ..eval.table.episodes import Episodes
from ..files import exists
from .exports import Exports, Files
from .options import OptionalPath
from .results import find_episodes
from .saying import output, say

Paths = Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PATH [PATH ...]")]


def report(paths: Paths = (), out: OptionalPath = None, export: Files = Exports()) -> None:  # noqa: B008
    """Report on recorded episodes again, without playing any.

    Args:
        paths: files of episodes, folders that hold some, or names of agents that `goalgap zoo` lists. Of several
            evaluations of one agent the one with the most levels counts.
        out: a folder for report.json and report.html. Left out, those of a folder go there and those of a file FILE
            beside it, as FILE-report.html; on several paths the report is printed only.
    """
    export.check()
    episodes = Episodes.join(find_episodes(paths))
    made, place = Report.of(episodes), _place(paths, out)
    show_report(output(), made, place and save_report(made, episodes, *place))
    long = [every_measure(name, mode) for name, mode in made.modes.items()]
    export.write(output(), sections(made), long)


def _place(paths: tuple[Path, ...], out: Path | None) -> tuple[Path, str] | None:
    """The folder of the report and its name there: a report takes the place of none on other episodes."""
    if out is not None:
        return out, REPORT
    if len(paths) > 1 or not exists(paths[0]):
        return None
    return (paths[0], REPORT) if paths[0].is_dir() else (paths[0].parent, f"{paths[0].stem}-{REPORT}")


def show_report(console: Console, made: Report, page: Path | None) -> None:
    """Print a report, and where its page lies if there is one."""
    console.print(terminal.render(made))
    if page is not None:
        console.print()
        say(console, f"report: {page}")
