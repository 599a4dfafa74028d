"""Ways of training of the user's own: functions, by where they are.

A function is `train(task, seed, budget) -> policy`. `budget` is how many transitions it may learn from. What it returns
is anything that `goalgap.evaluate` takes: a callable, a model of stable-baselines3, or the path of an agent. A function
is known by its name alone, MODULE:FUNCTION, under which the episodes of each training seed are kept, and its model:

    results/bench/mine.train/CheeseCorner/seed-0-1000.parquet, .json, .zip
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..agents.algorithms import ALGORITHMS
from ..agents.recipes import default_recipe
from ..agents.records import unusual
from ..choices import advice, shown
from ..envs.engine.task import Task
from ..eval.play.rollout import evaluate
from ..eval.report import Report
from ..eval.table.episodes import Episodes
from ..files import sha256_of, write_whole
from ..importing import import_named
from ..players import find_policy, run_of
from .cells import Progress, address, below
from .outcomes import About, Result
from .playing import whole_episodes

FOLDER = "bench"
ADVICE = "a function of yours, train(task, seed, budget), is named MODULE:FUNCTION"


@dataclass(frozen=True)
class Own:
    """A training seed of a function of the user's own, trained and evaluated.

    Attributes:
        results: the folder all results go to.
        about: what it is: `agent` is MODULE:FUNCTION, and `steps` the budget.
    """

    results: Path
    task: Task
    about: About

    @cached_property
    def claim(self) -> str:
        game = {"environment": self.task.game.id, "arguments": self.task.arguments, "alpha": self.task.alpha}
        told = self.about
        return address({**game, "function": told.agent, "budget": told.steps, "seed": told.seed})

    @property
    def key(self) -> str:
        return address([self.claim, self.about.levels])

    @property
    def place(self) -> Path | None:
        return None

    @property
    def path(self) -> Path:
        """The file of its episodes: its folder says what is not as usual."""
        told, words = self.about, [self.task.game.name]
        words += [f"{name}{value}" for name, value in unusual(self.task).items()]
        words += [f"alpha{self.task.alpha}"] * bool(self.task.alpha)
        words += [f"steps{told.steps}"] * (told.steps != budget_of(self.task))
        return folder_of_method(self.results, told.agent) / "-".join(words) / f"seed-{told.seed}-{told.levels}.parquet"

    def run(self, progress: Progress) -> Result:
        episodes = self._finished() or self._played(progress)
        result = Result.of(Report.of(Episodes.join([episodes])), below(self.results, self.path))
        return result.model_copy(update={"steps": self.about.steps})

    def _finished(self) -> Episodes | None:
        """The episodes that are there already, if they are whole and its own."""
        told, found = self.about, whole_episodes(self.path)
        ours = [(told.agent, told.seed, told.steps)]
        return found if found and [(*run.key[:2], run.details.get("budget")) for run in found.runs] == ours else None

    def _played(self, progress: Progress) -> Episodes:
        """Train, evaluate, and write the episodes, all at once at the end."""
        told, began = self.about, time.perf_counter()
        given = function_named(told.agent)(self.task, told.seed, told.steps)
        seconds = round(time.perf_counter() - began, 3)
        player = find_policy(given, self.task, seed=told.seed)
        run = run_of(player, self.task)
        details = {**run.details, "budget": told.steps, "seconds": seconds, **self._kept(given)}
        run = run.model_copy(update={"agent": told.agent, "training_seed": told.seed, "details": details})
        episodes = evaluate(self.task, player, told.levels, run=run, progress=progress)
        episodes.write(self.path)
        return episodes

    def _kept(self, given: Any) -> dict[str, str]:
        """Keep a model of stable-baselines3, which others can play once it is packed; what a run says of its file."""
        if not (hasattr(given, "save") and hasattr(given, "get_vec_normalize_env")):
            return {}
        if given.get_vec_normalize_env() is not None:
            print("the model is not kept: its file would lack the statistics of its VecNormalize")
            return {}
        content, file = io.BytesIO(), self.path.with_suffix(".zip")
        try:
            given.save(content)
        except Exception as error:  # noqa: BLE001 (of pickling whatever a model of somebody's holds)
            print(f"the model cannot be kept: {error}")
            return {}
        write_whole(file, content.getvalue())
        return {"sha256": sha256_of(file)}


def folder_of_method(results: Path, *words: str) -> Path:
    """Where the results of a method are, by its name and what else is said of it."""
    return results / FOLDER / "-".join(words).replace(":", ".").replace("=", "")


def function_named(name: str) -> Callable[[Task, int, int], Any]:
    """The function at MODULE:FUNCTION, also of a module in the working directory, whose code is run.

    Raises:
        ValueError: there is none; the message says which algorithms there are besides.
    """
    if ":" not in name:
        raise ValueError(f"unknown algorithm {shown(name)}: {advice(name, list(ALGORITHMS))}; {ADVICE}")
    found = import_named("function", name)
    if not callable(found):
        raise ValueError(f"{shown(name)} is no function: {ADVICE}")  # noqa: TRY004 (of what was typed)
    return found  # type: ignore[no-any-return]


def budget_of(task: Task, times: float = 1) -> int:
    """How many transitions the standard recipe of an environment learns from, or so many times as many."""
    return max(1, round(times * default_recipe(task).steps))
