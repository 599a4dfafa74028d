"""Can every level be solved, and is it of its split? `python benchmarks/solvable.py` writes `solvable.md`.

So many levels of every split are drawn with the default arguments and judged by the oracle; with names of environments
or `--levels`, the table is printed instead. Margins are measured also where levels are drawn such that goals agree by
construction. A seed that gives no level at all ends it with an error that says which.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from goalgap import SUITE
from goalgap.envs import task
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import draw_levels
from goalgap.eval.show.markdown import plain
from goalgap.terms import SPLITS, Split

PAGE = Path(__file__).with_name("solvable.md")
LEVELS, PART = 100_000, 5000  # levels of each split; of them, so many at a time
AGREE = 1e-9  # margins below are none
INTRODUCTION = """
Written by `python benchmarks/solvable.py`: the first {levels:,} levels of each split, with the default arguments.
`unsolvable` are those on which the oracle of the intended goal earns nothing; `amiss` those on which the goals agree in
deployment, or come apart in training or control. `optimum` is the least that the oracle earns on any level, and
`margin` the range of margins. ({inexact} has a reference policy in place of an oracle.) Asked for is 0 and 0.
"""


class Part(NamedTuple):
    """What was found on some levels of one split."""

    environment: str
    split: Split
    levels: int
    unsolvable: int
    amiss: int
    optimum: float
    least: float
    most: float


def judged(environment: str, split: Split, first: int, levels: int) -> Part:
    """The levels of the seeds from `first` on."""
    made = task(environment, split=split)
    drawn = draw_levels(made, np.arange(first, first + levels))
    drawn["margin"] = np.nan
    batch = Batch.on(made, drawn)
    optima, margins = batch.values()[:, made.channels.index(made.game.intended.name)], batch.margins()
    apart = margins > AGREE
    amiss = ~apart if split == "deploy" else apart & made.agrees
    unsolvable = int((~(optima > 0)).sum())
    extremes = map(float, (optima.min(), margins.min(), margins.max()))
    return Part(environment, split, levels, unsolvable, int(amiss.sum()), *extremes)


def parts(names: list[str], levels: int, processes: int) -> Iterator[Part]:
    """All parts of all splits, in order, so many at a time."""
    asked = [
        (name, split, first, min(PART, levels - first))
        for name in names for split in SPLITS for first in range(0, levels, PART)
    ]  # fmt: skip
    with ProcessPoolExecutor(processes, get_context("spawn")) as workers:
        yield from workers.map(judged, *zip(*asked, strict=True))


def table(found: Iterator[Part]) -> str:
    """A row for each split of each environment."""
    heads = ("environment", "split", "levels", "unsolvable", "amiss", "optimum", "margin")
    return plain(heads, [row(list(some)) for _, some in groupby(found, lambda part: part[:2])])


def row(some: list[Part]) -> list[str]:
    counts = (sum(part[k] for part in some) for k in (2, 3, 4))
    optimum, least = min(part.optimum for part in some), min(part.least for part in some)
    margins = f"{least:.2f} to {max(part.most for part in some):.2f}"
    return [*some[0][:2], *(f"{count:,}" for count in counts), f"{optimum:.3f}", margins]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *SUITE], default=[], metavar="ENV", help="all by default")
    parser.add_argument("--levels", type=int, default=LEVELS, help="of each split (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="how many parts at a time (default: %(default)s)")
    asked = parser.parse_args()
    told = table(parts(asked.names or list(SUITE), asked.levels, asked.processes))
    if asked.names or asked.levels != LEVELS:
        print(told)
        return
    inexact = ", ".join(name for name, game in SUITE.items() if not game.exact)
    introduction = " ".join(INTRODUCTION.split()).format(levels=LEVELS, inexact=inexact)
    PAGE.write_text(f"# Can every level be solved?\n\n{introduction}\n\n{told}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
