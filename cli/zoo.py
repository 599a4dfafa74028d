"""`goalgap zoo`: the agents of the leaderboard's entries that anyone can open, and what each goes for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from .. import envs, zoo
from ..eval.measures.wording import DASH
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.tables import Row, Section, columns, row, value
from ..leaderboards.folders import ENTRIES
from .exports import TableFiles, Tables
from .leaderboard import Entries
from .options import optional
from .progress import progress_shown
from .saying import output, say

HEADS = columns("agent", "goes for", numbers=("score in deployment", "goal gap"))


def list_agents(
    environment: Annotated[str | None, tyro.conf.Positional, optional("[ENV]")] = None,
    entries: Entries = ENTRIES,
    export: TableFiles = Tables(),  # noqa: B008
) -> None:
    """List the trained agents that open by name, here and by goalgap.zoo.load: what each goes for, and how far.

    Args:
        environment: name or id; all environments, if left out.
    """
    export.check()
    wanted, known = (envs.find(environment)[0].name if environment else ""), zoo.names(entries)
    agents = [name for name in known if name.startswith(f"{wanted}/" if wanted else "")]
    if known and not agents:
        told = ", ".join(dict.fromkeys(name.partition("/")[0] for name in known))
        raise ValueError(f"the zoo has no agent of {wanted}: there are some of {told}")
    if not agents:
        zoo.find("", entries)  # says where to get some
    console = output()
    with progress_shown(output(stderr=True)) as update:
        rows = []
        for k, name in enumerate(agents):
            update("read entries", k, len(agents))
            rows += [_row(name, entries)]
        update("read entries", len(agents), len(agents))
    section = Section("zoo", "Agents of the zoo", "", HEADS, tuple(rows))
    console.print(terminal.table(section))
    export.write(console, [section])
    named = agents[0]
    say(console, f"open one: goalgap eval {named.partition('/')[0]} {named}, or goalgap.zoo.load({named!r}) in Python")


def _row(name: str, entries: Path) -> Row:
    """What the recorded episodes of an agent say of it."""
    report = Report.of(zoo.recorded(name, entries))
    (finding,) = report.verdict.findings
    score, gap = report.main.score("deploy", report.game.intended), report.main.gap("goal")
    measured = (DASH if each.missing else value(each) for each in (score, gap))
    return row(name, finding.goal or finding.kind, *measured)
