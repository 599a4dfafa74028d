"""`goalgap enter` and `goalgap leaderboard`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.markup import escape

from ..eval.episodes import Episodes
from ..files import write_whole
from ..leaderboards import board
from ..leaderboards.entry import ENTRIES, Entry, Submission, submissions
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
        entries: the folder of entries.
    """
    parts = [each.where(deterministic=False) for each in find_episodes(paths)]
    sampled = [Episodes(each.world, tuple(r for r in each.runs if not r.deterministic), each.table) for each in parts]
    date = datetime.now(UTC).date().isoformat()
    entry = Entry(name=name, kind=kind, authors=authors, description=description, command=command, url=url, date=date)
    submission = Submission(entry, Episodes.join(each for each in sampled if len(each)))
    submission.verify()
    Console().print(f"entered: {escape(str(submission.write(entries)))}", soft_wrap=True, highlight=False)


def leaderboard(entries: Path = ENTRIES, verify: bool = False, markdown: Path | None = None) -> None:
    """Rank all entries, from their raw episodes.

    Args:
        entries: the folder of entries.
        verify: play every recorded episode again first.
        markdown: a file for the board as a page.
    """
    submitted = submissions(entries)
    if verify:
        _verify(submitted)
    tables = board.boards(submitted)
    Console().print(board.render(tables))
    if markdown is not None:
        write_whole(markdown, board.markdown(tables).encode())


def _verify(submitted: list[Submission]) -> None:
    """Play all entries again and say that they are right; RefusedError after a line for each that is not."""
    console, failed = Console(), 0
    for each in submitted:
        try:
            each.verify()
        except ValueError as error:
            failed += 1
            console.print(f"{each.folder}: {error}", soft_wrap=True, highlight=False, markup=False)
    if failed:
        raise RefusedError(f"{failed} of {len(submitted)} entries do not replay as recorded")
    console.print(f"{len(submitted)} entries replay as recorded", highlight=False)
