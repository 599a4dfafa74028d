"""How a model sees: what stands between its games and its policy changes observations.

stable-baselines3 puts wrappers around games. Two of them change each observation by itself, `VecNormalize` and
`VecTransposeImage`; what others make of it, as `VecFrameStack` does, depends on more than the observation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnvWrapper, VecNormalize, VecTransposeImage

from ..envs.engine.task import Task

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


def check_games(model: BaseAlgorithm, task: Task) -> None:
    """ValueError unless what the model plays shows what the task shows, and each observation can be shown by itself."""
    env: Any = model.env
    while isinstance(env, VecEnvWrapper):
        changes = env.observation_space != env.venv.observation_space
        if changes and not isinstance(env, VecNormalize | VecTransposeImage):
            raise ValueError(
                f"{type(env).__name__} changes observations in a way that is not known here: of the wrappers that do, "
                "VecNormalize and VecTransposeImage can be around the games"
            )
        env = env.venv
    theirs, ours = (env.observation_space, env.action_space), (task.observation_space, task.action_space)
    if theirs != ours:
        raise ValueError(
            f"the model plays games of observations {theirs[0]} and actions {theirs[1]}, but {task.game.id} with "
            f"{task.arguments} has observations {ours[0]} and actions {ours[1]}: name the task that it is trained on"
        )
