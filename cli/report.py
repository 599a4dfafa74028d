"""`goalgap report`: what recorded episodes say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..eval.report import Report
from ..eval.show import html, terminal
from ..eval.table.episodes import Episodes
from ..files import write_whole
from .results import find_episodes


def report(paths: Annotated[tuple[Path, ...], tyro.conf.Positional], out: Path | None = None) -> None:
    """Report on recorded episodes again, without playing any.

    Args:
        paths: files of episodes, or folders that hold some.
        out: a folder for report.json and report.html; the first path's folder, if left out.
    """
    episodes = Episodes.join(find_episodes(paths))
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    write_report(Console(), episodes, out or first)


def write_report(console: Console, episodes: Episodes, folder: Path) -> None:
    """Print the report on one agent's episodes and write it as report.json and report.html."""
    made = Report.of(episodes)
    write_whole(folder / "report.json", (made.model_dump_json(indent=2) + "\n").encode())
    write_whole(folder / "report.html", html.render(made, episodes).encode())
    console.print(terminal.render(made))
    console.print(f"\nreport: {folder / 'report.html'}", soft_wrap=True, highlight=False)
