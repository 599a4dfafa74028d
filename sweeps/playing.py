"""What a trained agent plays in evaluation, once: `goalgap run` and sweeps keep the same files in an agent's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..agents.algorithms.recipe import Recipe
from ..agents.records import read_record, run_fields
from ..envs.engine.task import Task
from ..eval.play.games import recorded_task
from ..eval.play.rollout import evaluate
from ..eval.table.episodes import Episodes
from ..eval.table.manifest import EpisodesError
from ..eval.table.runs import Run
from ..players import find_policy

WAYS = (("sampled", True), ("argmax", False))
OnRun = Callable[[Run], Callable[[int], None]]  # of a run that is played: what is told how many episodes have ended


def agent_tables(place: Path, recipe: Recipe, levels: int) -> Iterator[tuple[Path, bool]]:
    """Where the episodes of a trained agent go, and whether they are sampled: argmax ones always."""
    for way, sampled in WAYS if recipe.draws else WAYS[1:]:
        yield place / f"{way}-{levels}.parquet", sampled


def episodes_of_agent(task: Task, place: Path, recipe: Recipe, levels: int, tell: OnRun) -> Iterator[Episodes]:
    """The episodes of one trained agent, sampled, if it draws its actions, and argmax.

    Its model is opened only where they are missing. Classes of the user's own are those that the recipe names.
    """
    record = read_record(place)
    for path, sampled in agent_tables(place, recipe, levels):
        run = Run(**{"reward": task.reward, **run_fields(record), "deterministic": not sampled})
        episodes = finished_episodes(path, run)
        if episodes is None:
            policy = find_policy(place, task, sampled=sampled, trust=recipe.own)
            episodes = evaluate(task, policy, levels, run=run, progress=tell(run))
            episodes.write(path)
        yield episodes


def finished_episodes(path: Path, expected: Run) -> Episodes | None:
    """The episodes at `path` if they are whole, of the expected run, and of the game as it is now."""
    episodes = whole_episodes(path)
    return episodes if episodes and all(_identity(run) == _identity(expected) for run in episodes.runs) else None


def whole_episodes(path: Path) -> Episodes | None:
    """The episodes at `path` if they are whole, and of the game as it is now."""
    try:
        episodes = Episodes.read(path)
        recorded_task(episodes.game, "train")
    except (EpisodesError, ValueError):
        return None
    return episodes


def _identity(run: Run) -> tuple[Any, ...]:
    return *run.key, run.reward, run.alpha, run.details.get("sha256")
