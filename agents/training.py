"""Training: a task, a recipe and a seed become a folder with an agent.

What can be refused is refused by `plan`, before anything is spent; a `Job` is then carried out here or in another
process. Training uses one torch thread, so that several runs side by side do not slow each other down and a seed gives
the same agent again on the same machine.
"""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from ..choices import shown
from ..envs.engine.task import Task
from ..files import check_room, new_folder, sha256_of
from .algorithms.recipe import Recipe
from .callbacks import OnProgress, Reporter
from .curves import check_curves, curves_of, curves_written
from .diverging import StopDiverged, diverging_told
from .own import check_own_parts
from .records import RECORD, ZIP, record_of
from .threads import check_device, one_thread


class UnsuitedWarning(UserWarning):
    """An algorithm is known to be hardly able to learn an environment."""


@dataclass(frozen=True)
class Job:
    """A training run that has been checked; made by `plan`.

    Attributes:
        task: what the agent shall play, and what its record says.
        training_task: the same with the arguments that its recipe practises with.
        recipe, seed: how it learns.
        folder: where it goes.
        curves: where the curves of its training go, if anywhere.
    """

    task: Task
    training_task: Task
    recipe: Recipe
    seed: int
    folder: Path
    curves: Path | None = None

    @property
    def key(self) -> int:
        """The training seed, which tells it from others."""
        return self.seed

    def run(self, progress: OnProgress | None = None) -> Path:
        """Train and write the agent, all at once at the end; StorageError when that fails."""
        began, worked = time.perf_counter(), time.process_time()
        record = record_of(self.task, self.recipe, self.seed)  # of the code as it is now, whatever is saved meanwhile
        with one_thread():
            model = self.recipe.build(self.training_task, self.seed)
            callbacks = self._callbacks(progress)
            with curves_written(model, self.task, self.curves) as further, diverging_told(model):
                model.learn(self.recipe.steps, [*callbacks, *further])
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        with new_folder(self.folder) as folder:
            with (folder / ZIP).open("wb") as file:
                model.save(file)
            record |= {"sha256": sha256_of(folder / ZIP), **_pace(model, seconds, worked)}
            for each in callbacks:
                record |= getattr(each, "summary", dict)()
            (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n")
        return self.folder

    def _callbacks(self, progress: OnProgress | None) -> list[BaseCallback]:
        reporters = [Reporter(self.task.reward, self.recipe.total_steps, progress)] if progress else []
        return [StopDiverged(), *self.recipe.callbacks(self.task, self.seed), *reporters]


def plan(task: Task, recipe: Recipe, seed: int, folder: Path, curves: Path | None = None) -> Job:
    """Check what an agent is to be trained by, on, and where it goes; errors as of `train`."""
    place = curves and curves_of(folder, curves)
    job = Job(task, checked(task, recipe, seed), recipe, seed, folder, place)
    if reason := recipe.unsuited(task):
        warnings.warn(f"{recipe.algorithm} will hardly learn {task.game.name}: {reason}", UnsuitedWarning, stacklevel=3)
    check_room(folder)
    if place:
        check_curves(place)
    return job


def checked(task: Task, recipe: Recipe, *seeds: int) -> Task:
    """The task as training plays it; errors as of `train` where seeds cannot be trained so, wherever they go."""
    for seed in seeds:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
            raise ValueError(f"a training seed is a whole number in 0 .. 2^32-1, not {shown(seed)}")
    played = recipe.training_task(task)
    recipe.model_class()
    check_device(recipe.device)
    check_own_parts(recipe, played)
    return played


def train(
    task: Task,
    recipe: Recipe,
    seed: int,
    folder: Path,
    progress: OnProgress | None = None,
    curves: Path | None = None,
) -> Path:
    """Train an agent and write it to a new folder.

    stable-baselines3 reseeds Python's, NumPy's and torch's global generators.

    Args:
        task: what it plays, with the reward it is given.
        recipe: how it learns.
        seed: in 0 .. 2^32-1; of the network, the actions and, without overlap between seeds, the levels.
        folder: where it goes, all at once when it is done.
        progress: called after each round.
        curves: a folder in which the curves of training go to one named as the agent's, such as RUN/seed-0.

    Returns:
        the folder.

    Raises:
        ValueError, TypeError: the seed is out of its range, or the recipe does not fit the task.
        ModuleNotFoundError, MissingPackageError: the package of the algorithm, or tensorboard, is not installed.
        StorageError: the folder exists, or cannot be written, before or after training.
    """
    return plan(task, recipe, seed, folder, curves).run(progress)


def _pace(model: BaseAlgorithm, seconds: float, worked: float) -> dict[str, Any]:
    """How long training took, and how much of it was a processor's work: the rest is other programs'."""
    steps, device = model.num_timesteps, model.device.type
    return {
        "device": device,
        "steps": steps,
        "seconds": round(seconds, 3),
        "processor_seconds": round(worked, 3),
        "steps_per_second": round(steps / seconds, 1),
    }
