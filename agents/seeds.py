"""Several seeds side by side: each in a process of its own, so that none can take another down with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..envs.engine.task import Task
from .algorithms.recipe import Recipe
from .callbacks import TrainingProgress
from .processes import carry_out, check_processes, last_line
from .training import plan

OnSeedProgress = Callable[[int, TrainingProgress], None]


class TrainingError(RuntimeError):
    """Some seeds failed, after all others had finished.

    Attributes:
        failures: what each failed seed died of.
    """

    def __init__(self, failures: Mapping[int, str]) -> None:
        self.failures = dict(failures)
        last = {seed: last_line(text) for seed, text in self.failures.items()}
        listed = "; ".join(f"seed {seed}: {text}" for seed, text in sorted(last.items()))
        super().__init__(f"{len(last)} of the seeds failed, the others are kept: {listed}")


def train_seeds(
    task: Task,
    recipe: Recipe,
    folders: Mapping[int, Path],
    processes: int = 2,
    progress: OnSeedProgress | None = None,
    curves: Path | None = None,
) -> None:
    """Train an agent for each seed.

    Args:
        task, recipe: as in `train`; the environment must be importable, as all of the suite are.
        folders: where each seed's agent goes; see `records.finished` for what need not be trained again.
        processes: how many to train at a time.
        progress: called in this process with a seed and how far it is.
        curves: as in `train`.

    Raises:
        ValueError, TypeError, StorageError: as of `train`, or no process is allowed; nothing was started.
        TrainingError: seeds failed; all others were trained first.
    """
    check_processes(processes)
    jobs = [plan(task, recipe, seed, folder, curves) for seed, folder in folders.items()]
    if failures := carry_out(jobs, processes, progress):
        raise TrainingError(failures)
