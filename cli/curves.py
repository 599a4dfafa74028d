"""`goalgap curves`: what happens within an episode, agents side by side."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from ..eval.measures.traces import Trace, traces
from ..eval.measures.wording import number
from ..eval.report import by_mode
from ..eval.show import terminal
from ..eval.show.curves import chart
from ..eval.show.tables import Section, columns, row
from ..eval.table.episodes import Episodes
from ..files import write_whole
from ..terms import Split
from .options import OptionalPath
from .report import Paths
from .results import find_episodes
from .saying import say


def curves(
    paths: Paths = (),
    split: tuple[Split, ...] = ("train", "deploy"),
    svg: OptionalPath = None,
) -> None:
    """Compare what happens within an episode, step by step, in the episodes of one or more agents.

    Args:
        paths: files of episodes, or folders that hold some; one line each in the chart.
        split: which splits to compare.
        svg: a file for the chart.
    """
    if not paths:
        raise ValueError("name the files of episodes, or folders that hold some, such as results/ChimeBandit-...")
    agents: dict[str, tuple[Trace, ...]] = {}
    for path in paths:
        played = Episodes.join(find_episodes((path,)))
        name = ", ".join(dict.fromkeys(run.agent for run in played.runs))
        if not played.game.curves:
            raise ValueError(f"{name} played {played.game.environment}, which records no curves within an episode")
        agents[name if name not in agents else f"{name} ({path})"] = traces(
            next(iter(by_mode(played).values()), played), split
        )
    Console().print(terminal.table(_compared(agents)))
    if svg is not None:
        write_whole(svg, chart(agents).encode())
        say(Console(), f"chart: {svg}")


def _compared(agents: Mapping[str, tuple[Trace, ...]]) -> Section:
    """Where each trace begins and ends, and how much it rises."""
    heads = columns("agent", "split", "curve", numbers=("first step", "last step", "rise"))
    rows = [
        row(name, trace.split, trace.curve, *map(number, (trace.values[0], trace.values[-1], trace.improvement)))
        for name, own in agents.items()
        for trace in own
    ]
    return Section("curves", "Within an episode", "", heads, tuple(rows))
