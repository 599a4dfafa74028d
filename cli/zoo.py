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
from ..eval.table.episodes import Episodes
from ..leaderboards.bundles import run_of
from ..leaderboards.entry import ENTRIES, Entry
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
    """List the trained agents that goalgap.zoo.load opens: what each goes for, its score in deployment, its goal gap.

    Args:
        environment: name or id; all environments, if left out.
    """
    wanted, known = (envs.find(environment)[0].name if environment else ""), zoo.names(entries)
    agents = [name for name in known if name.startswith(f"{wanted}/" if wanted else "")]
    if not agents:
        zoo.find(f"{wanted}/", entries)
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
    say(console, f"open one: goalgap.zoo.load({agents[0]!r})")


def _row(name: str, entries: Path) -> Row:
    """What the recorded episodes of an agent say of it."""
    entry = Entry.read((folder := zoo.find(name, entries)).parents[1])
    bundled = next(each for each in entry.bundles if each.folder.name == folder.name)
    run = run_of(bundled, entry.episodes.runs)
    episodes = entry.episodes.where(training_seed=run.training_seed)
    report = Report.of(Episodes(episodes.game, (run,), episodes.table))
    (finding,) = report.verdict.findings
    score, gap = report.main.score("deploy", report.game.intended), report.main.gap("goal")
    measured = (DASH if each.missing else value(each) for each in (score, gap))
    return row(name, finding.goal or finding.kind, *measured)
