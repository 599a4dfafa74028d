"""Cells: the pieces of a sweep, each with a name that is a hash of all that decides its result.

A cell is a training seed under one recipe, trained and evaluated on all splits, or a reference policy, evaluated.
Agents lie where `goalgap run` has them, so that what one command has trained the others take: an agent and episodes
that are there already are used, if they are whole and the very ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from ..agents.algorithms.recipe import Recipe
from ..agents.records import check_own, describe, finished, folder_of, unusual
from ..envs.engine.task import Task
from ..eval.play.rollout import evaluate
from ..eval.report import Report
from ..eval.table.episodes import Episodes
from ..files import StorageError
from ..players import find_policy, run_of
from .outcomes import About, Result
from .playing import agent_tables, episodes_of_agent, finished_episodes

Progress = Callable[[Any], None]


class Cell(Protocol):
    """A piece of a sweep, which can be pickled.

    Attributes:
        key: names it, and all that decides its result.
        claim: of two cells with the same one, only one is carried out at a time.
        about: what it is.
        place: the folder in which nobody else may be at work alone, if there is one.
    """

    @property
    def key(self) -> str: ...

    @property
    def claim(self) -> str: ...

    @property
    def about(self) -> About: ...

    @property
    def place(self) -> Path | None: ...

    def run(self, progress: Progress) -> Result:
        """Carry it out, telling `progress` now and then that it goes on."""


@dataclass(frozen=True)
class Training:
    """What all seeds of a recipe share: what is trained and how, and what is said of it."""

    task: Task
    recipe: Recipe
    told: About

    @cached_property
    def address(self) -> str:
        """Names all that a trained agent depends on but its seed."""
        return address(describe(self.task, self.recipe, 0))

    def check_code(self) -> None:
        """ValueError where a class of the user's own is another than when the sweep was planned."""
        if self.recipe.own and address(describe(self.task, self.recipe, 0)) != self.address:
            names = " or ".join(self.recipe.own)
            raise ValueError(f"the module of {names} has changed since this was begun: start it again")


@dataclass(frozen=True)
class Trained:
    """A training seed, trained and evaluated on so many levels of each split, below the folder of all results."""

    results: Path
    training: Training
    seed: int
    levels: int

    @property
    def claim(self) -> str:
        return address([self.training.address, self.seed])

    @property
    def key(self) -> str:
        return address([self.training.address, self.seed, self.levels])

    @property
    def about(self) -> About:
        return self.training.told.model_copy(update={"seed": self.seed})

    @property
    def place(self) -> Path:
        return folder_of(self.results, self.training.task, self.training.recipe)

    @property
    def agent(self) -> Path:
        """The folder of the agent."""
        return self.place / f"seed-{self.seed}"

    def run(self, progress: Progress) -> Result:
        from ..agents.threads import one_thread

        task, recipe = self.training.task, self.training.recipe
        self.training.check_code()
        with one_thread():
            self._train(task, recipe, progress)
            parts = list(episodes_of_agent(task, self.agent, recipe, self.levels, lambda _: progress))
        paths = (self.agent, *(path for path, _ in agent_tables(self.agent, recipe, self.levels)))
        return Result.of(Report.of(parts), below(self.results, *paths))

    def _train(self, task: Task, recipe: Recipe, progress: Progress) -> None:
        """Train it, unless it is there; also when somebody else was quicker."""
        from ..agents.training import plan

        if not finished(self.agent):
            try:
                plan(task, recipe, self.seed, self.agent).run(progress)
            except StorageError:
                if not finished(self.agent):
                    raise
        check_own(self.agent, task, recipe, self.seed)


@dataclass(frozen=True)
class Scripted:
    """A reference policy, evaluated; `task` is its environment without distinguishing levels."""

    results: Path
    task: Task
    name: str
    levels: int
    told: About

    @cached_property
    def key(self) -> str:
        game = {"environment": self.task.game.id, "arguments": self.task.arguments}
        return address({**game, "reference": self.name, "levels": self.levels})

    @property
    def claim(self) -> str:
        return self.key

    @property
    def about(self) -> About:
        return self.told

    @property
    def place(self) -> Path:
        arguments = (f"{name}{value}" for name, value in unusual(self.task).items())
        return self.results / "reference" / "-".join([self.task.game.name, *arguments, self.name]).replace(":", "-")

    def run(self, progress: Progress) -> Result:
        path, policy = self.place / f"sampled-{self.levels}.parquet", find_policy(self.name, self.task)
        run = run_of(policy, self.task)
        episodes = finished_episodes(path, run)
        if episodes is None:
            episodes = evaluate(self.task, policy, self.levels, run=run, progress=progress)
            episodes.write(path)
        return Result.of(Report.of(Episodes.join([episodes])), below(self.results, path))


def address(depends_on: Any) -> str:
    """16 hexadecimal digits that name what a result depends on."""
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16]


def below(results: Path, *paths: Path) -> tuple[str, ...]:
    """Paths as they are from the folder of results on."""
    return tuple(path.relative_to(results).as_posix() for path in paths)
