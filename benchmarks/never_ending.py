"""One life without resets: `python benchmarks/never_ending.py` writes `never_ending.md`.

An agent begins in a full forest of TreeWorld, knowing nothing, and learns as it lives; nothing is ever reset. What it
harvests over its life is the result: does it learn to fell faster than trees grow, and does the forest come back?
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.callbacks import BaseCallback

from goalgap.agents.recipes import default_recipe
from goalgap.envs import task
from goalgap.envs.engine.arguments import LONGEST
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.task import Task
from goalgap.envs.tree_world import HARVEST
from goalgap.eval.show.markdown import plain

PAGE = Path(__file__).with_name("never_ending.md")
STEPS, SEEDS, RATES, PARTS = 100_000, 2, (10, 30, 60), 10
SETTLED = 10_000  # steps of a life of the reference
RECIPE = {"n_envs": 1, "n_steps": 2048, "minibatch": 128, "epochs": 8, "learning_rate": 3e-4, "entropy": 0.01}
INTRODUCTION = """
Written by `python benchmarks/never_ending.py`. One agent, PPO with the recipe of TreeWorld on a single game, lives for
{steps:,} steps in one forest, from a full one on, and learns as it goes, at a constant rate; nothing is reset. The
columns are the tenths of its life, and a cell the trees it felled in 1,000 steps, with the trees that stood on average
in brackets. `best stand` is what the reference of the harvest comes to in the long run, which leaves eight of ten
trees standing; nobody can have more for long than `limit`, which is what grows while nine of ten stand.
"""


class Life(NamedTuple):
    """What became of an agent: by regrowth, in percent, and seed; trees felled, and standing after each step."""

    regrowth: int
    seed: int
    felled: NDArray[np.float32]
    standing: NDArray[np.int32]


class Record(BaseCallback):
    """Keeps what each step of the one game felled, and how many trees it left."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.felled, self.standing = np.zeros(steps, np.float32), np.zeros(steps, np.int32)

    def _on_step(self) -> bool:
        k = self.num_timesteps - 1
        if k < len(self.felled):
            self.felled[k] = self.locals["rewards"][0]
            self.standing[k] = self.training_env.batch.states["standing"][0]
        return k + 1 < len(self.felled)


def endless(regrowth: int) -> Task:
    """A forest for a life that is longer than any that is lived here."""
    return task("TreeWorld", regrowth=regrowth, horizon=LONGEST)


def lived(regrowth: int, seed: int, steps: int) -> Life:
    """The life of one agent."""
    torch.set_num_threads(1)
    forest, record = endless(regrowth), Record(steps)
    recipe = default_recipe(forest, "PPO", steps=steps, **RECIPE)
    model = recipe.build(forest, seed)
    model.lr_schedule = lambda _: recipe.learning_rate
    model.learn(steps, callback=record)
    return Life(regrowth, seed, record.felled, record.standing)


def best_stand(regrowth: int) -> float:
    """What the reference of the harvest fells in 1,000 steps, in the long run; of 100 forests."""
    batch = Batch.of(endless(regrowth), np.arange(100))
    for _ in range(SETTLED):
        batch.step(batch.best_actions(HARVEST))
    return float(batch.returns[:, HARVEST].mean() / SETTLED * 1000)


def limit(regrowth: int) -> float:
    """How many trees grow in 1,000 steps while nine of ten stand."""
    return float(10 * regrowth * np.log(10) / np.log(11))


def lives(rates: tuple[int, ...], seeds: int, steps: int, processes: int) -> Iterator[Life]:
    """All lives, so many at a time; the first of each rate before the second."""
    asked = [(rate, seed, steps) for seed, rate in product(range(seeds), rates)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as workers:
        yield from workers.map(lived, *zip(*asked, strict=True))


def page(steps: int, rows: list[list[str]]) -> str:
    """What is written of lives of so many steps, given as rows: a table, by rate."""
    heads = ("regrowth", "seed", *(f"{k + 1}" for k in range(PARTS)), "best stand", "limit", "barren from")
    introduction = " ".join(INTRODUCTION.split()).format(steps=steps)
    return f"# A life without resets\n\n{introduction}\n\n{plain(heads, sorted(rows, key=lambda row: row[:2]))}\n"


def row(life: Life) -> list[str]:
    felled, standing = (
        np.array([part.mean() for part in np.array_split(kept, PARTS)]) for kept in (life.felled, life.standing)
    )
    cells = [f"{1000 * rate:.0f} ({trees:.1f})" for rate, trees in zip(felled, standing, strict=True)]
    bare = np.flatnonzero(life.standing == 0)
    return [
        f"{life.regrowth} %", str(life.seed), *cells, f"{best_stand(life.regrowth):.0f}", f"{limit(life.regrowth):.0f}",
        f"{bare[0] + 1:,}" if len(bare) else "never",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=STEPS, help="of a life (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="lives at each rate (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="lives at a time (default: %(default)s)")
    asked = parser.parse_args()
    rows: list[list[str]] = []
    for life in lives(RATES, asked.seeds, asked.steps, asked.processes):
        rows.append(row(life))
        PAGE.write_text(page(asked.steps, rows), encoding="utf-8")


if __name__ == "__main__":
    main()
