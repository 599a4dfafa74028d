"""`goalgap train`: one agent."""

from __future__ import annotations

from ..agents.records import folder_of
from .learning import Learned, Learning, check_trainable, train_missing
from .options import Environment, OptionalPath, Options, Shared
from .results import alone, locked
from .saying import output, say


def train(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    learning: Learned = Learning(),  # noqa: B008
    seed: int = 0,
    out: OptionalPath = None,
) -> None:
    """Train one agent.

    Args:
        options: how the environment is made.
        seed: the training seed.
        out: the agent's folder, instead of one below the results.
    """
    console, task = output(), options.task(environment)
    recipe, curves = learning.chosen(task), learning.tensorboard
    folder = out or folder_of(learning.results, task, recipe) / f"seed-{seed}"
    check_trainable(task, recipe, {seed: folder}, curves)
    with alone(folder) if out else locked(folder.parent):
        train_missing(console, task, recipe, {seed: folder}, 1, curves)
    say(console, f"agent: {folder}")
