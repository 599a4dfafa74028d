"""`goalgap recipe`: how agents are trained, in the words of --recipe, or as hyperparameters of rl-baselines3-zoo."""

from __future__ import annotations

from ..agents.changes import type_changes
from ..extras import AGENTS, check_installed, needs_extras
from .learning import chosen_recipe
from .options import Algorithm, Changes, Environment, Flag, OptionalInt, Options, Shared
from .saying import output, say


def recipe(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    algorithm: Algorithm = None,
    steps: OptionalInt = None,
    recipe: Changes = (),
    zoo: Flag = False,
) -> None:
    """Show the recipe that agents are trained by, as --recipe takes it.

    Args:
        options: how the environment is made.
        steps: transitions to learn from, instead of the recipe's.
        zoo: write it as a YAML file of hyperparameters for rl-baselines3-zoo, which says by which command it is used.
    """
    task = options.task(environment)
    chosen = chosen_recipe(task, algorithm, steps, recipe)
    if not zoo:
        say(output(), f"{task.game.name}, {chosen.algorithm}:")
        print("\n".join(type_changes(chosen)))
        return
    check_installed(*AGENTS)
    with needs_extras():
        from ..agents.rl_zoo import zoo_file
    print(zoo_file(task, chosen), end="")
