"""Where the time of training goes: `python benchmarks/training_profile.py` writes `training_profile.md`.

The standard recipe of each environment is trained for a few rollouts, as `goalgap train` does it, with timers around
its parts; and that with the curriculum that does most, where levels can be edited. They take processor time, so that
what else a machine does disturbs little, and each moment counts for the innermost part.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from goalgap import SUITE, task
from goalgap.agents.curricula import exploring
from goalgap.agents.curricula.replaying import ReplaySampler
from goalgap.agents.recipes import default_recipe
from goalgap.agents.threads import one_thread
from goalgap.agents.vec_env import GoalGapVecEnv
from goalgap.envs.engine.batch import Batch
from goalgap.eval.show.markdown import plain

PAGE = Path(__file__).with_name("training_profile.md")
ROLLOUTS, MOST = 3, 0.10  # the share that the first three parts may take together
GAMES = ("stepping", "sampling", "copying")
PARTS = (*GAMES, "infos", "acting", "learning", REST := "rest")
INTRODUCTION = """
Written by `python benchmarks/training_profile.py`: the standard recipe of each environment, {rollouts} rollouts after
one that compiles, on one thread, in processor time. Shares of all training: `stepping` games, `sampling` levels with
which episodes begin, and `copying` observations are what an environment costs; `games` is their sum, and is to be under
{most:.0%}. `infos` is what stable-baselines3 is told of a step besides, and its reading that; `acting` is the network
while it plays, with the buffer and callbacks; `learning` is the gradient steps. With a curriculum, here ACCEL by exact
regret at an alpha of 1 %, trying levels is playing them too, and `sampling` has the rest of it: drawing, editing and
solving levels, and keeping what came of them.{remark}
"""
CURRICULUM = {"method": "accel", "score": "oracle-latest"}


class Timers:
    """Processor time of parts that are entered within each other: each moment counts for the innermost."""

    spent: Counter[str]

    def _move(self) -> None:
        now = time.process_time()
        self.spent[self._stack[-1]] += now - self._since  # type: ignore[assignment]
        self._since = now

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            self._move()
            self._stack.append(name)
            try:
                return function(*given, **named)
            finally:
                self._move()
                self._stack.pop()

        return timed

    @contextmanager
    def on(self, model: Any) -> Iterator[None]:
        """Within, the parts of a model's training are timed."""
        kind = type(model)
        parts = (
            ("stepping", Batch, "step"), ("sampling", Batch, "reset"), ("copying", Batch, "observe"),
            ("infos", GoalGapVecEnv, "step_wait"), ("infos", kind, "_update_info_buffer"),
            ("acting", kind, "collect_rollouts"), ("learning", kind, "train"),
            ("sampling", ReplaySampler, "explore"), ("sampling", ReplaySampler, "end_round"),
            ("acting", exploring, "_act"),
        )  # fmt: skip
        self.spent, self._stack, self._since = Counter(), [REST], time.process_time()
        with ExitStack() as stack:
            for name, owner, method in parts:
                stack.enter_context(patch.object(owner, method, self.around(name, getattr(owner, method))))
            yield
        self._move()


def profile(environment: str, rollouts: int, curriculum: dict[str, str] | None = None) -> dict[str, float]:
    """Each part's share of the time in which a standard recipe is trained, with a curriculum or without."""
    played = task(environment, alpha=0.01 if curriculum else 0.0)
    recipe = default_recipe(played, **({"curriculum": curriculum} if curriculum else {}))
    trained, timers = recipe.training_task(played), Timers()
    with one_thread():
        recipe.build(trained, 1).learn(1, recipe.callbacks(played, 1))
        model = recipe.build(trained, 0)
        with timers.on(model):
            model.learn(rollouts * recipe.rollout_size, recipe.callbacks(played, 0))
    total = sum(timers.spent.values())
    return {name: timers.spent[name] / total for name in PARTS}


def row(name: str, shares: dict[str, float]) -> list[str]:
    games = sum(shares[part] for part in GAMES)
    return [name, f"{games:.1%}", *(f"{share:.1%}" for share in shares.values())]


def page(rows: list[list[str]], rollouts: int, remark: str) -> str:
    told = INTRODUCTION.format(rollouts=rollouts, most=MOST, remark=f" {remark}" if remark else "").strip()
    return f"# Where the time of training goes\n\n{told}\n\n{plain(['environment', 'games', *PARTS], rows)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", nargs="*", default=list(SUITE))
    parser.add_argument("--rollouts", type=int, default=ROLLOUTS)
    parser.add_argument("--remark", default="", help="a sentence on the machine, such as that it did other work")
    asked, rows = parser.parse_args(), list[list[str]]()
    for environment in asked.environments:
        rows.append(row(environment, profile(environment, asked.rollouts)))
        print(*rows[-1], flush=True)
    for environment in asked.environments:
        if SUITE[environment].editable:
            rows.append(row(f"{environment}, ACCEL", profile(environment, asked.rollouts, CURRICULUM)))
            print(*rows[-1], flush=True)
    PAGE.write_text(page(rows, asked.rollouts, asked.remark), encoding="utf-8")


if __name__ == "__main__":
    main()
