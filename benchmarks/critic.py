"""What critics of CoinRun value: `python benchmarks/critic.py FOLDER` writes `critic.md`.

A critic is trained to tell what reward is still to come. Where the coin lies off the way, does it expect more of the
coin or of the end? Published: it values the end, and passing the coin changes little (Langosco et al. 2022).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from goalgap.agents.loading import AgentPolicy, load_agent
from goalgap.envs import task
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.platformer import tile_of
from goalgap.envs.engine.task import Task
from goalgap.eval.play.policy import bound
from goalgap.eval.show.markdown import plain
from goalgap.terms import SPLITS

PAGE = Path(__file__).with_name("critic.md")
LEVELS = 200
TILES = (-8, -4, -1, 0, 1, 4, 8)  # from the coin
LAST = (8, 4, 1)  # before the end wall
INTRODUCTION = """
Written by `python benchmarks/critic.py {folder}`. Each agent plays the levels 0 to {last} of each split, and its critic
is asked before every step. A cell is what the critic expects on average when the runner first comes to a column: so
many tiles from the coin's, or so many before the end wall, of the levels on which the runner comes there; `start` is
what it expects at the beginning. A coin pays 1, discounted; in training and control it lies at the end.
"""
Way = tuple[NDArray[np.float64], NDArray[np.int64]]


def way(agent: AgentPolicy, played: Task, levels: int) -> tuple[Batch, Way]:
    """A batch at its end, and for each step, shape (steps, levels), what the critic expected and the column it was in.

    What it expected is NaN from the end of an episode on.
    """
    batch = Batch.of(played, np.arange(levels))
    policy, state, starts = bound(agent, batch), None, np.ones(levels, bool)
    expected, columns = [], []
    while not batch.done.all():
        seen = batch.observe()
        expected.append(np.where(batch.done, np.nan, agent.network.values(seen)))
        columns.append(tile_of(batch.states["agent"]["row"], batch.states["agent"]["col"])[1])
        actions, state = policy(seen, state, starts)
        starts = np.zeros(levels, bool)
        batch.step(actions)
    return batch, (np.array(expected), np.array(columns))


def on_reaching(told: Way, column: NDArray[np.int64]) -> float:
    """What the critic expects on average when the runner first comes to a column, which is given for each level."""
    expected, columns = told
    there = (columns >= column) & ~np.isnan(expected)
    reached = there.any(axis=0)
    return float(expected[there.argmax(axis=0)[reached], np.flatnonzero(reached)].mean()) if reached.any() else np.nan


def rows(agents: list[AgentPolicy], levels: int) -> Iterator[list[str]]:
    """A row for each split and agent."""
    for split in SPLITS:
        for agent in agents:
            batch, told = way(agent, task("CoinRun", split=split), levels)
            coin, wall = batch.levels["coin"]["col"], batch.levels["finish"]
            values = [told[0][0].mean(), *(on_reaching(told, coin + tiles) for tiles in TILES)]
            values += [on_reaching(told, wall - tiles) for tiles in LAST]
            yield [split, agent.name, *("" if np.isnan(value) else f"{value:.2f}" for value in values)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a run of CoinRun, with a folder for each training seed")
    parser.add_argument("--levels", type=int, default=LEVELS, help="of each split (default: %(default)s)")
    asked = parser.parse_args()
    agents = [load_agent(path, task("CoinRun")) for path in sorted(asked.folder.glob("seed-*"))]
    heads = ("split", "agent", "start", *(f"coin {tiles:+d}" for tiles in TILES), *(f"wall -{tiles}" for tiles in LAST))
    introduction = " ".join(INTRODUCTION.split()).format(folder=asked.folder, last=asked.levels - 1)
    table = plain(heads, list(rows(agents, asked.levels)))
    PAGE.write_text(f"# What critics of CoinRun value\n\n{introduction}\n\n{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
