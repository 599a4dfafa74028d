"""`goalgap eval`: a trained agent or a reference policy, on all splits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..api import find_policy, run_of
from ..envs.engine.task import Task
from ..eval.play.policy import Policy, ReferencePolicy
from ..eval.play.rollout import evaluate as play_levels
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from .options import LEVELS, Environment, Options, Shared, ZipAlgorithm, check_counts
from .progress import OnWork, progress_shown
from .report import write_report
from .results import locked


def evaluate(
    agent: Annotated[str, tyro.conf.Positional],
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    levels: int = LEVELS,
    argmax: bool = False,
    forget: bool = False,
    algorithm: ZipAlgorithm = None,
    out: Path | None = None,
) -> None:
    """Evaluate an agent, or a reference policy by name, and report.

    Args:
        agent: an agent's folder or stable-baselines3 zip (opening one runs code in it: only files you trust), or
            random, noop, oracle:GOAL, degraded:GOAL, mixture:GOAL:GOAL.
        environment: name or id.
        options: how the environment is made.
        levels: how many levels of each split to evaluate on.
        argmax: take the likeliest action instead of drawing from the policy.
        forget: let the agent forget at every step what it has seen before, to learn what it needs its memory for.
        out: a folder for episodes and report; printed only, if left out.
    """
    console, task = Console(), options.task(environment)
    check_counts(levels=levels)
    policy = find_policy(agent, task, sampled=not argmax, memory=not forget, algorithm=algorithm)
    run = run_of(policy, task).model_copy(update={"deterministic": argmax})
    with progress_shown(console) as update:
        episodes = play(task, policy, levels, run, update, f"evaluate {policy.name}")
    if out is None:
        console.print(terminal.render(Report.of(episodes)))
        return
    with locked(out):
        way = f"{'forgetful-' if forget else ''}{'argmax' if argmax else 'sampled'}"
        episodes.write(out / f"{way}-{levels}.parquet")
        write_report(console, episodes, out)


def play(task: Task, policy: Policy | ReferencePolicy, levels: int, run: Run, update: OnWork, name: str) -> Episodes:
    """The episodes of a policy on all splits; `update` is told by `name` how many are done."""
    done = 0

    def tell(ended: int) -> None:
        nonlocal done
        done += ended
        update(name, done, 3 * levels)

    return play_levels(task, policy, levels, run=run, progress=tell)
