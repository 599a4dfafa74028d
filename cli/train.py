"""`goalgap train`: one agent, and what `goalgap run` shares of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from ..agents.algorithms.recipe import Recipe
from ..agents.changes import changed_recipe
from ..agents.mitigations import mitigated
from ..agents.records import check_own, finished, folder_of
from ..envs.engine.anchors import anchors
from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..extras import AGENTS, TENSORBOARD, check_installed, needs_extras
from .options import (
    RESULTS,
    Algorithm,
    Changes,
    Curves,
    Environment,
    Mitigation,
    OptionalInt,
    OptionalPath,
    Options,
    RefusedError,
    Shared,
)
from .progress import OnWork, progress_shown
from .results import locked
from .saying import output, say

if TYPE_CHECKING:
    from ..agents.callbacks import TrainingProgress


def train(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    algorithm: Algorithm = None,
    seed: int = 0,
    steps: OptionalInt = None,
    recipe: Changes = (),
    mitigation: Mitigation = None,
    out: OptionalPath = None,
    results: Path = RESULTS,
    tensorboard: Curves = None,
) -> None:
    """Train one agent.

    Args:
        options: how the environment is made.
        seed: the training seed.
        steps: transitions to learn from, instead of the recipe's.
        out: the agent's folder, instead of one below the results.
        results: the folder all results go to.
    """
    console, task = output(), options.task(environment)
    chosen = chosen_recipe(task, algorithm, steps, mitigated(recipe, mitigation))
    folder = out or folder_of(results, task, chosen) / f"seed-{seed}"
    check_trainable({seed: folder}, tensorboard)
    with locked(folder.parent):
        train_missing(console, task, chosen, {seed: folder}, 1, tensorboard)
    say(console, f"agent: {folder}")


def chosen_recipe(task: Task, algorithm: str | None, steps: int | None, changes: tuple[str, ...]) -> Recipe:
    """The recipe that --algorithm, --steps and --recipe ask for; ValueError or TypeError says what is allowed."""
    return changed_recipe(task, algorithm, changes if steps is None else (f"steps={steps}", *changes))


def check_trainable(places: Mapping[int, Path], curves: Path | None) -> None:
    """MissingPackageError, before a folder is made, where an agent must be trained and cannot be."""
    if not all(finished(place) for place in places.values()):
        check_installed(*AGENTS, *(TENSORBOARD if curves else ()))


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
    if curves:
        say(console, f"curves: tensorboard --logdir {curves}")
    with progress_shown(console) as update:
        _train(task, recipe, missing, processes, update, curves)


def _train(
    task: Task, recipe: Recipe, places: Mapping[int, Path], processes: int, update: OnWork, curves: Path | None
) -> None:
    def tell(seed: int, now: TrainingProgress) -> None:
        update(f"train seed {seed}", now.steps, now.total, f"training return {now.score:.2f}")

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
