"""`goalgap enter` and `goalgap leaderboard`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.markup import escape

from ..eval.table.episodes import Episodes
from ..files import write_whole
from ..leaderboards import board
from ..leaderboards.entry import ENTRIES, Entry, EntryInfo, read_entries
from .exports import Exports, Files
from .options import RefusedError
from .results import find_episodes


def enter(
    paths: Annotated[tuple[Path, ...], tyro.conf.Positional],
    name: str,
    authors: str,
    description: str,
    command: str,
    kind: Literal["trained", "reference"] = "trained",
    url: str = "",
    entries: Path = ENTRIES,
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
        entries: the folder of entries: the repository's, in a clone of it, else `entries` here.
    """
    date = datetime.now(UTC).date().isoformat()
    info = EntryInfo(
        name=name, kind=kind, authors=authors, description=description, command=command, url=url, date=date
    )
    entry = Entry(info, Episodes.join(_sampled(find_episodes(paths))))
    entry.verify()
    Console().print(f"entered: {escape(str(entry.write(entries)))}", soft_wrap=True, highlight=False)


def _sampled(parts: Iterable[Episodes]) -> Iterator[Episodes]:
    """The episodes with sampled actions, and the runs that played them."""
    for part in parts:
        if len(sampled := part.where(deterministic=False)):
            runs = tuple(run for run in sampled.runs if not run.deterministic)
            yield Episodes(sampled.game, runs, sampled.table)


def leaderboard(
    entries: Path = ENTRIES,
    verify: bool = False,
    markdown: Path | None = None,
    export: Files = Exports(),  # noqa: B008
) -> None:
    """Rank all entries, from their raw episodes.

    Args:
        entries: the folder of entries: the repository's, in a clone of it, else `entries` here.
        verify: play every recorded episode again first.
        markdown: a file for the board as a page.
    """
    entered = read_entries(entries)
    if verify:
        _verify(entered)
    tables = board.boards(entered)
    Console().print(board.render(tables))
    export.write(Console(), tables.values())
    if markdown is not None:
        write_whole(markdown, board.markdown(tables).encode())


def _verify(entered: list[Entry]) -> None:
    """Play all entries again and say that they are right; RefusedError after a line for each that is not."""
    console, failed = Console(), 0
    for entry in entered:
        try:
            entry.verify()
        except ValueError as error:
            failed += 1
            console.print(f"{entry.folder}: {error}", soft_wrap=True, highlight=False, markup=False)
    if failed:
        raise RefusedError(f"{failed} of {len(entered)} entries do not replay as recorded")
    console.print(f"{len(entered)} entries replay as recorded", highlight=False)
