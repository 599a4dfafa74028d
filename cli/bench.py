"""`goalgap bench`: a way of training, on every environment, with several seeds, as one score."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from .. import envs
from ..agents.algorithms import ALGORITHMS
from ..choices import shown
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.suite import standings
from ..eval.suite import Suite
from ..eval.table.episodes import Episodes
from ..extras import AGENTS, check_installed
from ..files import write_whole
from ..methods import Cell, check_method, usual_budget
from ..sweeps.paces import hours
from ..sweeps.status import duration
from .exports import TableFiles, Tables
from .options import LEVELS, RESULTS, Flag, RefusedError, check_counts, optional
from .progress import progress_shown
from .results import locked
from .saying import say

SUITE = "suite.json"
Method = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="METHOD", help_behavior_hint="(required)")]


def bench(
    method: Method,
    envs: Annotated[tuple[str, ...], optional("ENV [ENV ...]")] = (),
    seeds: int = 5,
    budget: float = 1.0,
    levels: int = LEVELS,
    processes: int = 2,
    results: Path = RESULTS,
    dry_run: Flag = False,
    export: TableFiles = Tables(),  # noqa: B008
) -> None:
    """Train a method on every environment with several seeds, evaluate, and make one score of it all.

    Running the same command again does only what is missing.

    Args:
        method: an algorithm of ours, PPO, RecurrentPPO or ARS; or MODULE:FUNCTION, a function
            train(task, seed, budget) of yours that returns what goalgap.evaluate takes: a callable, a model of
            stable-baselines3, or the path of an agent. Its results are kept under its name: remove them to train anew.
        envs: environments; all of the suite, if left out.
        seeds: training seeds 0, 1, ... in each environment; from five on, the score has an interval.
        budget: transitions to learn from, as a multiple of those of each environment's standard recipe.
        levels: how many levels of each split to evaluate on.
        processes: how many to train at a time.
        results: the folder all results go to.
        dry_run: say what is to be done, and about how long it takes, and do nothing.
    """
    check_counts(seeds=seeds, levels=levels, processes=processes)
    check_method(method)
    cells = list(_cells(method, envs, seeds, _checked(budget), levels, results))
    console, missing = Console(), [cell for cell in cells if cell.episodes() is None]
    done = len(cells) - len(missing)
    say(console, f"{method}: {len(cells)} trainings, {done} of them done{_time(missing, processes)}")
    if dry_run:
        return
    check_installed(*(AGENTS if method in ALGORITHMS else ()))
    with locked(cells[0].folder):
        _carry_out(missing, processes)
        _sum_up(console, cells, export)


def _sum_up(console: Console, cells: list[Cell], export: Tables) -> None:
    """Show and write what all cells come to."""
    made, place = Suite.of(cells[0].method, _reports(cells)), cells[0].folder / SUITE
    sections = list(standings(made))
    console.print(terminal.tables(sections))
    export.write(console, sections)
    write_whole(place, (made.model_dump_json(indent=2) + "\n").encode())
    say(console, f"suite: {place}")


def _checked(budget: float) -> float:
    if not 0 < budget <= 1000:
        raise ValueError(f"budget is a multiple of the standard recipe's transitions, above 0, not {shown(budget)}")
    return budget


def _cells(
    method: str, chosen: tuple[str, ...], seeds: int, budget: float, levels: int, results: Path
) -> Iterator[Cell]:
    folder = results / "bench" / (method.replace(":", ".") + f"-x{budget:g}" * (budget != 1))
    for name in dict.fromkeys(envs.find(word)[0].name for word in chosen or envs.SUITE):
        for seed in range(seeds):
            yield Cell(method, name, seed, max(1, round(budget * usual_budget(name))), levels, folder)


def _time(missing: list[Cell], processes: int) -> str:
    """About how long it takes, from the paces of standard entries; nothing where none is known."""
    known = [hours(cell.method, cell.environment, cell.budget) for cell in missing]
    told = [each for each in known if each is not None]
    if not told:
        return ""
    others = f", besides {len(known) - len(told)} whose pace is not known" if len(told) < len(known) else ""
    return f"; about {duration(3600 * sum(told) / processes)} of training at the pace of the standard entries{others}"


def _carry_out(missing: list[Cell], processes: int) -> None:
    """Train and evaluate; RefusedError where some fail, after all others."""
    if not missing:
        return
    from ..agents.processes import carry_out, last_line

    done = 0
    with progress_shown(Console(stderr=True)) as update:

        def tell(key: tuple[str, int], _: object) -> None:
            nonlocal done
            done += 1
            update("trainings", done, len(missing), f"{key[0]} seed {key[1]}")

        update("trainings", 0, len(missing))
        failures = carry_out(missing, processes, tell)
    if failures:
        told = "; ".join(f"{name} seed {seed}: {last_line(text)}" for (name, seed), text in sorted(failures.items()))
        raise RefusedError(f"{len(failures)} of {len(missing)} trainings failed, the others are kept: {told}")


def _reports(cells: list[Cell]) -> Iterator[Report]:
    """The report on all seeds in each environment."""
    for _, some in groupby(cells, attrgetter("environment")):
        parts = (cell.episodes() for cell in some)
        yield Report.of(Episodes.join(part for part in parts if part is not None))
