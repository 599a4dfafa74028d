"""`goalgap eval`: a trained agent or a reference policy, on all splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..envs.engine.task import Task
from ..eval.play.policy import Policy, ReferencePolicy
from ..eval.play.rollout import evaluate as play_levels
from ..eval.report import Report
from ..eval.saving import check_free
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..files import check_file
from ..hub.addresses import Address
from ..hub.fetching import local
from ..players import Player, players
from ..terms import SPLITS
from .agents import by_seed, check_told, environment_first, say_otherwise
from .options import Environment, Evaluated, Evaluation, Opened, Opening, Options, Shared, check_counts, optional
from .progress import OnWork, counter, progress_shown
from .report import show_report
from .results import locked
from .saying import output

Agents = Annotated[
    tuple[str, ...],
    tyro.conf.Positional,
    tyro.conf.arg(metavar="AGENT [AGENT ...]", help_behavior_hint="(required)"),
]


def evaluate(
    environment: Environment,
    agents: Agents = (),
    options: Shared = Options(),  # noqa: B008
    opening: Opened = Opening(),  # noqa: B008
    evaluation: Evaluated = Evaluation(),  # noqa: B008
    training_seed: Annotated[tuple[int, ...], optional("INT [INT ...]")] = (),
) -> None:
    """Evaluate an agent, trained with one seed or several, or a reference policy by name, and report.

    Args:
        agents: an agent's folder or stable-baselines3 zip for each training seed (no code in it is run), a run's folder
            for all its seeds, one that `goalgap zoo` lists, a bundle on the Hub as hf://USER/NAME[@REVISION], or
            random, noop, oracle:GOAL, degraded:GOAL, mixture:GOAL:GOAL. The environment may also stand last.
        options: how the environment is made; --alpha and --reward say what a bare zip was trained with.
        training_seed: of each agent, in order; for zips 0, 1, ... if left out.
    """
    environment, agents = environment_first(environment, agents)
    console, task, out = output(), options.task(environment), evaluation.out
    check_counts(levels=evaluation.levels)
    with console.status("opening agents"), local(agents) as (agents, origins):
        given = by_seed(agents, training_seed)
        check_told(given, options, task, opening.algorithm)
        say_otherwise(output(stderr=True), given.values(), task)
        found = players(given, task, evaluation.name, **opening.options)
        found = [(player, _from_hub(run, origins)) for player, run in found]
    with place(out, task, found):
        made = Report.of(played(console, task, found, evaluation.levels))
        if out is not None:
            made.save(out)
    show_report(console, made, out and out / "report.html")


def _from_hub(run: Run, origins: Mapping[str, Address]) -> Run:
    """What is recorded of a run, and of a bundle from the Hub its address, pinned to a commit."""
    address = origins.get(run.details.get("bundle", ""))
    return run.model_copy(update={"details": run.details | {"hub": str(address)}}) if address else run


@contextmanager
def place(out: Path | None, task: Task, found: Sequence[tuple[Player, Run]]) -> Iterator[None]:
    """A folder that the episodes may be written to, if there is to be one; told before they are played."""
    if out is None:
        yield
        return
    check_free(out, task.game.name, tuple(run for _, run in found))
    with locked(out, "--out"):
        check_file(out / "report.html")
        yield


def played(console: Console, task: Task, found: Sequence[tuple[Player, Run]], levels: int) -> Episodes:
    """The episodes of all players, with their progress shown."""
    with progress_shown(console) as update:
        titles = [f"evaluate {run.agent}" + f", seed {run.training_seed}" * (len(found) > 1) for _, run in found]
        return Episodes.join(
            play(task, player, levels, run, update, title) for (player, run), title in zip(found, titles, strict=True)
        )


def play(task: Task, policy: Policy | ReferencePolicy, levels: int, run: Run, update: OnWork, name: str) -> Episodes:
    """The episodes of a policy on all splits; `update` is told by `name` how many are done."""
    return play_levels(task, policy, levels, run=run, progress=counter(update, name, len(SPLITS) * levels))
