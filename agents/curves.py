"""Curves of training, as TensorBoard reads them; each agent has a folder of its own, named as the agent's is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import configure

from ..envs.engine.task import Task
from ..extras import TENSORBOARD, check_installed
from ..files import check_room


def curves_of(folder: Path, curves: Path) -> Path:
    """Where below `curves` those of the agent in a folder go, such as CURVES/CheeseCorner-PPO-f69e6c/seed-0."""
    return curves / folder.parent.name / folder.name


def check_curves(place: Path) -> None:
    """MissingPackageError or StorageError where curves cannot be written."""
    check_installed(*TENSORBOARD)
    check_room(place / "events")


@contextmanager
def curves_written(model: BaseAlgorithm, task: Task, place: Path | None) -> Iterator[list[BaseCallback]]:
    """While the block trains the model with these callbacks, its curves go to a place, if there is one."""
    if place is None:
        yield []
        return
    from .sight import GoalCallback

    model.set_logger(configure(str(place), ["tensorboard"]))
    try:
        yield [GoalCallback(task)]
    finally:
        model.logger.close()
