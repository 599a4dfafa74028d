"""`goalgap enter` and `goalgap leaderboard`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from .. import envs
from ..eval.table.episodes import Episodes
from ..eval.table.manifest import read_manifest
from ..files import check_file, write_whole
from ..leaderboards import board
from ..leaderboards.agents import check_agents, judged
from ..leaderboards.bundles import Bundled, read_bundles
from ..leaderboards.entry import ENTRIES, EPISODES, Entry, EntryInfo, entry_folders
from ..leaderboards.status import record_replay
from .exports import Exports, Files
from .options import Flag, OptionalPath, RefusedError, optional
from .progress import OnWork, progress_shown
from .report import Paths
from .results import find_episodes
from .saying import say, sentence

Entries = Annotated[
    Path,
    tyro.conf.arg(
        help="the folder of entries", help_behavior_hint="(default: the repository's, in a clone of it, else ./entries)"
    ),
]


UNNAMED = ", without a rank: its runs do not say by what algorithm and with which weights they were played"


def enter(
    paths: Paths,
    name: str,
    authors: str,
    description: str,
    command: str,
    kind: Literal["trained", "reference"] = "trained",
    url: Annotated[str, optional("URL")] = "",
    bundle: Annotated[tuple[Path, ...], optional("[FOLDER ...]")] = (),
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
        bundle: of the agents, as `goalgap pack` wrote them, so that anyone can play them again; those that
            `goalgap submit` kept beside its results are found.
    """
    date = datetime.now(UTC).date().isoformat()
    info = EntryInfo(
        name=name, kind=kind, authors=authors, description=description, command=command, url=url, date=date
    )
    bundles = (*map(Bundled.read, bundle), *(each for path in paths for each in read_bundles(path)))
    entry = Entry(info, Episodes.join(_chosen(find_episodes(paths))), bundles=bundles)
    entry.verify()
    played = check_agents(entry)
    place = entry.write(entries)
    if entry.identified:
        record_replay(place, *judged(entry, played))
    say(Console(), f"entered: {place}" + (UNNAMED if not entry.identified else ""))


def _chosen(parts: list[Episodes]) -> Iterator[Episodes]:
    """The episodes with sampled actions, and the runs that played them; all, where no agent has sampled its actions."""
    acting = all(run.deterministic for part in parts for run in part.runs)
    for part in parts:
        if len(kept := part.where(deterministic=acting)):
            runs = tuple(run for run in kept.runs if run.deterministic == acting)
            yield Episodes(kept.game, runs, kept.table)


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
