"""What `goalgap run` and `goalgap train` ask of training, and what both do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import tyro
from rich.console import Console

from ..agents.algorithms.recipe import Recipe
from ..agents.changes import changed_recipe
from ..agents.mitigations import mitigated
from ..agents.records import check_own, finished
from ..envs.engine.anchors import anchors
from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..extras import AGENTS, TENSORBOARD, check_installed, needs_extras
from ..sweeps.outcomes import About
from ..sweeps.paces import Paces, crowding, elsewhere
from ..sweeps.status import duration
from .options import RESULTS, Algorithm, Changes, Curves, Mitigation, OptionalInt, RefusedError
from .progress import OnWork, progress_shown
from .saying import say

if TYPE_CHECKING:
    from ..agents.callbacks import TrainingProgress


@dataclass(frozen=True)
class Learning:
    """How agents learn, and where they go."""

    algorithm: Algorithm = None
    steps: OptionalInt = None
    """transitions to learn from, instead of the recipe's; whole rollouts, so more where these do not divide them"""
    recipe: Changes = ()
    mitigation: Mitigation = None
    results: Path = RESULTS
    """the folder all results go to"""
    tensorboard: Curves = None

    def chosen(self, task: Task) -> Recipe:
        """The recipe that is asked for; ValueError or TypeError says what is allowed, before a folder is made."""
        recipe = chosen_recipe(task, self.algorithm, self.steps, mitigated(self.recipe, self.mitigation))
        recipe.training_task(task)
        return recipe


Learned = Annotated[Learning, tyro.conf.arg(name="")]


def chosen_recipe(task: Task, algorithm: str | None, steps: int | None, changes: tuple[str, ...]) -> Recipe:
    """The recipe that --algorithm, --steps and --recipe ask for; ValueError or TypeError says what is allowed."""
    return changed_recipe(task, algorithm, changes if steps is None else (f"steps={steps}", *changes))


def check_trainable(task: Task, recipe: Recipe, places: Mapping[int, Path], curves: Path | None) -> None:
    """MissingPackageError, ValueError or TypeError, before a folder is made, where an agent cannot be trained."""
    if missing := [seed for seed, place in places.items() if not finished(place)]:
        check_installed(*AGENTS, *(TENSORBOARD if curves else ()))
        with needs_extras():
            from ..agents.training import checked
        checked(task, recipe, *missing)


def train_missing(
    console: Console, task: Task, recipe: Recipe, places: Mapping[int, Path], processes: int, curves: Path | None
) -> None:
    """Train the seeds whose places hold no agent yet; RefusedError when some fail, after all others."""
    missing = {seed: place for seed, place in places.items() if not finished(place)}
    for seed in set(places) - set(missing):
        check_own(places[seed], task, recipe, seed)
    if done := sorted(set(places) - set(missing)):
        hint = "; curves are written only while an agent is trained" if curves else ""
        say(console, f"trained already: seed {', '.join(map(str, done))}{hint}")
    if not missing:
        return
    say(console, f"to train: {_told(task, recipe, len(missing), processes)}")
    if curves:
        say(console, f"curves: tensorboard --logdir {curves}")
    with progress_shown(console) as update:
        _train(task, recipe, missing, processes, update, curves)


def _told(task: Task, recipe: Recipe, count: int, processes: int) -> str:
    """What there is to train, and about how long that takes, where somebody has measured it: on processors."""
    about = About(environment=task.game.name, agent=recipe.algorithm, steps=recipe.total_steps)
    told = f"{count} agent{'s' * (count != 1)}, {about.steps:,} transitions each"
    at_once = min(processes, count)
    seconds = Paces(crowding=crowding(at_once)).seconds(about)
    if seconds is None or recipe.algorithm not in elsewhere()[about.environment] or recipe.device == "cuda":
        return told
    return f"{told}, about {duration(ceil(count / at_once) * seconds)}"


def _train(
    task: Task, recipe: Recipe, places: Mapping[int, Path], processes: int, update: OnWork, curves: Path | None
) -> None:
    def tell(seed: int, now: TrainingProgress) -> None:
        told = "" if isnan(now.score) else f"training return {now.score:.2f}"
        update(f"train seed {seed}", now.steps, now.total, told)

    for seed in places:
        update(f"train seed {seed}", 0, recipe.total_steps)
    with needs_extras():
        from ..agents.seeds import TrainingError, train_seeds

        _compile(recipe.training_task(task))
        if curves:
            anchors(Batch.of(task.on("deploy"), [0]))
        try:
            train_seeds(task, recipe, places, processes, tell, curves)
        except TrainingError as error:
            raise RefusedError(str(error)) from error


def _compile(task: Task) -> None:
    """Compile what training plays, once for all seeds, and here, where it is told that this takes a while."""
    from ..agents.vec_env import GoalGapVecEnv

    game = GoalGapVecEnv(task, 1)
    game.reset()
    game.step(np.zeros(1, np.int64))
