"""`goalgap curves`: what happens within an episode, agents side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from ..eval.curves import chart, course, rise
from ..eval.episodes import Episodes
from ..files import write_whole
from ..terms import Split
from .results import find_episodes


def curves(
    paths: Annotated[tuple[Path, ...], tyro.conf.Positional],
    split: tuple[Split, ...] = ("train", "deploy"),
    svg: Path | None = None,
) -> None:
    """Compare what happens within an episode, step by step, in the episodes of one or more agents.

    Args:
        paths: files of episodes, or folders that hold some; one line each in the chart.
        split: which splits to compare.
        svg: a file for the chart.
    """
    if not paths:
        raise ValueError("name the files of episodes, or folders that hold some, such as results/ChimeBandit-...")
    agents = {}
    for path in paths:
        played = Episodes.join(find_episodes((path,)))
        sampled = played.where(deterministic=False)
        name = ", ".join(dict.fromkeys(run.agent for run in played.runs))
        agents[name if name not in agents else f"{name} ({path})"] = sampled if len(sampled) else played
    for name, episodes in agents.items():
        if not episodes.world.curves:
            raise ValueError(f"{name} played {episodes.world.environment}, which records no curves within an episode")
    table = Table("agent", "split", "curve", "first step", "last step", "rise", box=None, pad_edge=False)
    for name, episodes in agents.items():
        for each in split:
            for curve in episodes.world.curves:
                values = course(episodes.where(split=each), curve)
                numbers = (f"{number:.2f}" for number in (values[0], values[-1], rise(values)))
                table.add_row(name, each, curve, *numbers)
    Console().print(table)
    if svg is not None:
        write_whole(svg, chart(agents, split).encode())
        Console().print(f"chart: {svg}", soft_wrap=True, highlight=False)
