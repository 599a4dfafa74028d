"""`goalgap run`: train, evaluate, report."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain

from ..agents.records import folder_of
from ..eval.report import Report
from ..eval.saving import save_report
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..sweeps.playing import episodes_of_agent
from ..terms import SPLITS
from .learning import Learned, Learning, check_trainable, train_missing
from .options import LEVELS, Environment, Options, Shared, check_counts
from .progress import OnWork, counter, progress_shown
from .report import show_report
from .results import locked
from .saying import output


def run(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    learning: Learned = Learning(),  # noqa: B008
    seeds: int = 3,
    levels: int = LEVELS,
    processes: int = 2,
) -> None:
    """Train agents, evaluate them on all splits, and report which goal they learned: the main job.

    Running the same command again does only what is missing.

    Args:
        options: how the environment is made.
        seeds: how many agents to train, with training seeds 0, 1, ...
        levels: how many levels of each split to evaluate on.
        processes: how many agents to train at a time.
    """
    console, task = output(), options.task(environment)
    check_counts(seeds=seeds, levels=levels, processes=processes)
    recipe = learning.chosen(task)
    folder = folder_of(learning.results, task, recipe)
    places = {seed: folder / f"seed-{seed}" for seed in range(seeds)}
    check_trainable(task, recipe, places, learning.tensorboard)
    with locked(folder):
        train_missing(console, task, recipe, places, processes, learning.tensorboard)
        with progress_shown(console) as update:
            tell = partial(_told, update, levels)
            parts = [episodes_of_agent(task, place, recipe, levels, tell) for place in places.values()]
            episodes = Episodes.join(chain.from_iterable(parts))
        made = Report.of(episodes)
        show_report(console, made, save_report(made, episodes, folder))


def _told(update: OnWork, levels: int, run: Run) -> Callable[[int], None]:
    """What is told how many episodes of a run have ended."""
    way = "argmax" if run.deterministic else "sampled"
    return counter(update, f"evaluate seed {run.training_seed}, {way}", len(SPLITS) * levels)
