"""`goalgap verify`: whether entries of the leaderboard are what was played."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..eval.play.replay import Replayed
from ..eval.show import terminal
from ..eval.show.tables import Section, columns, figure, row
from ..leaderboards.agents import PlayedAgain, judged, played_again
from ..leaderboards.entry import Entry
from ..leaderboards.folders import ENTRIES, find_entry
from ..leaderboards.status import Register, record_quarantine, record_replay
from ..leaderboards.verifying import verified
from .leaderboard import Entries
from .options import Flag, RefusedError
from .saying import output, say, sentence

Names = Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="ENTRY [ENTRY ...]")]
HEADS = (
    columns("agent", numbers=("training seed",)) + columns("split", numbers=("episodes",))
    + columns("actions", "agent itself")
)  # fmt: skip


def verify(names: Names, entries: Entries = ENTRIES, record: Flag = False) -> None:
    """Play entries again, and say of each training seed and split whether what was recorded comes out.

    What the recorded actions earn is compared with what was recorded. A reference policy must take the same actions
    again; a trained agent must not take those of reference policies throughout. Agents that an entry has bundles of
    play again themselves, confined: they must take the recorded actions, but for rounding. Of other agents it is not
    known whether they chose them.

    Args:
        names: folders of entries, or entries such as CheeseCorner/ppo.
        record: note in the register of their board those that agree, which gives those a rank that hold an agent, and
            quarantine the rest.
    """
    if not names:
        raise ValueError("name the entries to play again, such as CheeseCorner/ppo")
    console, failed = output(), 0
    for folder in [find_entry(name, entries) for name in names]:
        failed += not _verified(console, folder, record)
    if failed:
        raise RefusedError(f"{failed} of {len(names)} entries do not replay as recorded")


def _verified(console: Console, folder: Path, record: bool) -> bool:
    """Whether an entry is what was played, which is shown, and recorded where it shall be."""
    entry = Entry.read(folder)
    checked = list(verified(entry.info.kind, entry.episodes))
    faults = [each.fault for each in checked if each.fault]
    played = [] if faults else list(played_again(entry))
    faults += [each.fault for each in played if each.fault]
    console.print(terminal.table(_shown(entry, checked, played)))
    for fault in faults:
        say(console, sentence(ValueError(fault)))
    if record and faults:
        record_quarantine(folder, faults[0])
    elif record and entry.identified:
        record_replay(folder, *judged(entry, played))
    say(console, f"track: {entry.track}; status: {Register.of_entry(folder)}")
    return not faults


def _shown(entry: Entry, checked: list[Replayed], played: list[PlayedAgain]) -> Section:
    itself = {(each.run.key, each.split): each for each in played}
    rows = [
        row(
            each.run.agent, figure(each.run.training_seed, 0), each.split, figure(len(each.episodes), 0),
            "differs" if each.fault else "agrees", _told(itself.get((each.run.key, each.split))),
        )
        for each in checked
    ]  # fmt: skip
    return Section("replay", f"{entry.board}: {entry.info.name}", "", HEADS, tuple(rows))


def _told(played: PlayedAgain | None) -> str:
    if played is None:
        return "no bundle"
    if played.fault:
        return "differs"
    return f"agrees but for {played.parted} of {played.steps} steps" if played.parted else "the same actions"
