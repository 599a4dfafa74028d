"""What confinement costs: `python benchmarks/isolation.py [AGENT]` evaluates an agent with and without a worker.

CheeseCorner, every level of each split once, by turns in this process and confined by each backend that works here; the
start of a worker, its imports included, is counted apart. Episodes must be the same, to the bit. Without an agent's
folder one is trained first, shortly.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

import goalgap
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.show.markdown import plain
from goalgap.eval.table.episodes import Episodes
from goalgap.isolation.backends import ADVICE, Backend, backends
from goalgap.isolation.policies import isolated
from goalgap.players import players

ALONE = "in this process"
LEVELS, ROUNDS, STEPS = 1000, 5, 50_000
MOST = 1.2  # times as long as in this process, by medians


def timed(agent: Path, levels: int, backend: Backend | None) -> tuple[Episodes, float, float]:
    """The episodes, and the seconds of starting and of playing."""
    task, began = goalgap.task("CheeseCorner"), time.perf_counter()
    here: Any = nullcontext(players(agent, task)[0]) if backend is None else isolated(agent, task, backend=backend)
    with here as (policy, run):
        started = time.perf_counter()
        episodes = evaluate(task, policy, levels, run=run)
        return episodes, started - began, time.perf_counter() - started


def main(agent: Path, levels: int, rounds: int) -> bool:
    """Print the table; whether every backend is fast enough."""
    ways: dict[str, Backend | None] = {ALONE: None, **{str(backend): backend for backend in backends()}}
    expected, _, _ = timed(agent, levels, None)  # compiles, and loads what is loaded once
    starts, plays = defaultdict(list), defaultdict(list)
    for _ in range(rounds):
        for name, backend in ways.items():
            episodes, start, play = timed(agent, levels, backend)
            assert episodes.table.equals(expected.table), f"{name}: other episodes"
            starts[name].append(start)
            plays[name].append(play)
    usual = np.median(plays[ALONE])
    shares = {name: float(np.median(plays[name]) / usual) for name in ways}
    rows = [
        [
            name, f"{np.median(starts[name]):.2f}", f"{np.median(plays[name]):.2f}", f"{min(plays[name]):.2f}",
            f"{100 * (shares[name] - 1):+.0f} %", f"{100 * (min(plays[name]) / min(plays[ALONE]) - 1):+.0f} %",
        ]
        for name in ways
    ]  # fmt: skip
    print(plain(("", "start (s)", "play (s)", "least", "more", "by the least"), rows))
    return max(shares.values()) <= MOST


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("agent", nargs="?", type=Path, help="a folder that `goalgap train` wrote")
    parser.add_argument("--levels", type=int, default=LEVELS, help="of each split (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of all ways by turns (default: %(default)s)")
    asked = parser.parse_args()
    if not backends():
        sys.exit(f"nothing confines a worker here: {ADVICE}")
    with tempfile.TemporaryDirectory() as folder:
        given = asked.agent or goalgap.train("CheeseCorner", folder=Path(folder) / "agent", steps=STEPS)
        sys.exit(not main(given, asked.levels, asked.rounds))
