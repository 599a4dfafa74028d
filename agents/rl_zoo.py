"""A recipe as hyperparameters of rl-baselines3-zoo, in YAML, for whoever trains by the zoo's own `train`.

The zoo makes its environments one by one and seeds them by neighbouring numbers, so what it learns is not what
`goalgap train` learns from the same seed. A text in `policy_kwargs` is Python to the zoo, which knows no module of ours
there: classes are imported within it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from ..envs import ids
from ..envs.engine.task import Task
from .algorithms.recipe import Recipe
from .records import unusual

NAMES = {"RecurrentPPO": "ppo_lstm"}  # of algorithms, where the zoo's are not ours in small letters
ABSENT = ("curriculum", "before", "dropout", "augment")  # fields that only our training knows
COMMENT = """\
# {algorithm} for {environment} by GoalGap's recipe, as hyperparameters of rl-baselines3-zoo (rl_zoo3). To train by it:
#
#   {command}
#
# What the zoo cannot be told:
# * Its games are single environments with seeds s, s + 1, ...: two seeds that are closer than n_envs share levels. Take
#   --seed 0, 1000, 2000, ...; in `goalgap train` no two seeds share any.
# * They are stepped one by one, many times slower than in `goalgap train`.
"""
PRACTICE = """\
# * `env_kwargs` hold what training practises with; the zoo's own evaluation plays without it, as GoalGap's does.
"""
ONE_BY_ONE = """\
# * The zoo judges variants by their likeliest actions, one by one; GoalGap's draw them, and play side by side.
"""


def zoo_file(task: Task, recipe: Recipe) -> str:
    """The text of a file for `--conf-file`.

    Raises:
        ValueError: the recipe has a curriculum, or something else that the zoo has not.
    """
    for name in ABSENT:
        if getattr(recipe, name, None):
            raise ValueError(f"rl-baselines3-zoo has no {name}: train by `goalgap train`, or leave it out")
    told = COMMENT.format(
        algorithm=recipe.algorithm, environment=task.game.name, command=shlex.join(_command(task, recipe))
    )
    told += PRACTICE * bool(recipe.practice) + ONE_BY_ONE * (recipe.algorithm == "ARS")
    lines = [f"  {name}: {_yaml(value)}" for name, value in _hyperparameters(task, recipe).items()]
    return "\n".join([f"{told}{_yaml(ids(task.game)[task.split])}:", *lines, ""])


def _command(task: Task, recipe: Recipe) -> list[str]:
    algorithm = NAMES.get(recipe.algorithm, recipe.algorithm.lower())
    words = ["python", "-m", "rl_zoo3.train", "--algo", algorithm, "--env", ids(task.game)[task.split]]
    words += ["--gym-packages", "goalgap", "--conf-file", "FILE", "--device", recipe.device, "--num-threads", "1"]
    played = _env_kwargs(task)
    return [
        *words,
        *(["--eval-env-kwargs"] if played else []),
        *(f"{name}:{value!r}" for name, value in played.items()),
    ]


def _hyperparameters(task: Task, recipe: Recipe) -> dict[str, Any]:
    kind, played = recipe.policy_class(), _env_kwargs(recipe.training_task(task))
    return {
        "n_timesteps": recipe.steps,
        "n_envs": recipe.n_envs if recipe.algorithm != "ARS" else 1,
        **({"env_kwargs": played} if played else {}),
        "policy": kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}",
        "learning_rate": f"lin_{recipe.learning_rate}",
        **recipe.hyperparameters(),
        "policy_kwargs": _python(recipe.network(task)),
    }


def _env_kwargs(task: Task) -> dict[str, Any]:
    """What `gymnasium.make` is told besides the id."""
    told: dict[str, Any] = unusual(task)
    if task.alpha:
        told["alpha"] = task.alpha
    if task.reward != task.game.intended.name:
        told["reward"] = task.reward
    return told


def _python(value: Any) -> str:
    """An expression for a value, which needs no name that is not built in."""
    if isinstance(value, type):
        return f"__import__({value.__module__!r}, fromlist=['_']).{value.__qualname__}"
    if isinstance(value, Mapping):
        return "dict(" + ", ".join(f"{name}={_python(each)}" for name, each in value.items()) + ")"
    return repr(list(value) if isinstance(value, tuple) else value)


def _yaml(value: Any) -> str:
    """JSON, which YAML reads, but for a number such as 1e-05, which is a text to it without a point."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)}: {_yaml(each)}" for name, each in value.items()) + "}"
    text = json.dumps(value)
    return text.replace("e", ".0e") if isinstance(value, float) and "e" in text and "." not in text else text
