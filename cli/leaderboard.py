"""`goalgap enter` and `goalgap leaderboard`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from .. import envs
from ..eval.table.episodes import Episodes
from ..files import check_file, write_whole
from ..leaderboards import board
from ..leaderboards.entry import ENTRIES, Entry, EntryInfo, entry_folders
from .exports import Exports, Files
from .options import Flag, OptionalPath, RefusedError, optional
from .progress import OnWork, progress_shown
from .report import Paths
from .results import find_episodes
from .saying import say

Entries = Annotated[
    Path,
    tyro.conf.arg(
        help="the folder of entries", help_behavior_hint="(default: the repository's, in a clone of it, else ./entries)"
    ),
]


def enter(
    paths: Paths,
    name: str,
    authors: str,
    description: str,
    command: str,
    kind: Literal["trained", "reference"] = "trained",
    url: Annotated[str, optional("URL")] = "",
    entries: Entries = ENTRIES,
) -> None:
    """Make a leaderboard entry from the episodes of a run.

    Args:
        paths: the run's folder, or files of episodes.
        name: of the entry, as the board shows it.
        authors: who made the agent.
        description: what it is, in a sentence.
        command: what anyone can run to make these episodes again.
        kind: trained, or a reference policy.
        url: where to read more.
    """
    date = datetime.now(UTC).date().isoformat()
    info = EntryInfo(
        name=name, kind=kind, authors=authors, description=description, command=command, url=url, date=date
    )
    entry = Entry(info, Episodes.join(_sampled(find_episodes(paths))))
    entry.verify()
    say(Console(), f"entered: {entry.write(entries)}")


def _sampled(parts: Iterable[Episodes]) -> Iterator[Episodes]:
    """The episodes with sampled actions, and the runs that played them."""
    for part in parts:
        if len(sampled := part.where(deterministic=False)):
            runs = tuple(run for run in sampled.runs if not run.deterministic)
            yield Episodes(sampled.game, runs, sampled.table)


def leaderboard(
    environment: Annotated[str | None, tyro.conf.Positional, optional("[ENV]")] = None,
    entries: Entries = ENTRIES,
    verify: Flag = False,
    markdown: OptionalPath = None,
    export: Files = Exports(),  # noqa: B008
) -> None:
    """Rank all entries, from their raw episodes.

    Args:
        environment: name or id; all environments, if left out.
        verify: play every recorded episode again first.
        markdown: a file for the board as a page.
    """
    if markdown is not None:
        check_file(markdown)
    console, folders = Console(), entry_folders(entries, envs.find(environment)[0].name if environment else "*")
    with progress_shown(Console(stderr=True)) as update:
        if verify:
            _verify(_read(folders, update, "play entries again"))
        tables = board.boards(_read(folders, update, "read entries"))
    console.print(board.render(tables, console.width))
    export.write(console, tables.values())
    if markdown is not None:
        write_whole(markdown, board.markdown(tables).encode())
        say(console, f"page: {markdown}")


def _read(folders: list[Path], update: OnWork, name: str) -> Iterator[Entry]:
    """Entries one by one; `update` is told when the work on each begins, and when that on the last has ended."""
    for k, folder in enumerate(folders):
        update(name, k, len(folders))
        yield Entry.read(folder)
    update(name, len(folders), len(folders))


def _verify(entered: Iterable[Entry]) -> None:
    """Play all entries again and say that they are right; RefusedError after a line for each that is not."""
    console, number, failed = Console(), 0, 0
    for number, entry in enumerate(entered, 1):  # noqa: B007 (how many there were)
        try:
            entry.verify()
        except ValueError as error:
            failed += 1
            say(console, f"{entry.folder}: {error}")
    if failed:
        raise RefusedError(f"{failed} of {number} entries do not replay as recorded")
    say(console, f"{number} entries replay as recorded")
