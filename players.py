"""Who plays: the one place where names, paths, models and policies are told apart, and what is recorded of each.

Where evaluation and agents meet: a policy is found by what the user has of it, and a run is described by its record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import isroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import envs
from .agents.algorithms import ALGORITHMS
from .agents.onnx.loading import is_onnx, load_onnx
from .agents.records import agent_file
from .agents.reference import Reference, is_reference_name, reference
from .choices import check_name, choose, shown
from .envs.engine.task import Task
from .eval.play.policy import Function, Policy, ReferencePolicy
from .eval.table.runs import Run
from .extras import needs_extras

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

    from .agents.acting import AgentPolicy

    Given = Policy | Callable[..., Any] | ReferencePolicy | BaseAlgorithm | Path | str

Player = Policy | ReferencePolicy


def load_agent(path: Path | str, task: Task | str, **options: Any) -> AgentPolicy:
    """The policy of a trained agent, checked against the task, or the environment, that it shall play.

    No code of the file runs: networks of stable-baselines3, sb3-contrib and GoalGap are read, and of classes that the
    caller trusts.

    Args:
        path: a folder that `train` wrote, a bundle, or a zip of stable-baselines3.
        task: what it shall play; other splits and arguments than in training are allowed.
        options: sampled=False takes the likeliest action; memory=False resets the agent's memory at every step; seed
            is of the drawing; algorithm says what a bare zip was trained by; trust=["my_module:MyExtractor"] imports
            policies and feature extractors of your own, which networks may then have.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, holds a network of other parts, or was trained for another environment or for
            other spaces.
        MissingPackageError: stable-baselines3 or torch is not installed.
    """
    _, record = agent_file(Path(path))  # mistakes are told first, packages that are missing where nothing else is
    if is_onnx(Path(path), record):
        return load_onnx(Path(path), as_task(task), **options)
    if options.get("algorithm") is not None:
        choose("algorithm", options["algorithm"], ALGORITHMS)
    with needs_extras():
        from .agents.loading import load_agent
    return load_agent(Path(path), as_task(task), **options)


def players(given: Any, task: Task, name: str | None = None, **options: Any) -> list[tuple[Player, Run]]:
    """Who plays, and what is recorded of each: a policy, or those of several training seeds.

    Args:
        given, task, name: as in `evaluate`.
        options: of `load_agent`, for paths.

    Raises:
        TypeError, ValueError, FileNotFoundError: as in `evaluate`.
    """
    if isinstance(given, Mapping):
        found = {_seed(seed): find_policy(each, task, **{**options, "seed": seed}) for seed, each in given.items()}
        pairs = [(player, run_of(player, task, training_seed=seed)) for seed, player in found.items()]
    else:
        player = find_policy(given, task, **options)
        pairs = [(player, run_of(player, task))]
    if name is not None:
        check_name("name", name)
    pairs = [(player, run.model_copy(update={"agent": name or run.agent})) for player, run in pairs]
    check_one_agent([run for _, run in pairs])
    return pairs


def _seed(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise TypeError(f"policies of several seeds are {{training seed: policy}}, with seeds from 0, not {given!r}")
    return given


def check_one_agent(runs: list[Run]) -> None:
    """ValueError unless these are one agent's training seeds."""
    if not runs:
        raise ValueError("there is nobody to evaluate: give {training seed: policy} for one seed at least")
    kinds = sorted({(run.reward, run.alpha) for run in runs})
    if len(kinds) > 1:
        told = "; ".join(f"reward {reward}, alpha {alpha:g}" for reward, alpha in kinds)
        raise ValueError(f"these agents were trained differently, evaluate each kind by itself: {told}")
    names = sorted({run.agent for run in runs})
    if len(names) > 1:
        raise ValueError(
            f"these have {len(names)} names, {', '.join(names)}: give the agent whose training seeds they are one name "
            "(--name NAME, or name= in Python), or evaluate each by itself"
        )


def find_policy(given: Any, task: Task, **options: Any) -> Player:
    """The policy that a user means: the one place where names, paths, models and policies are told apart.

    Args:
        given: as in `evaluate`.
        task: what it shall play.
        options: of `load_agent`, for a path; of these, `seed` is of any policy that draws its actions.

    Raises:
        TypeError: it is none of these.
        ValueError, FileNotFoundError: as of `reference` and `load_agent`.
    """
    if isinstance(given, str) and is_reference_name(given, task.game):
        return _reference(given, task, **options)
    if isinstance(given, str | Path):
        return load_agent(given, task, **options)
    if isinstance(given, Policy | ReferencePolicy):
        return given
    if isroutine(given):
        return Function(given)
    if hasattr(given, "predict") and hasattr(given, "observation_space"):
        with needs_extras():
            from .agents.loading import model_policy
        return model_policy(given, task, seed=options.get("seed", 0))
    raise TypeError(
        "a policy is a function, a callable with a name, a model of stable-baselines3, the name of a reference policy "
        f"or the path of an agent, not {shown(given)}"
    )


def _reference(name: str, task: Task, seed: int = 0, sampled: bool = True, memory: bool = True, **_: Any) -> Reference:
    if not memory:
        raise ValueError(f"{name} has no memory to forget: only recurrent agents have one")
    if not sampled:
        raise ValueError(f"{name} has no likeliest actions to take: only trained agents have them")
    return reference(name, task.game, seed)


def run_of(policy: Player, task: Task, **known: Any) -> Run:
    """What is recorded of a policy: what it says of itself by `run_fields`, else its name and what the task says."""
    check_name("the name of a policy", policy.name)
    told = {"agent": policy.name, "reward": task.reward, "alpha": task.alpha}
    return Run(**{**told, **getattr(policy, "run_fields", {}), **known})


def as_task(given: Task | str) -> Task:
    """A task, or that of an environment's name."""
    return given if isinstance(given, Task) else envs.task(given)
