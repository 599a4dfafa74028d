"""`goalgap curves`: what happens within an episode, agents side by side."""

from __future__ import annotations

from collections.abc import Mapping

from ..eval.measures.traces import Trace, traces
from ..eval.report import by_mode
from ..eval.show import terminal
from ..eval.show.curves import chart
from ..eval.show.tables import Section, columns, figure, row
from ..eval.table.episodes import Episodes
from ..terms import Split
from .exports import Exports, Files
from .report import Paths
from .results import find_episodes
from .saying import output


def curves(
    paths: Paths = (),
    split: tuple[Split, ...] = ("train", "deploy"),
    export: Files = Exports(),  # noqa: B008
) -> None:
    """Compare what happens within an episode, step by step, in the episodes of one or more agents.

    Args:
        paths: files of episodes, or folders that hold some; one line each in the chart.
        split: which splits to compare.
    """
    if not paths:
        raise ValueError("name the files of episodes, or folders that hold some, such as results/ChimeBandit-...")
    export.check()
    agents: dict[str, tuple[Trace, ...]] = {}
    for path in paths:
        played = Episodes.join(find_episodes((path,)))
        name = ", ".join(dict.fromkeys(run.agent for run in played.runs))
        if not played.game.curves:
            raise ValueError(f"{name} played {played.game.environment}, which records no curves within an episode")
        agents[name if name not in agents else f"{name} ({path})"] = traces(
            next(iter(by_mode(played).values()), played), split
        )
    console, table = output(), _compared(agents)
    console.print(terminal.table(table))
    export.write(console, [table], figure=lambda _: chart(agents))


def _compared(agents: Mapping[str, tuple[Trace, ...]]) -> Section:
    """Where each trace begins and ends, and how much it rises."""
    heads = columns("agent", "split", "curve", numbers=("first step", "last step", "rise"))
    rows = [
        row(name, trace.split, trace.curve, *map(figure, (trace.values[0], trace.values[-1], trace.improvement)))
        for name, own in agents.items()
        for trace in own
    ]
    return Section("curves", "Within an episode", "", heads, tuple(rows))
