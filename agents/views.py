"""How a model sees: what stands between its games and its policy changes observations.

stable-baselines3 puts wrappers around games. Two of them change each observation by itself, `VecNormalize` and
`VecTransposeImage`. Below these, what the games show is as it is, flattened, or in stacks (`wrapped`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnvWrapper, VecFrameStack, VecNormalize, VecTransposeImage

from ..envs.engine.task import Task
from .frames import Shown
from .wrapped import ADVICE, how_shown

KNOWN = (VecNormalize, VecTransposeImage, VecFrameStack)
View = Callable[[NDArray[Any]], NDArray[Any]]


def views_of(model: Any) -> list[View]:
    """What is done to the observations of its games, shape (n, *shape), in order; nothing for a model without games."""
    env, views = getattr(model, "env", None), list[View]()
    while isinstance(env, VecEnvWrapper):
        if isinstance(env, VecNormalize):
            views.append(env.normalize_obs)  # type: ignore[arg-type]
        elif isinstance(env, VecTransposeImage):
            views.append(env.transpose_observations)  # type: ignore[arg-type]
        env = env.venv
    return views[::-1]


def space_below(model: Any) -> Any:
    """The observation space of its games below the wrappers whose views these are; its own without games."""
    env = getattr(model, "env", None)
    while isinstance(env, VecNormalize | VecTransposeImage):
        env = env.venv
    return model.observation_space if env is None else env.observation_space


def shown_to(model: Any, task: Task) -> Shown:
    """How a model that is in memory is shown what a task's games show, before its views.

    Raises:
        ValueError: a wrapper around its games does something that is not known here, or it plays other games.
    """
    env = getattr(model, "env", None)
    while isinstance(env, VecEnvWrapper):
        if env.observation_space != env.venv.observation_space and not isinstance(env, KNOWN):
            raise ValueError(f"{type(env).__name__} changes observations in a way that is not known here. {ADVICE}")
        env = env.venv
    theirs, ours = (space_below(model), model.action_space), (task.observation_space, task.action_space)
    shown = how_shown(theirs[0], ours[0])
    if shown is None or theirs[1] != ours[1]:
        raise ValueError(
            f"the model sees observations {theirs[0]} and has actions {theirs[1]}, but {task.game.id} with "
            f"{task.arguments} has observations {ours[0]} and actions {ours[1]}: name the task that it is trained on. "
            f"{ADVICE}"
        )
    return shown
