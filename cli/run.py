"""`goalgap run`: train, evaluate, report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from ..agents.algorithms import algorithm_named
from ..agents.algorithms.recipe import Recipe
from ..agents.mitigations import mitigated
from ..agents.records import folder_of, read_record, run_fields
from ..envs.engine.task import Task
from ..eval.report import Report
from ..eval.saving import save_report
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..players import find_policy
from .eval import play
from .options import (
    LEVELS,
    RESULTS,
    Algorithm,
    Changes,
    Curves,
    Environment,
    Mitigation,
    OptionalInt,
    Options,
    Shared,
    check_counts,
)
from .progress import OnWork, progress_shown
from .report import show_report
from .results import finished_episodes, locked
from .train import check_trainable, chosen_recipe, train_missing

WAYS = (("sampled", True), ("argmax", False))


def run(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    algorithm: Algorithm = None,
    seeds: int = 3,
    steps: OptionalInt = None,
    recipe: Changes = (),
    mitigation: Mitigation = None,
    levels: int = LEVELS,
    processes: int = 2,
    results: Path = RESULTS,
    tensorboard: Curves = None,
) -> None:
    """Train agents, evaluate them on all splits, and report which goal they learned: the main job.

    Running the same command again does only what is missing.

    Args:
        options: how the environment is made.
        seeds: how many agents to train, with training seeds 0, 1, ...
        steps: transitions to learn from, instead of the recipe's.
        levels: how many levels of each split to evaluate on.
        processes: how many agents to train at a time.
        results: the folder all results go to.
    """
    console, task = Console(), options.task(environment)
    check_counts(seeds=seeds, levels=levels, processes=processes)
    chosen = chosen_recipe(task, algorithm, steps, mitigated(recipe, mitigation))
    folder = folder_of(results, task, chosen)
    places = {seed: folder / f"seed-{seed}" for seed in range(seeds)}
    check_trainable(places, tensorboard)
    with locked(folder):
        train_missing(console, task, chosen, places, processes, tensorboard)
        with progress_shown(console) as update:
            parts = [
                part for place in places.values() for part in _episodes_of_agent(task, place, chosen, levels, update)
            ]
        episodes = Episodes.join(parts)
        made = Report.of(episodes)
        show_report(console, made, save_report(made, episodes, folder))


def _episodes_of_agent(task: Task, place: Path, recipe: Recipe, levels: int, update: OnWork) -> Iterator[Episodes]:
    """The episodes of one trained agent, sampled, if it draws its actions, and argmax.

    Its model is opened only where they are missing. Classes of the user's own are those that the command named.
    """
    record = read_record(place)
    draws = algorithm_named(record["recipe"]["algorithm"]).draws
    for way, sampled in WAYS if draws else WAYS[1:]:
        path = place / f"{way}-{levels}.parquet"
        run = Run(**{"reward": task.reward, **run_fields(record), "deterministic": not sampled})
        episodes = finished_episodes(path, run)
        if episodes is None:
            policy = find_policy(place, task, sampled=sampled, trust=recipe.own)
            episodes = play(task, policy, levels, run, update, f"evaluate seed {run.training_seed}, {way}")
            episodes.write(path)
        yield episodes
