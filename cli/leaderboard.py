"""`goalgap leaderboard`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from .. import envs
from ..eval.table.manifest import read_manifest
from ..files import check_file, write_whole
from ..leaderboards import board
from ..leaderboards.entry import ENTRIES, EPISODES, Entry, entry_folders
from .exports import Exports, Files
from .options import Flag, OptionalPath, RefusedError, optional
from .progress import OnWork, progress_shown
from .saying import say, sentence

Entries = Annotated[
    Path,
    tyro.conf.arg(
        help="the folder of entries", help_behavior_hint="(default: the repository's, in a clone of it, else ./entries)"
    ),
]


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
    refused: dict[Path, str] = {}
    with progress_shown(Console(stderr=True)) as update:
        tables = board.boards(good_entries(folders, refused, update, verify=verify))
    console.print(board.render(tables, console.width))
    export.write(console, tables.values())
    if markdown is not None:
        write_whole(markdown, board.markdown(tables).encode())
        say(console, f"page: {markdown}")
    tell_refused(console, entries, len(folders), refused)
    if verify:
        say(console, f"{len(folders)} entries replay as recorded")


def tell_refused(console: Console, entries: Path, of: int, refused: dict[Path, str]) -> None:
    """Say what is wrong with each entry; RefusedError where there is one."""
    for folder, reason in refused.items():
        say(console, f"{folder.relative_to(entries)}: {sentence(ValueError(reason))}")
    if refused:
        raise RefusedError(f"{len(refused)} of {of} entries cannot stand on the board, for the reasons above")


def _check_new(folder: Path, seen: dict[str, Path]) -> None:
    """ValueError where another folder holds the same episodes."""
    content = read_manifest(folder / EPISODES).sha256
    if (other := seen.setdefault(content, folder)) != folder:
        raise ValueError(f"it holds the episodes of {other.parent.name}/{other.name}, which cannot count twice")


def good_entries(
    folders: list[Path], refused: dict[Path, str], update: OnWork, verify: bool = False
) -> Iterator[Entry]:
    """The entries that are right, one by one; what is wrong with each other goes into `refused`.

    `update` is told when the work on each begins, and when that on the last has ended.
    """
    work, seen = "play entries again" if verify else "read entries", dict[str, Path]()
    for k, folder in enumerate(folders):
        update(work, k, len(folders))
        try:
            entry = Entry.read(folder)
            _check_new(folder, seen)
            if verify:
                entry.verify()
        except (ValueError, OSError) as error:
            refused[folder] = str(error)
        else:
            yield entry
    update(work, len(folders), len(folders))
