"""Ways of training, which are what is compared: ours by the name of an algorithm, others by where their function is.

A method is a callable `train(task, seed, budget) -> policy`. `budget` is how many transitions it may learn from: the
standard recipe's in each environment, or a fraction of it. What it returns is anything that `goalgap.evaluate` takes: a
callable, a model of stable-baselines3, or the path of an agent.

    results/bench/PPO/CheeseCorner/seed-0/           an agent of ours
                                  /seed-0-1000.parquet, .json   what it played: a cell that has these is finished
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .agents.algorithms import ALGORITHMS
from .agents.recipes import default_recipe
from .agents.records import check_own, finished
from .choices import shown
from .envs import task as task_of
from .envs.engine.task import Task
from .eval.play.games import recorded_task
from .eval.play.rollout import evaluate
from .eval.table.episodes import Episodes
from .eval.table.manifest import EpisodesError
from .importing import import_named
from .players import find_policy, run_of

Train = Callable[[Task, int, int], Any]
ADVICE = f"a method is one of {', '.join(ALGORITHMS)}, or a function train(task, seed, budget) as MODULE:FUNCTION"


@dataclass(frozen=True)
class Cell:
    """One training of a method: by one seed in one environment; `carry_out` does several side by side.

    Attributes:
        method: its name.
        environment: by name.
        seed: of training.
        budget: transitions that it may learn from.
        levels: how many of each split it is evaluated on.
        folder: of the method's results.
    """

    method: str
    environment: str
    seed: int
    budget: int
    levels: int
    folder: Path

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from other cells."""
        return self.environment, self.seed

    @property
    def place(self) -> Path:
        """The folder of its agent, where it has one."""
        return self.folder / self.environment / f"seed-{self.seed}"

    @property
    def path(self) -> Path:
        """The file of its episodes."""
        return self.place.with_name(f"{self.place.name}-{self.levels}.parquet")

    def episodes(self) -> Episodes | None:
        """What it played, if it is finished, of the game as it is now and within the same budget."""
        try:
            found = Episodes.read(self.path)
            recorded_task(found.game, "train")
        except (EpisodesError, ValueError, OSError):
            return None
        told = [(run.agent, run.training_seed, run.details.get("budget")) for run in found.runs]
        return found if told == [(self.method, self.seed, self.budget)] else None

    def run(self, progress: Callable[[Any], None]) -> None:
        """Train, evaluate, and write the episodes, all at once at the end."""
        played = task_of(self.environment)
        policy = self._trained(played)
        player = find_policy(policy, played, seed=self.seed)
        run = run_of(player, played)
        details = {**run.details, "budget": self.budget}
        told = {"agent": self.method, "training_seed": self.seed, "details": details}
        evaluate(played, player, self.levels, run=run.model_copy(update=told)).write(self.path)
        progress(1)

    def _trained(self, played: Task) -> Any:
        if self.method not in ALGORITHMS:
            return function_named(self.method)(played, self.seed, self.budget)
        from .agents.training import train

        recipe = default_recipe(played, self.method, steps=self.budget)
        if finished(self.place):
            check_own(self.place, played, recipe, self.seed)
            return self.place
        return train(played, recipe, self.seed, self.place)


def check_method(name: str) -> None:
    """ValueError unless there is a method of this name; a function's module is imported."""
    if name not in ALGORITHMS:
        function_named(name)


def function_named(name: str) -> Train:
    """The function at MODULE:FUNCTION, also of a module in the working directory, whose code is run.

    Raises:
        ValueError: there is none.
    """
    if ":" not in name:
        raise ValueError(f"there is no method {shown(name)}: {ADVICE}")
    found = import_named("method", name)
    if not callable(found):
        raise ValueError(f"{shown(name)} is no function: {ADVICE}")  # noqa: TRY004 (of what was typed)
    return found  # type: ignore[no-any-return]


def usual_budget(environment: str) -> int:
    """How many transitions the standard recipe of an environment learns from."""
    return default_recipe(task_of(environment)).steps
