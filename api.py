"""What `goalgap` offers by name: evaluate, train and vec_env, for a task or an environment's name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .agents.algorithms.recipe import Recipe
from .agents.changes import read_changes
from .agents.mitigations import mitigated
from .agents.recipes import default_recipe
from .agents.records import check_own, finished, folder_of, told_otherwise
from .choices import shown
from .envs.engine.levels import LevelSampler
from .envs.engine.task import Task
from .eval.play import rollout
from .eval.table.episodes import Episodes
from .extras import needs_extras
from .players import as_task, players
from .terms import SPLITS, Split

if TYPE_CHECKING:
    from .agents.callbacks import OnProgress
    from .agents.vec_env import GoalGapVecEnv
    from .eval.table.runs import Run
    from .players import Given, Player

RESULTS = Path("results")


class OtherArgumentsWarning(UserWarning):
    """An agent plays its environment with other arguments than it was trained with."""


def evaluate(
    task: Task | str,
    policy: Given | Mapping[int, Given],
    levels: int = 1000,
    *,
    splits: Iterable[Split] = SPLITS,
    name: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Episodes:
    """Play the levels 0 .. levels-1 of each split once; they are fresh to every agent.

    What a reference policy, a model or a loaded agent does on a level depends on the level and its own seed alone: the
    first 500 of 1,000 levels are played as 500 are. A policy of yours can do so by a method `on_levels(keys)`, which is
    given a number for each game's level, uint64, and returns the policy that plays them.

    Args:
        task: what is played, or the name of an environment. Of an agent that has no record, `alpha` and `reward` of the
            task are recorded as what it was trained with.
        policy: a function (obs, state, episode_start) -> (actions, state), or what has a `name` and is called so; a
            model of stable-baselines3, whose actions are then sampled, or its best ones taken where it knows no chances
            of them (DQN); the name of a reference policy, such as "oracle:cheese"; or the path of an agent.
            Agents of one kind, trained with several seeds, are {training seed: policy}.
        levels: how many of each split.
        splits: which of "train", "control" and "deploy".
        name: of the agent, if not the policy's own; several seeds whose policies have different names need one.
        progress: told how many episodes have ended, now and then.

    Returns:
        the episodes, one row each; `Report.of` says what they show.

    Raises:
        ValueError: a name does not exist, the agent does not fit the task, the policy chose no such actions, or the
            policies of several seeds were trained with different rewards or alphas.
        FileNotFoundError: nothing is at the path.
    """
    task, chosen = as_task(task), rollout.checked_splits(splits)
    found = _warned_of(players(policy, task, name), task)
    return Episodes.join(
        rollout.evaluate(task, player, levels, run=run, splits=chosen, progress=progress) for player, run in found
    )


def _warned_of(found: list[tuple[Player, Run]], task: Task) -> list[tuple[Player, Run]]:
    """The players, some of which were trained with other arguments than the task's, as the user is told."""
    for player in (each for one, _ in found for each in getattr(one, "agents", (one,))):  # of an ensemble, or itself
        if told := told_otherwise(getattr(player, "record", {}), task):
            warnings.warn(f"{player.name} {told}", OtherArgumentsWarning, stacklevel=3)
    return found


def train(
    task: Task | str,
    recipe: Recipe | str | None = None,
    seed: int = 0,
    folder: Path | str | None = None,
    progress: OnProgress | None = None,
    tensorboard: Path | str | None = None,
    **changes: Any,
) -> Path:
    """Train an agent and write it to a folder, which `load_agent` and `evaluate` take.

    Args:
        task: what it plays, with the reward it is given; or the name of an environment.
        recipe: how it learns, or the name of another algorithm than the environment's default.
        seed: of the network, the actions and, without overlap between seeds, the levels.
        folder: a new folder; by default one below `results`, named by all that the agent depends on, as `goalgap run`
            names it, and an agent that is there already is not trained again.
        progress: told how far the training is, after each round.
        tensorboard: a folder for curves of training, with what `GoalCallback` records, in one named as the agent's.
        changes: fields of the recipe, such as steps=100_000, learning_rate=3e-4 or curriculum={"method": "accel"}; and
            `mitigation`, one of those of `goalgap run`.

    Returns:
        the folder.

    Raises:
        ValueError, TypeError: the seed or the recipe is not allowed.
        StorageError: the folder exists, or cannot be written.
        MissingPackageError: stable-baselines3 or torch, or tensorboard for the curves, is not installed.
    """
    task = as_task(task)
    chosen = _chosen(task, recipe, **changes)
    place = Path(folder) if folder else folder_of(RESULTS, task, chosen) / f"seed-{seed}"
    if not folder and finished(place):
        check_own(place, task, chosen, seed)
        return place
    with needs_extras():
        from .agents.training import train

        return train(task, chosen, seed, place, progress, Path(tensorboard) if tensorboard else None)


def _chosen(task: Task, recipe: Recipe | str | None, mitigation: str | None = None, **changes: Any) -> Recipe:
    """A recipe, or that of an algorithm, with changes and that of a mitigation; errors as of `train`."""
    if "algorithm" in changes:
        raise TypeError(f"another algorithm is the recipe: recipe={shown(changes['algorithm'])}")
    given = recipe if isinstance(recipe, Recipe) else default_recipe(task, recipe)
    further = read_changes(type(given), mitigated((), mitigation))
    if twice := sorted(changes.keys() & further):
        raise ValueError(f"{twice[0]} is given twice, also by mitigation {shown(mitigation)}: write it once")
    changes |= further
    return replace(given, **changes) if isinstance(recipe, Recipe) else default_recipe(task, recipe, **changes)


def vec_env(
    task: Task | str, n_envs: int = 1, render_mode: str | None = None, sampler: LevelSampler | None = None,
    judged: bool = True,
) -> GoalGapVecEnv:  # fmt: skip
    """Many games of a task, or of an environment by its name, as the VecEnv of stable-baselines3.

    Args:
        task: what is played.
        n_envs: how many games.
        render_mode: "rgb_array" for `get_images`.
        sampler: chooses the levels and is told how their episodes ended; by default levels are drawn anew.
        judged: whether infos tell `is_success`, and anything of games that go on; without it, training is faster.
    """
    with needs_extras():
        from .agents.vec_env import GoalGapVecEnv
    return GoalGapVecEnv(as_task(task), n_envs, render_mode, sampler, judged)
