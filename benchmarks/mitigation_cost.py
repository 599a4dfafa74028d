"""What do mitigations cost? `python benchmarks/mitigation_cost.py` writes `mitigation_cost.md`.

Short trainings by the standard recipe, plain and with each mitigation, take turns, as many updates each. Told is the
processor time of a training over that of the plain one of the same turn, and of all turns the median: training has one
thread, so that is what the clock would say of a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from goalgap import task
from goalgap.agents.changes import read_changes
from goalgap.agents.mitigations import MITIGATIONS
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import read_record
from goalgap.agents.training import plan
from goalgap.envs import SUITE
from goalgap.envs.engine.task import Task
from goalgap.eval.show.markdown import plain

PAGE = Path(__file__).with_name("mitigation_cost.md")
STEPS, TURNS, ALPHA, PLAIN = 200_000, 2, 0.01, "none"
KINDS = {
    PLAIN: (),
    **{name: (change,) for name, change in MITIGATIONS.items()},
    "accel, oracle-latest": ("curriculum=method:accel,score:oracle-latest",),
}
INTRODUCTION = """
Written by `python benchmarks/mitigation_cost.py`: PPO on {environment} with alpha {alpha:g}, {steps:,} transitions to
learn from, and the constants of `agents/curricula/settings.py`. `time` is that of the processor, where the plain
training of the same turn has 1: the median of {turns} turns. Training has one thread, so on an idle machine it is what
the clock says. `tried` are transitions that were played besides, without learning from them.
"""


class Spent(NamedTuple):
    """What a training took: seconds of the processor, and transitions that were only tried."""

    seconds: float
    tried: int


def train(played: Task, changes: tuple[str, ...], steps: int) -> Spent:
    kind = type(default_recipe(played, "PPO"))
    recipe = default_recipe(played, "PPO", steps=steps, **read_changes(kind, changes))
    with TemporaryDirectory() as folder:
        job = plan(played, recipe, 0, Path(folder) / "agent")
        began = time.process_time()
        job.run()
        return Spent(time.process_time() - began, read_record(job.folder).get("tried_steps", 0))


def turns(played: Task, steps: int, rounds: int) -> Iterator[dict[str, Spent]]:
    """All kinds of training, one after another, after short ones for which code is compiled."""
    for name, changes in KINDS.items():
        if name != "sfl":  # needs many rollouts, and no code that the others do not need
            train(played, changes, 1)
    for turn in range(1, rounds + 1):
        done = {name: train(played, changes, steps) for name, changes in KINDS.items()}
        print(f"turn {turn}:", {name: round(spent.seconds, 1) for name, spent in done.items()}, flush=True)
        yield done


def page(environment: str, steps: int, told: list[dict[str, Spent]]) -> str:
    rows = []
    for name in KINDS:
        ratio = median(turn[name].seconds / turn[PLAIN].seconds for turn in told)
        rows.append((name, f"{ratio:.2f}", f"{told[0][name].tried:,}"))
    introduction = " ".join(INTRODUCTION.split()).format(
        environment=environment, alpha=ALPHA, steps=steps, turns=len(told)
    )
    table = plain(("mitigation", "time", "tried"), rows)
    return "\n\n".join(["# What mitigations cost", introduction, table]) + "\n"


def main() -> None:
    editable = [name for name, game in SUITE.items() if game.editable]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", nargs="?", choices=editable, default="CheeseCorner", metavar="ENV")
    parser.add_argument("--steps", type=int, default=STEPS, help="of each training (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=TURNS, help="default: %(default)s")
    asked = parser.parse_args()
    told = [*turns(task(asked.environment, alpha=ALPHA), asked.steps, asked.turns)]
    written = page(asked.environment, asked.steps, told)
    if asked.environment == "CheeseCorner":
        PAGE.write_text(written, encoding="utf-8")
    print(written, end="")


if __name__ == "__main__":
    main()
