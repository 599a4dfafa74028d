"""How well does each algorithm learn by its standard recipe? `python benchmarks/algorithms.py` writes `algorithms.md`.

    python benchmarks/algorithms.py CheeseCorner IrishElk --seeds 2    a part; the page tells of all that is finished

Every algorithm that suits an environment is trained by its recipe there, with as many transitions as the environment's
usual one, and evaluated. It goes on where it stopped, and results lie where `goalgap run --results` has them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from goalgap.agents.algorithms import ALGORITHMS
from goalgap.envs import SUITE
from goalgap.eval.measures.wording import interval
from goalgap.eval.show.markdown import plain
from goalgap.sweeps.cells import Cell
from goalgap.sweeps.engines.local import Local
from goalgap.sweeps.outcomes import Outcome
from goalgap.sweeps.plan import SweepError, SweepFile, cells_of
from goalgap.sweeps.store import Store
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.tables import mean_of_seeds

PAGE = Path(__file__).with_name("algorithms.md")
RESULTS = Path("results/algorithms")
MOST_SEEDS = 20
INTRODUCTION = """# How well each algorithm learns

Written by `python benchmarks/algorithms.py`: every algorithm by its standard recipe, evaluated on 1,000 levels of each
split by sampled actions, or by its best ones where it draws none. Scores are those of the intended goal, 0 for random
play and 1 for its oracle; behind a mean stands the range over the seeds.

"""


def cells(environment: str, algorithm: str, seeds: int) -> list[Cell]:
    """The trainings of an algorithm in an environment; none where it does not suit it."""
    told = {"environments": (environment,), "algorithms": (algorithm,), "seeds": tuple(range(seeds)), "budget": 1.0}
    try:
        return cells_of(SweepFile.of("algorithms", told | {"results": str(RESULTS)}))
    except SweepError:
        return []


def carry_out(wanted: list[Cell], processes: int) -> None:
    sweep = Sweep(wanted, Store(RESULTS.absolute()))
    tally, pieces = sweep.survey(processes)

    def say(outcome: Outcome | None) -> None:
        if outcome:
            print(tally, outcome.about, outcome.reason, flush=True)

    sweep.carry_out(Local(processes), tally, pieces, say)


def rows() -> Iterator[tuple[str, ...]]:
    """A row of the page for each algorithm in each environment that has a finished training."""
    store = Store(RESULTS.absolute())
    for environment, algorithm in product(SUITE, ALGORITHMS):
        known = filter(None, map(store.outcome, cells(environment, algorithm, MOST_SEEDS)))
        if done := [outcome for outcome in known if outcome.done]:
            yield environment, algorithm, f"{done[0].about.steps:,}", str(len(done)), *figures(done)


def figures(done: list[Outcome]) -> Iterator[str]:
    first = [outcome.result.modes[0] for outcome in done]
    yield interval(mean_of_seeds([mode.learned for mode in first]))
    yield interval(mean_of_seeds([mode.scores["deploy"] for mode in first]))
    yield interval(mean_of_seeds([mode.gaps["goal"] for mode in first]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", nargs="*", default=list(SUITE))
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS), choices=ALGORITHMS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    pairs = product(asked.environments, asked.algorithms)
    carry_out([cell for pair in pairs for cell in cells(*pair, asked.seeds)], asked.processes)
    heads = (
        "environment", "algorithm", "transitions", "seeds", "score in training", "score in deployment", "goal gap",
    )  # fmt: skip
    PAGE.write_text(INTRODUCTION + plain(heads, list(rows())) + "\n", encoding="utf-8")
