"""`goalgap suite`: what one way of training comes to over many environments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.suite import standings
from ..eval.suite import Suite
from ..leaderboards.folders import ENTRIES
from .compare import found_episodes
from .exports import TableFiles, Tables
from .progress import progress_shown
from .saying import output

Results = Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="RESULTS [RESULTS ...]")]


def suite(
    name: str,
    results: Results = (),
    export: TableFiles = Tables(),  # noqa: B008
    entries: Path = ENTRIES,
) -> None:
    """What one way of training comes to over many environments, from recorded episodes.

    Args:
        name: of the way of training.
        results: of each environment one: a run's folder, or a leaderboard entry such as CheeseCorner/ppo; with as many
            training seeds in each.
        entries: the folder of leaderboard entries.
    """
    if not results:
        raise ValueError("name results of an environment or more: folders of runs, or entries such as CheeseCorner/ppo")
    export.check()
    console, reports = output(), []
    with progress_shown(output(stderr=True)) as update:
        for k, word in enumerate(results):
            update("read results", k, len(results))
            reports.append(Report.of(found_episodes(word, entries)[1]))
        update("read results", len(results), len(results))
    sections = list(standings(Suite.of(name, reports)))
    console.print(terminal.tables(sections))
    export.write(console, sections)
