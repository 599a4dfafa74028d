"""How long training takes, and how right the estimate is: `python benchmarks/paces.py` writes `paces.md`.

    python benchmarks/paces.py --keep                  what dry runs tell from then on: `sweeps/paces.json`
    python benchmarks/paces.py --budget 1 --seeds 5    all standard recipes, as they are trained overnight

It carries out a sweep of a part of each environment's standard recipe, two cells at a time, beside what a dry run tells
of them. For a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections import defaultdict
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from goalgap.envs import SUITE
from goalgap.eval.show.markdown import plain
from goalgap.sweeps.engines.local import Local
from goalgap.sweeps.outcomes import Outcome
from goalgap.sweeps.paces import Kind, Pace, Paces, publish
from goalgap.sweeps.plan import cells_of
from goalgap.sweeps.status import duration
from goalgap.sweeps.store import Store
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.sweep_file import SweepFile

PAGE = Path(__file__).with_name("paces.md")
PROCESSES = 2
INTRODUCTION = """# How long training takes, and what a dry run tells of it

Written by `python benchmarks/paces.py --budget {budget:g} --seeds {seeds}`: the transitions of each environment's
standard recipe, times {budget:g}, as often as there are seeds, each agent evaluated on {levels:,} levels of each split,
two cells at a time on {cores} cores ({machine}). `told` is what a dry run tells of a cell before any has run here, as
`--keep` measured it on a tenth of each recipe. `took` is what it took, in the mean; `a second` are transitions in a
second of training.
"""


def swept(file: SweepFile) -> tuple[list[Outcome], str]:
    """How its cells end, and what was told of them all beside what they took."""
    sweep = Sweep(cells_of(file), Store(Path(file.results).absolute()))
    tally, pieces = sweep.survey(PROCESSES)
    told, began = tally.seconds_left, time.perf_counter()

    def say(outcome: Outcome | None) -> None:
        if outcome:
            print(f"{tally}; {outcome.about}: {outcome.seconds:.0f} s {outcome.reason}", flush=True)

    sweep.carry_out(Local(PROCESSES), tally, pieces, say)
    took = time.perf_counter() - began
    off = f", told {duration(told)}, off by {100 * (told / took - 1):+.0f} %" if told else ""
    return [outcome for _, outcome in sweep.known() if outcome and outcome.done], f"In all {duration(took)}{off}."


def table(outcomes: list[Outcome]) -> str:
    """What was told of the cells of each kind, and what they took in the mean."""
    kinds, before = defaultdict[Kind, list[Outcome]](list), Paces()
    for outcome in outcomes:
        kinds[outcome.about.kind].append(outcome)
    rows = []
    for own in kinds.values():
        about, told = own[0].about, before.seconds(own[0].about)
        took = fmean(outcome.seconds for outcome in own)
        rate = about.steps / fmean(outcome.result.trained for outcome in own)
        compared = (
            (f"{told:.0f}", f"{took:.0f}", f"{100 * (told / took - 1):+.0f} %") if told else ("", f"{took:.0f}", "")
        )
        rows.append((about.environment, about.agent, f"{about.steps:,}", f"{rate:,.0f}", *compared))
    return plain(("environment", "algorithm", "transitions", "a second", "told (s)", "took (s)", "off by"), rows)


def kept(outcomes: list[Outcome]) -> None:
    """Publish what cells took."""
    measured, found = Paces(), defaultdict[str, dict[str, Pace]](dict)
    for outcome in outcomes:
        measured.learn(outcome)
    for about in (outcome.about for outcome in outcomes):
        found[about.environment][about.agent] = measured.pace(about)
    publish(found)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", nargs="*", default=list(SUITE))
    parser.add_argument("--algorithms", nargs="+", default=["usual"])
    parser.add_argument("--budget", type=float, default=0.1, help="of each standard recipe's transitions")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--levels", type=int, default=1000)
    parser.add_argument("--keep", action="store_true", help="dry runs tell what was measured from then on")
    return parser.parse_args()


if __name__ == "__main__":
    asked = options()
    with TemporaryDirectory() as place:
        told = {
            "environments": tuple(asked.environments),
            "algorithms": tuple(asked.algorithms),
            "levels": asked.levels,
        }
        told |= {"budget": asked.budget, "seeds": tuple(range(asked.seeds)), "results": place}
        outcomes, whole = swept(SweepFile.of("paces", told))
    print(measured := f"{table(outcomes)}\n\n{whole}\n")
    if asked.keep:
        kept(outcomes)
    else:
        about = {"cores": os.cpu_count(), "machine": f"{platform.system()}, {platform.machine()}"}
        PAGE.write_text(INTRODUCTION.format(**vars(asked), **about) + "\n" + measured, encoding="utf-8")
