"""`goalgap train`: one agent, and what `goalgap run` shares of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

from ..agents.algorithms.recipe import Recipe
from ..agents.recipes import default_recipe
from ..agents.records import check_own, finished, folder_of
from ..envs.engine.task import Task
from ..players import check_agents_can_be_made, needs_agents
from .options import RESULTS, Algorithm, Environment, OptionalInt, OptionalPath, Options, RefusedError, Shared
from .progress import OnWork, progress_shown
from .results import locked
from .saying import say

if TYPE_CHECKING:
    from ..agents.callbacks import TrainingProgress


def train(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    algorithm: Algorithm = None,
    seed: int = 0,
    steps: OptionalInt = None,
    out: OptionalPath = None,
    results: Path = RESULTS,
) -> None:
    """Train one agent.

    Args:
        options: how the environment is made.
        seed: the training seed.
        steps: transitions to learn from, instead of the recipe's.
        out: the agent's folder, instead of one below the results.
        results: the folder all results go to.
    """
    console, task = Console(), options.task(environment)
    recipe = default_recipe(task, algorithm, **given_steps(steps))
    folder = out or folder_of(results, task, recipe) / f"seed-{seed}"
    check_trainable({seed: folder})
    with locked(folder.parent):
        train_missing(console, task, recipe, {seed: folder}, 1)
    say(console, f"agent: {folder}")


def given_steps(steps: int | None) -> dict[str, int]:
    """The change of a recipe that --steps asks for."""
    return {} if steps is None else {"steps": steps}


def check_trainable(places: Mapping[int, Path]) -> None:
    """MissingPackageError, before a folder is made, where an agent must be trained and cannot be."""
    if not all(finished(place) for place in places.values()):
        check_agents_can_be_made()


def train_missing(console: Console, task: Task, recipe: Recipe, places: Mapping[int, Path], processes: int) -> None:
    """Train the seeds whose places hold no agent yet; RefusedError when some fail, after all others."""
    missing = {seed: place for seed, place in places.items() if not finished(place)}
    for seed in set(places) - set(missing):
        check_own(places[seed], task, recipe, seed)
    if done := sorted(set(places) - set(missing)):
        say(console, f"trained already: seed {', '.join(map(str, done))}")
    if not missing:
        return
    with progress_shown(console) as update:
        _train(task, recipe, missing, processes, update)


def _train(task: Task, recipe: Recipe, places: Mapping[int, Path], processes: int, update: OnWork) -> None:
    def tell(seed: int, now: TrainingProgress) -> None:
        update(f"train seed {seed}", now.steps, now.total, f"training return {now.score:.2f}")

    for seed in places:
        update(f"train seed {seed}", 0, recipe.total_steps)
    with needs_agents():
        from ..agents.seeds import TrainingError, train_seeds

        _compile(recipe.training_task(task))
        try:
            train_seeds(task, recipe, places, processes, tell)
        except TrainingError as error:
            raise RefusedError(str(error)) from error


def _compile(task: Task) -> None:
    """Compile what training plays, once for all seeds, and here, where it is told that this takes a while."""
    from ..agents.vec_env import GoalGapVecEnv

    game = GoalGapVecEnv(task, 1)
    game.reset()
    game.step(np.zeros(1, np.int64))
