"""`goalgap submit`: what a stranger has handed in, evaluated in confinement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from rich.console import Console

from ..agents.reading.errors import AgentError
from ..choices import check_name, printable
from ..envs.engine.task import Task
from ..eval.play.policy import Policy
from ..eval.report import Report
from ..eval.table.runs import Run
from ..files import write_whole
from ..isolation.limits import EntryError
from ..isolation.policies import isolated
from ..leaderboards.bundles import keep_bundles
from ..leaderboards.claims import ClaimError
from ..players import check_one_agent
from .agents import by_seed, check_told, environment_first
from .eval import place, played
from .options import (
    LEVELS,
    Environment,
    Evaluated,
    Evaluation,
    Flag,
    Options,
    RefusedError,
    Shared,
    ZipAlgorithm,
    check_counts,
)
from .report import show_report
from .rounds import Enter, Entering
from .saying import output, say

FAILURE = "failure.json"
SEEDS = 16  # of one agent, each of which has a worker


@dataclass(frozen=True)
class Confining:
    """What runs in confinement, and how it acts."""

    argmax: Flag = False
    """take the likeliest action instead of drawing from the policy of an agent"""
    algorithm: ZipAlgorithm = None
    code: Flag = False
    """run the submission's own code; it is confined, or refused where nothing here can confine it"""

    @property
    def options(self) -> dict[str, Any]:
        """As `isolated` has them."""
        return {"code": True} if self.code else {"sampled": not self.argmax, "algorithm": self.algorithm}


def submit(
    submission: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="SUBMISSION")],
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    confining: Annotated[Confining, tyro.conf.arg(name="")] = Confining(),
    evaluation: Evaluated = Evaluation(),  # noqa: B008
    entering: Enter = Entering(),  # noqa: B008
) -> None:
    """Evaluate what a stranger has handed in, in a process that sees observations and nothing else, and report.

    The folder of results also gets those agents that are bundles, which `goalgap enter` takes too, or failure.json, how
    a submission failed.

    Args:
        submission: an agent's folder or file, or a run's folder for all its seeds; with --code a Python file that
            defines make_policy(observation_shape, number_of_actions), or a folder with such a policy.py.
        options: how the environment is made; --alpha and --reward say what a bare zip was trained with.
    """
    environment, (submission,) = environment_first(environment, (submission,))
    console, task = output(), options.task(environment)
    levels, name, out = evaluation.levels, evaluation.name, evaluation.out
    check_counts(levels=levels)
    if name is not None:
        check_name("name", name)
    entering.check(task, name, argmax=confining.argmax, out=out is not None, levels=levels != LEVELS)
    with _failure_recorded(submission, task, out), ExitStack() as stack:
        given = _given(submission, confining.code, options, task)
        with console.status("opening the submission"):
            found = _opened(stack, given, task, name, confining)
        say(console, f"isolation: {found[0][1].details['isolation']}")
        if entering.round is None:
            _report(console, task, found, levels, given, out)
        else:
            entering.enter(console, task, found, str(name))


def _report(
    console: Console, task: Task, found: list[tuple[Policy, Run]], levels: int, given: dict[int, str], out: Path | None
) -> None:
    with place(out, task, found):
        made = Report.of(played(console, task, found, levels))
        if out is not None:
            _save(console, made, given, out)
    show_report(console, made, out and out / "report.html")


def _save(console: Console, made: Report, given: dict[int, str], out: Path) -> None:
    """Write the report, its episodes, and those agents that are bundles."""
    made.save(out)
    (out / FAILURE).unlink(missing_ok=True)
    try:
        keep_bundles(map(Path, given.values()), out)
    except ClaimError as error:
        say(console, f"an entry of these results would lack a bundle: {error}")


def _given(submission: str, code: bool, options: Options, task: Task) -> dict[int, str]:
    """Submissions by training seed; RefusedError for what is run or read in another way only."""
    if code:
        return {0: submission}
    if submission.endswith(".py") or (Path(submission) / "policy.py").exists():
        raise RefusedError(f"{submission} is code: add --code, and it is run, in confinement")
    given = by_seed((submission,), ())
    check_told(given, options, task)
    if len(given) > SEEDS:
        raise RefusedError(
            f"{submission} holds {len(given)} agents: hand in at most {SEEDS} training seeds of one agent"
        )
    return given


def _opened(
    stack: ExitStack, given: dict[int, str], task: Task, name: str | None, confining: Confining
) -> list[tuple[Policy, Run]]:
    """Who plays, each in a worker that ends with the stack."""
    found: list[tuple[Policy, Run]] = []
    for seed, path in given.items():
        policy, run = stack.enter_context(isolated(Path(path), task, **confining.options, seed=seed))
        found.append((policy, run.model_copy(update={"training_seed": seed, "agent": name or run.agent})))
    check_one_agent([run for _, run in found])
    return found


@contextmanager
def _failure_recorded(submission: str, task: Task, out: Path | None) -> Iterator[None]:
    """Around what a submission takes part in: how it fails is written where results are, and printed."""
    try:
        yield
    except (EntryError, AgentError) as wrong:
        failure = wrong if isinstance(wrong, EntryError) else EntryError("unreadable", str(wrong))
        told = {"submission": printable(submission), "environment": task.game.id, **failure.record()}
        if out is not None:
            write_whole(out / FAILURE, (json.dumps(told, indent=2) + "\n").encode())
        raise RefusedError(f"{submission} failed ({failure.reason}): {failure}") from failure
