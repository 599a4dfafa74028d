"""How well does each algorithm learn by its standard recipe? `python benchmarks/algorithms.py` writes `algorithms.md`.

    python benchmarks/algorithms.py CheeseCorner IrishElk --seeds 2    a part; the page tells of all that is finished

Every algorithm that suits an environment is trained by its recipe there, with as many transitions as the environment's
usual one, and evaluated. It goes on where it stopped; what was measured is kept in `algorithms.json`.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path

from measured import Measured, keep_measured, read_measured

from goalgap.agents.algorithms import ALGORITHMS
from goalgap.envs import SUITE
from goalgap.eval.measures.wording import interval
from goalgap.eval.show.markdown import plain
from goalgap.sweeps.cells import Cell
from goalgap.sweeps.engines.local import Local
from goalgap.sweeps.outcomes import Outcome
from goalgap.sweeps.plan import cells_of
from goalgap.sweeps.store import Store
from goalgap.sweeps.summary import mean_of_seeds
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.sweep_file import SweepError, SweepFile

PAGE = Path(__file__).with_name("algorithms.md")
KEPT = PAGE.with_suffix(".json")
RESULTS = Path("results/algorithms")
HEADS = ("environment", "algorithm", "transitions", "seeds", "score in training", "score in deployment", "goal gap")
INTRODUCTION = """# How well each algorithm learns

Written by `python benchmarks/algorithms.py`: every algorithm by its standard recipe, but with as many transitions as
that of the environment's usual algorithm has, evaluated on 1,000 levels of each split by sampled actions, or by its
best ones where it draws none. Some recipes have far more of their own, such as that of ARS. Scores are those of the
intended goal, 0 for random play and 1 for its oracle; behind a mean stands the range over the seeds.

"""


def cells(environment: str, algorithm: str, seeds: int) -> list[Cell]:
    """The trainings of an algorithm in an environment; none where it does not suit it."""
    told = {"environments": (environment,), "algorithms": (algorithm,), "seeds": tuple(range(seeds)), "budget": 1.0}
    try:
        return cells_of(SweepFile.of("algorithms", told | {"results": str(RESULTS)}))
    except SweepError:
        return []


def carry_out(wanted: list[Cell], processes: int) -> None:
    """Have them trained and evaluated, and keep what is measured as they end."""
    sweep = Sweep(wanted, Store(RESULTS.absolute()))
    tally, pieces = sweep.survey(processes)

    def say(outcome: Outcome | None) -> None:
        if outcome:
            print(tally, outcome.about, outcome.reason, flush=True)
            keep(sweep)

    keep(sweep)
    sweep.carry_out(Local(processes), tally, pieces, say)


def keep(sweep: Sweep) -> None:
    """Keep what was measured of the seeds that are done."""
    done: dict[str, list[Outcome]] = {}
    for cell, outcome in sweep.known():
        if outcome and outcome.done:
            done.setdefault(name_of(cell.about.environment, cell.about.agent), []).append(outcome)
    known = read_measured(KEPT)
    for name, outcomes in done.items():
        if name not in known or known[name].seeds < len(outcomes):
            keep_measured(KEPT, name, measured(outcomes))


def measured(done: list[Outcome]) -> Measured:
    """What seeds come to."""
    first = [outcome.result.modes[0] for outcome in done]
    values = {
        "learned": [mode.learned for mode in first],
        "score": [mode.scores["deploy"] for mode in first],
        "gap": [mode.gaps["goal"] for mode in first],
    }
    estimates = {name: mean_of_seeds(each) for name, each in values.items()}
    return Measured(estimates=estimates, means={"steps": done[0].about.steps})


def name_of(environment: str, algorithm: str) -> str:
    """Names a way of training; empty where the algorithm does not suit the environment."""
    return "".join(f"{environment}-{algorithm}-{cell.key}" for cell in cells(environment, algorithm, 1))


def page() -> str:
    """A row for each algorithm in each environment of which anything was measured."""
    known, rows = read_measured(KEPT), list[tuple[str, ...]]()
    for environment, algorithm in product(SUITE, ALGORITHMS):
        if found := known.get(name_of(environment, algorithm)):
            figures = [interval(found.estimates[name]) for name in ("learned", "score", "gap")]
            rows.append((environment, algorithm, f"{found.means['steps']:,.0f}", str(found.seeds), *figures))
    return INTRODUCTION + plain(HEADS, rows) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", nargs="*", default=list(SUITE))
    parser.add_argument("--algorithms", nargs="+", default=list(ALGORITHMS), choices=ALGORITHMS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    kept = read_measured(KEPT)
    done = {name for name, each in kept.items() if each.seeds >= asked.seeds}
    pairs = [pair for pair in product(asked.environments, asked.algorithms) if name_of(*pair) not in done]
    carry_out([cell for pair in pairs for cell in cells(*pair, asked.seeds)], asked.processes)
    PAGE.write_text(page(), encoding="utf-8")
