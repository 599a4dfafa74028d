"""Training: a task, a recipe and a seed become a folder with an agent.

The folder holds `agent.zip`, as stable-baselines3 writes it, and `agent.json`, which says what it was trained
on and how, and by a checksum that the zip is the one that was written. Training uses one torch thread, so that
several runs side by side do not slow each other down and a seed gives the same agent again on the same machine.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from sb3_contrib import RecurrentPPO
from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.utils import LinearSchedule

from .. import __version__
from ..choices import choose
from ..envs.engine.task import Task
from .callbacks import BootstrapTogether, Progress, Reporter
from .evolution import SideBySideARS
from .features import PatchFeatures
from .recipes import Evolution, Gradient, Recipe, Recurrent
from .recurrence import SequencePolicy
from .storage import check_room, new_folder
from .vec_env import GoalGapVecEnv

ZIP, RECORD = "agent.zip", "agent.json"

Report = Callable[[Progress], None]


def describe(task: Task, recipe: Recipe, seed: int) -> dict[str, Any]:
    """What a trained agent depends on, as JSON-able data."""
    return {
        "environment": task.game.id,
        "split": task.split,
        "arguments": task.arguments,
        "alpha": task.alpha,
        "reward": task.reward,
        "recipe": recipe.as_data(),
        "seed": seed,
    }


def cell(task: Task, recipe: Recipe, seed: int) -> str:
    """12 hexadecimal digits that name what a trained agent depends on: the name of a unit of work."""
    text = json.dumps(describe(task, recipe, seed), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def finished(folder: Path) -> bool:
    """Whether a folder holds a trained agent; folders appear complete, so its record is enough to know."""
    return (folder / RECORD).is_file()


def train(task: Task, recipe: Recipe, seed: int, folder: Path, progress: Report | None = None) -> Path:
    """Train an agent and write it to a new folder.

    Args:
        task: what it plays, with the reward it is given.
        recipe: how it learns.
        seed: 0 or more; of the network, the actions and, without overlap between seeds, the levels.
        folder: where it goes, all at once when it is done.
        progress: called after each round. stable-baselines3 reseeds Python's, NumPy's and torch's global generators.

    Returns:
        the folder.

    Raises:
        ValueError: the seed is negative, or the recipe does not fit the task.
        StorageError: the folder exists, or cannot be written, before or after training.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"a training seed is a whole number in 0 .. 2^32-1, not {seed!r}")
    check_room(folder)
    began = time.perf_counter()
    with one_thread():
        model = build(task, recipe, seed)
        model.learn(
            recipe.steps, _callbacks(model, Reporter(task.reward, recipe.total, progress) if progress else None)
        )
    seconds = time.perf_counter() - began
    with new_folder(folder) as fresh:
        with (fresh / ZIP).open("wb") as file:
            model.save(file)
        record = {**_record(task, recipe, seed), "sha256": digest(fresh / ZIP), **_pace(model, seconds)}
        (fresh / RECORD).write_text(json.dumps(record, indent=2) + "\n")
    return folder


def practised(task: Task, recipe: Recipe) -> Task:
    """The task as training plays it; ValueError or TypeError where the recipe's practice does not fit it."""
    for name in recipe.practice:
        choose(f"argument of {task.game.name} to practise with", name, [each.name for each in fields(task.settings)])
    played = Task.of(task.game, task.split, task.alpha, task.reward, **{**task.arguments, **recipe.practice})
    if spaces(played) != spaces(task):
        raise ValueError(
            f"practice {dict(recipe.practice)} gives {spaces(played)}, but the agent shall play {spaces(task)}: "
            "practise only with arguments that leave the spaces as they are"
        )
    return played


def build(task: Task, recipe: Recipe, seed: int) -> BaseAlgorithm:
    """The untrained agent of a recipe, on games of its own."""
    played = practised(task, recipe)
    if isinstance(recipe, Evolution):
        return SideBySideARS(played, recipe, seed)
    assert isinstance(recipe, Gradient)  # noqa: S101 (there are no others)
    return _proximal(played, recipe, seed)


def _proximal(task: Task, recipe: Gradient, seed: int) -> BaseAlgorithm:
    env = GoalGapVecEnv(task, recipe.n_envs)
    features = {"patch": recipe.patch, "far": recipe.far, "hidden": recipe.hidden}
    network = {"features_extractor_class": PatchFeatures, "features_extractor_kwargs": features, "net_arch": []}
    memory = {"lstm_hidden_size": recipe.lstm} if isinstance(recipe, Recurrent) else {}
    made: type[PPO | RecurrentPPO] = RecurrentPPO if memory else PPO
    model = made(
        SequencePolicy if memory else "MlpPolicy",
        env,
        n_steps=recipe.n_steps,
        batch_size=recipe.minibatch,
        n_epochs=recipe.epochs,
        learning_rate=LinearSchedule(recipe.learning_rate, 0.0, 1.0),
        ent_coef=recipe.entropy,
        gamma=recipe.discount,
        gae_lambda=recipe.gae_lambda,
        policy_kwargs=network | memory,
        seed=seed,
        device="cpu",
    )
    model.set_logger(Logger(None, []))
    env.seed(seed * recipe.n_envs)  # not `seed`: then all but one of the games of seed + 1 would be the same
    return model


def _callbacks(model: BaseAlgorithm, reporter: Reporter | None) -> list[BaseCallback]:
    faster = BootstrapTogether() if type(model) is PPO else None
    return [each for each in (faster, reporter) if each is not None]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def spaces(task: Task) -> dict[str, Any]:
    """The observation and action space, as JSON-able data."""
    seen = task.observation_space
    return {
        "observation": {"shape": list(seen.shape), "dtype": str(seen.dtype)},
        "actions": int(task.action_space.n),
    }


def _record(task: Task, recipe: Recipe, seed: int) -> dict[str, Any]:
    versions = {
        "goalgap": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "torch", "stable_baselines3", "sb3_contrib")},
    }
    return {**describe(task, recipe, seed), "cell": cell(task, recipe, seed), **spaces(task), "versions": versions}


def _pace(model: BaseAlgorithm, seconds: float) -> dict[str, Any]:
    steps = model.num_timesteps
    return {"steps": steps, "seconds": round(seconds, 3), "steps_per_second": round(steps / seconds, 1)}


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: small networks gain nothing from more, and lose much when cores are shared."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
