"""`goalgap bench`: a way of training, on every environment, with several seeds: a sweep that ends in one score."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from .. import envs
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.suite import standings
from ..eval.suite import SUITE, Suite
from ..eval.table.episodes import Episodes
from ..files import write_whole
from ..sweeps.cells import Cell
from ..sweeps.methods import folder_of_method
from ..sweeps.plan import cells_of
from ..sweeps.store import Store
from ..sweeps.sweep import Sweep
from ..sweeps.sweep_file import SweepError, SweepFile
from ..terms import NONE
from .execution import Execution, How
from .exports import TableFiles, Tables
from .options import LEVELS, RESULTS, Changes, Mitigation, check_counts, optional
from .saying import output, say
from .sweep import show_cells

Method = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="METHOD", help_behavior_hint="(required)")]


@dataclass(frozen=True)
class Setup:
    """What a method is trained on, and how."""

    envs: Annotated[tuple[str, ...], optional("ENV [ENV ...]")] = ()
    """environments; all of the suite, if left out"""
    seeds: int = 5
    """training seeds 0, 1, ... in each environment; from five on, the score has an interval"""
    budget: float = 1.0
    """transitions to learn from, as a multiple of those of each environment's standard recipe"""
    alpha: float = 0.0
    """fraction of distinguishing levels mixed into training, in [0, 1]"""
    recipe: Changes = ()
    mitigation: Mitigation = None
    levels: int = LEVELS
    """how many levels of each split to evaluate on"""
    results: Path = RESULTS
    """the folder all results go to"""

    def name(self, method: str) -> list[str]:
        """The method, and what is not as usual but the environments, the seeds and the levels."""
        alpha, budget = f"alpha{self.alpha:g}" * bool(self.alpha), f"x{self.budget:g}" * (self.budget != 1)
        return list(filter(None, (method, self.mitigation, *self.recipe, alpha, budget)))

    def cells(self, method: str) -> list[Cell]:
        """All trainings; ValueError says what is mistaken, and what the method suits, if it is not everything."""
        check_counts(seeds=self.seeds, levels=self.levels)
        told = {
            "environments": self.envs or tuple(envs.SUITE), "algorithms": (method,),
            "mitigations": (self.mitigation or NONE,), "alphas": (self.alpha,), "seeds": tuple(range(self.seeds)),
            "budget": self.budget, "recipe": self.recipe, "levels": self.levels, "results": str(self.results),
        }  # fmt: skip
        return _suited(SweepFile.of("goalgap bench", told))

    def typed(self) -> Iterator[str]:
        """The options that are not as usual, as they are typed."""
        for field in fields(self):
            if (value := getattr(self, field.name)) != field.default:
                yield from (f"--{field.name}", *map(str, value if isinstance(value, tuple) else (value,)))


def bench(
    method: Method,
    setup: Annotated[Setup, tyro.conf.arg(name="")] = Setup(),
    how: How = Execution(),  # noqa: B008
    export: TableFiles = Tables(),  # noqa: B008
) -> None:
    """Train a method on every environment with several seeds, evaluate, and make one score of it all.

    Running the same command again does only what is missing; running it twice at once shares the work.

    Args:
        method: an algorithm of ours, such as PPO, RecurrentPPO or ARS, whose agents lie where goalgap run has them; or
            MODULE:FUNCTION, a function train(task, seed, budget) of yours that returns what goalgap.evaluate takes: a
            callable, a model of stable-baselines3, or the path of an agent. Its results are kept under its name:
            remove them to train anew.
    """
    how.check(*export.given)
    export.check()
    cells = setup.cells(method)
    if how.emits("bench", method, *setup.typed()):
        return
    console, name, store = output(), setup.name(method), Store(setup.results.absolute())
    if (tally := how.settled(console, ", ".join(name), swept := how.sweep(cells, store))) is None:
        return
    whole = Sweep(cells, store)
    done = all(outcome and outcome.done for _, outcome in whole.known())
    if done and not how.status:
        _sum_up(console, whole, ", ".join(name), folder_of_method(setup.results, *name), export)
        return
    show_cells(console, swept, Tables())
    how.tell_failure(console, swept, tally)
    if not done:
        say(console, f"the score is made once all {len(cells)} cells are done")


def _suited(file: SweepFile) -> list[Cell]:
    """The cells of a file, all of whose environments must suit; SweepError says which do, if some do."""
    try:
        return cells_of(file)
    except SweepError as error:
        alone = [file.model_copy(update={"environments": (name,)}) for name in file.environments]
        suited = [each.environments[0] for each in alone if _suits(each)]
        if not suited:
            cells_of(alone[0])  # what is wrong everywhere is told once
        more = f"; without these: --envs {' '.join(suited)}" if len(suited) < len(alone) else ""
        raise SweepError(f"{error}{more}") from None


def _suits(file: SweepFile) -> bool:
    try:
        return bool(cells_of(file))
    except SweepError:
        return False


def _sum_up(console: Console, swept: Sweep, name: str, folder: Path, export: Tables) -> None:
    """Show and write what all cells come to, by sampled actions where agents draw them."""
    played = dict[str, list[Path]]()
    for cell, outcome in swept.known():
        tables = [file for file in outcome.result.files if file.endswith(".parquet")] if outcome else []
        played.setdefault(cell.about.environment, []).extend(swept.store.results / file for file in tables[:1])
    reports = (Report.of(Episodes.join(map(Episodes.read, paths))) for paths in played.values())
    files = tuple(os.path.relpath(path, folder) for paths in played.values() for path in paths)
    made = Suite.of(name, reports).model_copy(update={"files": files})
    sections = list(standings(made))
    console.print(terminal.tables(sections))
    export.write(console, sections)
    write_whole(folder / SUITE, (made.model_dump_json(indent=2) + "\n").encode())
    say(console, f"suite: {folder / SUITE}")
