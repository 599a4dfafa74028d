"""A folder of results: the episodes that an agent played, and what they say.

    FOLDER/sampled-1000.parquet, .json   the episodes of a mode, 1,000 levels of each split, and their manifest
          /report.json, report.html      the report on them

Such a folder is of one agent, so that its report can be made again from all the episodes it holds.
"""

from __future__ import annotations

from pathlib import Path

from ..files import write_whole
from .report import Report, by_mode
from .show import html
from .table.episodes import Episodes
from .table.manifest import EpisodesError, read_manifest
from .table.runs import Run

REPORT = "report"


def save(report: Report, episodes: Episodes, folder: Path) -> None:
    """Write episodes and the report on them.

    Raises:
        EpisodesError: the folder holds episodes of another agent.
        StorageError: it cannot be written.
    """
    check_free(folder, episodes.game.environment, episodes.runs)
    for mode, part in by_mode(episodes).items():
        levels = max(report.modes[mode].levels.values())
        runs = tuple(run for run in part.runs if run.deterministic == part.column("deterministic")[0])
        Episodes(part.game, runs, part.table).write(folder / f"{mode}-{levels}.parquet")
    save_report(report, episodes, folder)


def save_report(report: Report, episodes: Episodes, folder: Path, name: str = REPORT) -> Path:
    """Write the report as NAME.json and as the page NAME.html, whose path is returned."""
    page = folder / f"{name}.html"
    write_whole(folder / f"{name}.json", (report.model_dump_json(indent=2) + "\n").encode())
    html.write(page, report, episodes)
    return page


def check_free(folder: Path, environment: str, runs: tuple[Run, ...]) -> None:
    """EpisodesError where a folder holds episodes of another agent than that of these runs."""
    kind = {(environment, run.agent, run.reward, run.alpha) for run in runs}
    for path in sorted(folder.glob("*.parquet")):
        try:
            held = read_manifest(path)
        except EpisodesError:
            continue
        other = {(held.game.environment, run.agent, run.reward, run.alpha) for run in held.runs} - kind
        for game, agent, reward, alpha in sorted(other):
            raise EpisodesError(
                f"{path} is of {agent} in {game} (reward {reward}, alpha {alpha:g}): choose a folder for each agent"
            )
