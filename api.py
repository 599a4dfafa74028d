"""What `goalgap` offers by name: evaluate, train, load_agent and vec_env, for a task or an environment's name.

Where evaluation and agents meet: a policy is found by what the user has of it, and a run is described by its record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import envs
from .agents.algorithms.recipe import Recipe
from .agents.recipes import default_recipe
from .agents.records import finished, folder_of
from .agents.reference import is_reference_name, reference
from .envs.engine.levels import LevelSampler
from .envs.engine.task import Task
from .eval.play import rollout
from .eval.play.policy import Policy, ReferencePolicy
from .eval.table.episodes import Episodes
from .eval.table.runs import Run
from .terms import SPLITS, Split

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

    from .agents.callbacks import OnProgress
    from .agents.loading import AgentPolicy
    from .agents.vec_env import GoalGapVecEnv

EXTRAS = {  # by the name of an extra, what `pip install "goalgap[..]"` brings, as it is imported and as people call it
    "agents": (("torch", "stable_baselines3", "sb3_contrib"), "stable-baselines3 and torch"),
    "play": (("pygame", "PIL"), "pygame-ce and Pillow"),
}
RESULTS = Path("results")


class MissingPackageError(ImportError):
    """This needs packages that are not installed; the message says how to install them."""


def evaluate(
    task: Task | str,
    policy: Policy | ReferencePolicy | BaseAlgorithm | Path | str,
    levels: int = 1000,
    *,
    splits: Iterable[Split] = SPLITS,
    run: Run | None = None,
    progress: Callable[[int], None] | None = None,
) -> Episodes:
    """Play the levels 0 .. levels-1 of each split once; they are fresh to every agent.

    What a reference policy, a model or a loaded agent does on a level depends on the level and its own seed alone: the
    first 500 of 1,000 levels are played as 500 are. A policy of yours can do so by a method `on_levels(keys)`, which is
    given a number for each game's level, uint64, and returns the policy that plays them.

    Args:
        task: what is played, or the name of an environment.
        policy: a callable (obs, state, episode_start) -> (actions, state) with a `name`; a model of stable-baselines3,
            whose actions are then sampled, or its best ones taken where it knows no chances of them (DQN); the name of
            a reference policy, such as "oracle:cheese"; or the path of an agent, whose loading runs code from the file.
        levels: how many of each split.
        splits: which of "train", "control" and "deploy".
        run: what is recorded of who acts, if not what the policy says of itself.
        progress: told how many episodes have ended, now and then.

    Returns:
        the episodes, one row each; `Report.of` says what they show.

    Raises:
        ValueError: a name does not exist, the agent does not fit the task, or the policy chose no such actions.
        FileNotFoundError: nothing is at the path.
    """
    task = _task(task)
    player = find_policy(policy, task)
    return rollout.evaluate(task, player, levels, run=run or run_of(player, task), splits=splits, progress=progress)


def train(
    task: Task | str,
    recipe: Recipe | str | None = None,
    seed: int = 0,
    folder: Path | str | None = None,
    progress: OnProgress | None = None,
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
        changes: fields of the recipe, such as steps=100_000.

    Returns:
        the folder.

    Raises:
        ValueError, TypeError: the seed or the recipe is not allowed.
        StorageError: the folder exists, or cannot be written.
        MissingPackageError: stable-baselines3 or torch is not installed.
    """
    task = _task(task)
    chosen = replace(recipe, **changes) if isinstance(recipe, Recipe) else default_recipe(task, recipe, **changes)
    place = Path(folder) if folder else folder_of(RESULTS, task, chosen) / f"seed-{seed}"
    if not folder and finished(place):
        return place
    with needs_agents():
        from .agents.training import train

        return train(task, chosen, seed, place, progress)


def load_agent(path: Path | str, task: Task | str, **options: Any) -> AgentPolicy:
    """The policy of a trained agent, checked against the task, or the environment, that it shall play.

    Loading runs code from the file: load only files you trust.

    Args:
        path: a folder that `train` wrote, or any stable-baselines3 zip.
        task: what it shall play; other splits and arguments than in training are allowed.
        options: sampled=False takes the likeliest action; memory=False resets the agent's memory at every step; seed
            is of the drawing; algorithm says what a bare zip was trained by.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, or was trained for another environment or for other spaces.
        MissingPackageError: stable-baselines3 or torch is not installed.
    """
    with needs_agents():
        from .agents.loading import load_agent

        return load_agent(Path(path), _task(task), **options)


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
        judged: whether infos tell `is_success`; without it, training is faster where goals are no places.
    """
    with needs_agents():
        from .agents.vec_env import GoalGapVecEnv
    return GoalGapVecEnv(_task(task), n_envs, render_mode, sampler, judged)


def find_policy(given: Any, task: Task, **options: Any) -> Policy | ReferencePolicy:
    """The policy that a user means: the one place where names, paths, models and policies are told apart.

    Args:
        given: as in `evaluate`.
        task: what it shall play.
        options: of `load_agent`, for a path.

    Raises:
        TypeError: it is none of these.
        ValueError, FileNotFoundError: as of `reference` and `load_agent`.
    """
    if isinstance(given, str) and is_reference_name(given, task.game):
        if not options.get("memory", True):
            raise ValueError(f"{given} has no memory to forget: only recurrent agents have one")
        return reference(given, task.game)
    if isinstance(given, str | Path):
        return load_agent(given, task, **options)
    if isinstance(given, Policy | ReferencePolicy):
        return given
    if hasattr(given, "predict") and hasattr(given, "observation_space"):
        with needs_agents():
            from .agents.loading import AgentPolicy
        return AgentPolicy(type(given).__name__, given)
    raise TypeError(
        "a policy is a callable with a name, a model of stable-baselines3, the name of a reference policy or the path "
        f"of an agent, not {given!r}"
    )


def run_of(policy: Policy | ReferencePolicy, task: Task) -> Run:
    """What is recorded of a policy: what it says of itself by `run_fields`, else its name and the task's reward."""
    return Run(**{"agent": policy.name, "reward": task.reward, **getattr(policy, "run_fields", {})})


def needs_agents() -> AbstractContextManager[None]:
    """Around what imports torch or stable-baselines3; MissingPackageError tells how to install them."""
    return needs("agents")


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Around what imports packages of one of `EXTRAS`; MissingPackageError tells how to install them."""
    packages, called = EXTRAS[extra]
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        if package not in packages:
            raise
        raise MissingPackageError(
            f'this needs {package}, which is not installed: pip install "goalgap[{extra}]" brings {called}'
        ) from error


def _task(given: Task | str) -> Task:
    return given if isinstance(given, Task) else envs.task(given)
