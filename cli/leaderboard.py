"""`goalgap leaderboard`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from .. import envs
from ..eval.table.manifest import read_manifest
from ..files import check_file, write_whole
from ..leaderboards import board
from ..leaderboards.agents import check_agents
from ..leaderboards.entry import EPISODES, Entry
from ..leaderboards.folders import ENTRIES, entry_folders
from .exports import Exports, Files
from .options import Flag, OptionalPath, RefusedError, optional
from .progress import OnWork, progress_shown
from .saying import output, say, sentence

Entries = Annotated[
    Path,
    tyro.conf.arg(
        help="the folder of entries", help_behavior_hint="(default: the repository's, in a clone of it, else ./entries)"
    ),
]

CHECKS: tuple[Callable[[Entry], object], ...] = (Entry.verify, check_agents)  # of what was played, and of who played


def leaderboard(
    environment: Annotated[str | None, tyro.conf.Positional, optional("[ENV]")] = None,
    entries: Entries = ENTRIES,
    verify: Flag = False,
    agents: Flag = False,
    markdown: OptionalPath = None,
    export: Files = Exports(),  # noqa: B008
) -> None:
    """Rank all entries, from their raw episodes.

    Args:
        environment: name or id; all environments, if left out.
        verify: play every recorded episode again first.
        agents: with --verify, let those agents play again too that entries have bundles of, confined; this takes long.
        markdown: a file for the board as a page.
    """
    if markdown is not None:
        check_file(markdown)
    if agents and not verify:
        raise ValueError("--agents is of --verify: add it, and recorded episodes are played again, and then by agents")
    export.check()
    console, folders = output(), entry_folders(entries, envs.find(environment)[0].name if environment else "*")
    refused: dict[Path, str] = {}
    with progress_shown(output(stderr=True)) as update:
        good = list(good_entries(folders, refused, update, checks=CHECKS[: verify + agents]))
        tables = board.boards(good)
    console.print(board.render(tables, console.width))
    export.write(console, tables.values())
    if markdown is not None:
        write_whole(markdown, board.markdown(tables).encode())
        say(console, f"page: {markdown}")
    tell_refused(console, entries, len(folders), refused)
    if verify:
        played = sum(len(entry.bundles) for entry in good)
        say(console, f"{len(folders)} entries replay as recorded" + f", {played} of their agents too" * agents)


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
    folders: list[Path], refused: dict[Path, str], update: OnWork, checks: Sequence[Callable[[Entry], object]] = ()
) -> Iterator[Entry]:
    """The entries that are right, also by some checks, one by one; what is wrong with each other goes into `refused`.

    `update` is told when the work on each begins, and when that on the last has ended.
    """
    work, seen = "play entries again" if checks else "read entries", dict[str, Path]()
    for k, folder in enumerate(folders):
        update(work, k, len(folders))
        try:
            entry = Entry.read(folder)
            _check_new(folder, seen)
            for check in checks:
                check(entry)
        except (ValueError, OSError) as error:
            refused[folder] = str(error)
        else:
            yield entry
    update(work, len(folders), len(folders))
