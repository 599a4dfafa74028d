"""`goalgap sweep`: environments x algorithms x mitigations x alphas x seeds, from a file."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from ..eval.show import terminal
from ..extras import AGENTS, RAY, SUBMITIT, check_installed
from ..sweeps.engines import Engine
from ..sweeps.engines.local import Local
from ..sweeps.engines.ray_tasks import Ray
from ..sweeps.engines.slurm import Slurm, script
from ..sweeps.plan import SweepFile, cells_of, shard_of
from ..sweeps.status import Tally
from ..sweeps.store import Store
from ..sweeps.sweep import Sweep
from ..sweeps.tables import Summary, check_table, planned, write_table
from ..sweeps.working import Piece
from .exports import TableFiles, Tables
from .options import Flag, OptionalInt, OptionalPath, RefusedError, check_counts, optional
from .saying import output, say
from .sweeping import line_shown

File = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE", help_behavior_hint="(required)")]
NEEDS = {"local": (), "ray": RAY, "slurm": SUBMITIT}


@dataclass(frozen=True)
class Where:
    """Where cells are carried out."""

    processes: int = 2
    """how many cells at a time"""
    engine: Literal["local", "ray", "slurm"] = "local"
    """in processes here, on a Ray cluster, or as Slurm jobs"""
    address: Annotated[str | None, optional("ADDRESS")] = None
    """of the Ray cluster, such as auto; one is started here, if left out"""
    shard: Annotated[str | None, optional("I/N")] = None
    """a part of the cells, such as 1/4, 2/4, ..."""
    emit_slurm: OptionalInt = None
    """print a script for sbatch that works in so many shards, and do nothing"""

    def check(self) -> None:
        """ValueError for numbers and combinations that are not allowed."""
        check_counts(processes=self.processes)
        if self.emit_slurm is not None:
            check_counts(shards=self.emit_slurm)
        if self.address is not None and self.engine != "ray":
            raise ValueError("--address is that of a Ray cluster: add --engine ray")

    def carry_out(self, swept: Sweep, tally: Tally, pieces: list[Piece]) -> None:
        """Carry out what is left, with a line that shows how far it is."""
        check_installed(*NEEDS[self.engine], *(AGENTS if any(piece.cell.about.steps for piece in pieces) else ()))
        if pieces:
            with line_shown(tally) as shown:
                swept.carry_out(self._engine(swept.store), tally, pieces, shown)

    def _engine(self, store: Store) -> Engine:
        if self.engine == "ray":
            return Ray(self.processes, self.address)
        return Slurm(self.processes, store.jobs) if self.engine == "slurm" else Local(self.processes)


def sweep(
    file: File,
    where: Annotated[Where, tyro.conf.arg(name="")] = Where(),
    dry_run: Flag = False,
    status: Flag = False,
    retry_failed: Flag = False,
    table: OptionalPath = None,
    export: TableFiles = Tables(),  # noqa: B008
) -> None:
    """Train and evaluate all that a file names, as far as it is not done yet, whatever happens on the way.

    Running the same command again does only what is missing; running it twice at once shares the work.

    Args:
        file: what to sweep, as TOML; the guide's page on sweeps says how it is written.
        dry_run: say what is to be done, and about how long it takes, and do nothing.
        status: say where the sweep stands, and do nothing.
        retry_failed: also try those cells again that have failed.
        table: a file for the table of all cells, as CSV or Parquet.
    """
    where.check()
    check_table(table)
    _check_together(where, dry_run=dry_run, status=status, retry_failed=retry_failed, table=table is not None)
    told = SweepFile.read(file)
    cells = shard_of(cells_of(told), where.shard)
    if where.emit_slurm is not None:
        print(script(file, where.emit_slurm, where.processes), end="")
        return
    console, swept = output(), Sweep(cells, Store(Path(told.results).absolute()), retry_failed)
    tally, pieces = _surveyed(swept, where.processes, status)
    say(console, f"{file}, {tally.total} cells: {tally}, {where.processes} at a time")
    if dry_run:
        console.print(terminal.tables([planned(swept, pieces)]))
        return
    if not status:
        where.carry_out(swept, tally, pieces)
    _show(console, swept, table, export)
    _tell_failure(console, swept, tally, refused=not status)


def _surveyed(swept: Sweep, processes: int, status: bool) -> tuple[Tally, list[Piece]]:
    """Where a sweep stands, and what is left to do; StorageError where that could not be kept."""
    tally, pieces = swept.survey(processes)
    if status:
        swept.at_work(pieces, tally)
    elif pieces:
        swept.store.check()
    return tally, pieces


def _check_together(where: Where, **given: bool) -> None:
    """ValueError for options that leave one another nothing to do."""
    told = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if where.emit_slurm is not None and (told or where.shard or where.engine != "local"):
        raise ValueError(
            "--emit-slurm prints a script, which has --processes alone: add other options to its last line"
        )
    if given["status"] and (given["dry_run"] or given["retry_failed"]):
        raise ValueError("--status only says where the sweep stands: leave out --dry-run and --retry-failed")


def _show(console: Console, swept: Sweep, table: Path | None, export: Tables) -> None:
    summary = Summary()
    known = summary.noted(swept.known())
    if table:
        write_table(table, known)
        say(console, f"written: {table}")
    else:
        deque(known, maxlen=0)
    section = summary.section()
    console.print(terminal.tables([section]))
    export.write(console, [section])


def _tell_failure(console: Console, swept: Sweep, tally: Tally, refused: bool) -> None:
    """Where cells have failed, say so with the first one and what to do, as a RefusedError where it is `refused`."""
    if not tally.failed:
        return
    if refused:
        raise RefusedError(_failure(swept, tally))
    say(console, _failure(swept, tally))


def _failure(swept: Sweep, tally: Tally) -> str:
    kept = ((cell, outcome) for cell, outcome in swept.known() if outcome and not outcome.done)
    cell, outcome = next(kept, (None, None))
    if cell is None or outcome is None:
        return f"{tally.failed} of {tally.total} cells failed, and that could not be kept: run again"
    return (
        f"{tally.failed} of {tally.total} cells failed, the others are kept; the first is {cell.about}: "
        f"{outcome.reason} ({swept.store.path(cell.key, '.log')}); --retry-failed tries them again"
    )
