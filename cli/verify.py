"""`goalgap verify`: whether entries of the leaderboard are what was played."""

from __future__ import annotations

from typing import Annotated

import tyro
from rich.console import Console

from ..eval.play.replay import Replayed
from ..eval.show import terminal
from ..eval.show.tables import Section, columns, figure, row
from ..leaderboards.entry import ENTRIES, Entry, find_entry
from ..leaderboards.status import Register, record_replay
from ..leaderboards.verifying import verified
from .leaderboard import Entries
from .options import Flag, RefusedError
from .saying import say, sentence

Names = Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="ENTRY [ENTRY ...]")]
HEADS = columns("agent", numbers=("training seed",)) + columns("split", numbers=("episodes",)) + columns("replay")


def verify(names: Names, entries: Entries = ENTRIES, record: Flag = False) -> None:
    """Play entries again, and say of each training seed and split whether what was recorded comes out.

    What the recorded actions earn is compared with what was recorded. A reference policy must take the same actions
    again; a trained agent must not take those of reference policies throughout. Who chose the actions is not shown.

    Args:
        names: folders of entries, or entries such as CheeseCorner/ppo.
        record: note those that agree in the register of their board, which gives them a rank.
    """
    if not names:
        raise ValueError("name the entries to play again, such as CheeseCorner/ppo")
    console, failed = Console(), 0
    for folder in [find_entry(name, entries) for name in names]:
        entry = Entry.read(folder)
        checked = list(verified(entry.info.kind, entry.episodes))
        faults = [each.fault for each in checked if each.fault]
        console.print(terminal.table(_shown(entry, checked)))
        for fault in faults:
            say(console, sentence(ValueError(fault)))
        if record and not faults and entry.identified:
            record_replay(folder)
        say(console, f"track: {entry.track}; status: {Register.of_entry(folder)}")
        failed += bool(faults)
    if failed:
        raise RefusedError(f"{failed} of {len(names)} entries do not replay as recorded")


def _shown(entry: Entry, checked: list[Replayed]) -> Section:
    rows = [
        row(
            each.run.agent, figure(each.run.training_seed, 0), each.split, figure(len(each.episodes), 0),
            "differs" if each.fault else "agrees",
        )
        for each in checked
    ]  # fmt: skip
    return Section("replay", f"{entry.board}: {entry.info.name}", "", HEADS, tuple(rows))
