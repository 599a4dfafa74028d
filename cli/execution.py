"""How `goalgap sweep` and `goalgap bench` have their cells carried out: the options of both, and what these do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import tyro
from rich.console import Console

from ..eval.show import terminal
from ..extras import AGENTS, RAY, SUBMITIT, check_installed
from ..sweeps.cells import Cell, Trained
from ..sweeps.engines import Engine
from ..sweeps.engines.local import PIECES, Local
from ..sweeps.engines.ray_tasks import Ray
from ..sweeps.engines.slurm import Slurm, script
from ..sweeps.methods import Own
from ..sweeps.paces import crowding
from ..sweeps.plan import shard_of
from ..sweeps.status import Tally
from ..sweeps.store import Store
from ..sweeps.sweep import Sweep
from ..sweeps.tables import planned
from ..sweeps.working import Piece
from .options import Flag, OptionalInt, RefusedError, check_counts, optional
from .saying import output, say
from .sweeping import line_shown

NEEDS = {"local": (), "ray": RAY, "slurm": SUBMITIT}


@dataclass(frozen=True)
class Execution:
    """Where cells are carried out, and which."""

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
    dry_run: Flag = False
    """say what is to be done, and about how long it takes, and do nothing"""
    status: Flag = False
    """say where it stands, and do nothing"""
    retry_failed: Flag = False
    """also try those cells again that have failed"""

    def check(self, *others: str) -> None:
        """ValueError for numbers and combinations that are not allowed, also with options for files of results."""
        check_counts(processes=self.processes)
        if self.emit_slurm is not None:
            check_counts(shards=self.emit_slurm)
        if self.address is not None and self.engine != "ray":
            raise ValueError("--address is that of a Ray cluster: add --engine ray")
        given = (self.dry_run, self.status, self.retry_failed, self.shard is not None, self.engine != "local")
        if self.emit_slurm is not None and any((*given, *others)):
            raise ValueError(
                "--emit-slurm prints a script, which has --processes alone: add other options to its last line"
            )
        if self.dry_run and others:
            raise ValueError(
                f"--{others[0]} is of what has come out, and --dry-run says what is to be done: leave one out"
            )
        if self.status and (self.dry_run or self.retry_failed):
            raise ValueError("--status only says where the sweep stands: leave out --dry-run and --retry-failed")

    def emits(self, *words: str) -> bool:
        """Whether a script is asked for, that works through a command in shards: then it is printed."""
        if self.emit_slurm is not None:
            print(script(words, self.emit_slurm, self.processes), end="")
        return self.emit_slurm is not None

    def sweep(self, cells: list[Cell], store: Store) -> Sweep:
        """The sweep of those cells that are asked for."""
        return Sweep(shard_of(cells, self.shard), store, self.retry_failed)

    def settled(self, console: Console, what: str, swept: Sweep) -> Tally | None:
        """Say where a sweep stands, carry out what is left if asked for, and where it stands then; None of a plan.

        StorageError where there is something left, and that it is done could not be kept.
        """
        swept.paces.crowding = crowding(self.processes) if self.engine == "local" else 1.0
        tally, pieces = swept.survey(self.processes)
        if self.status:
            swept.at_work(pieces, tally)
        elif pieces:
            swept.store.check()
            tally.processes = self._at_a_time()
        told = console if self.dry_run or self.status else output(stderr=True)  # what is to be done is by the way
        say(told, f"{what}, {tally.total} cells: {tally}, {tally.processes} at a time")
        if self.dry_run:
            console.print(terminal.tables([planned(swept, pieces)]))
            return None
        if not self.status:
            self._carry_out(swept, tally, pieces)
        return tally

    def tell_failure(self, console: Console, swept: Sweep, tally: Tally) -> None:
        """Where cells have failed, say so with the first one and what to do; as a RefusedError, unless only asked."""
        if not tally.failed:
            return
        if not self.status:
            raise RefusedError(_failure(swept, tally))
        say(console, _failure(swept, tally))

    def _at_a_time(self) -> int:
        """How many cells are carried out at a time: of a Ray cluster, as many as it has CPUs, once it is joined."""
        if self.address is None or self.dry_run or self.status:
            return self.processes
        check_installed(*NEEDS[self.engine])
        return Ray(self.processes, self.address).at_a_time()

    def _carry_out(self, swept: Sweep, tally: Tally, pieces: list[Piece]) -> None:
        """Carry out what is left, with a line that shows how far it is."""
        trained = any(isinstance(piece.cell, Trained) for piece in pieces)
        check_installed(*NEEDS[self.engine], *(AGENTS if trained else ()))
        if pieces:
            with line_shown(tally) as shown:
                swept.carry_out(self._engine(swept), tally, pieces, shown)

    def _engine(self, swept: Sweep) -> Engine:
        own = any(isinstance(cell, Own) for cell in swept.cells)  # which may leave anything behind in its process
        if self.engine == "ray":
            return Ray(self.processes, self.address, shared=not own)
        if self.engine == "slurm":
            return Slurm(self.processes, swept.store.jobs)
        return Local(self.processes, 1 if own else PIECES)


def _failure(swept: Sweep, tally: Tally) -> str:
    kept = ((cell, outcome) for cell, outcome in swept.known() if outcome and not outcome.done)
    cell, outcome = next(kept, (None, None))
    if cell is None or outcome is None:
        return f"{tally.failed} of {tally.total} cells failed, and that could not be kept: run again"
    return (
        f"{tally.failed} of {tally.total} cells failed, the others are kept; the first is {cell.about}: "
        f"{outcome.reason} ({swept.store.path(cell.key, '.log')}); --retry-failed tries them again"
    )


How = Annotated[Execution, tyro.conf.arg(name="")]
