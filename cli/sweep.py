"""`goalgap sweep`: environments x algorithms x mitigations x alphas x seeds, from a file."""

from __future__ import annotations

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
from ..sweeps.store import FOLDER, Store
from ..sweeps.sweep import Sweep
from ..sweeps.tables import check_table, planned, summary, write_table
from ..sweeps.working import Piece
from .exports import TableFiles, Tables
from .options import Flag, OptionalInt, OptionalPath, RefusedError, check_counts, optional
from .saying import say
from .sweeping import line_shown

File = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE", help_behavior_hint="(required)")]
NEEDS = {"local": (), "ray": RAY, "slurm": SUBMITIT}


def sweep(
    file: File,
    processes: int = 2,
    dry_run: Flag = False,
    status: Flag = False,
    retry_failed: Flag = False,
    shard: Annotated[str | None, optional("I/N")] = None,
    engine: Literal["local", "ray", "slurm"] = "local",
    address: Annotated[str | None, optional("ADDRESS")] = None,
    emit_slurm: OptionalInt = None,
    table: OptionalPath = None,
    export: TableFiles = Tables(),  # noqa: B008
) -> None:
    """Train and evaluate all that a file names, as far as it is not done yet, whatever happens on the way.

    Running the same command again does only what is missing; running it twice at once shares the work.

    Args:
        file: what to sweep, as TOML; the guide's page on sweeps says how it is written.
        processes: how many cells to carry out at a time.
        dry_run: say what is to be done, and about how long it takes, and do nothing.
        status: say where the sweep stands, and do nothing.
        retry_failed: also try those cells again that have failed.
        shard: work on a part, such as 1/4, 2/4, ...
        engine: where cells are carried out: in processes here, on a Ray cluster, or as Slurm jobs.
        address: of the Ray cluster, such as auto; one is started here, if left out.
        emit_slurm: print a script for sbatch that works in so many shards, and do nothing.
        table: a file for the table of all cells, as CSV or Parquet.
    """
    check_counts(processes=processes)
    if table:
        check_table(table)
    read = SweepFile.read(file)
    cells = shard_of(cells_of(read), shard)
    if emit_slurm is not None:
        check_counts(shards=emit_slurm)
        print(script(file, emit_slurm, processes), end="")
        return
    console, swept = Console(), Sweep(cells, Store(Path(read.results).absolute()), retry_failed)
    tally, pieces = swept.survey(processes)
    if dry_run:
        say(console, f"{file}: {tally.total} cells: {tally}, with {processes} at a time")
        console.print(terminal.tables([planned(swept, pieces)]))
        return
    if status:
        swept.at_work(pieces, tally)
        say(console, str(tally))
    else:
        say(console, f"{file}: {tally.total} cells: {tally}, with {processes} at a time")
        _carry_out(swept, _engine(engine, processes, address, swept.store), tally, pieces)
    _show(console, swept, table, export)
    if tally.failed and not status:
        raise RefusedError(_failures(swept, tally))


def _engine(name: str, processes: int, address: str | None, store: Store) -> Engine:
    check_installed(*NEEDS[name])
    if address is not None and name != "ray":
        raise ValueError("--address is that of a Ray cluster: add --engine ray")
    if name == "ray":
        return Ray(processes, address)
    return Slurm(processes, store.results / FOLDER / "jobs") if name == "slurm" else Local(processes)


def _carry_out(swept: Sweep, engine: Engine, tally: Tally, pieces: list[Piece]) -> None:
    if any(piece.cell.about.steps for piece in pieces):
        check_installed(*AGENTS)
    if pieces:
        with line_shown(tally) as shown:
            swept.carry_out(engine, tally, pieces, shown)


def _show(console: Console, swept: Sweep, table: Path | None, export: Tables) -> None:
    section = summary(swept.known())
    console.print(terminal.tables([section]))
    export.write(console, [section])
    if table:
        write_table(table, swept.known())
        say(console, f"written: {table}")


def _failures(swept: Sweep, tally: Tally) -> str:
    """What to say of cells that failed: the first one, and what to do."""
    kept = ((cell, outcome) for cell, outcome in swept.known() if outcome and not outcome.done)
    cell, outcome = next(kept, (None, None))
    if cell is None or outcome is None:
        return f"{tally.failed} of {tally.total} cells failed, and that could not be written down: run again"
    return (
        f"{tally.failed} of {tally.total} cells failed, the others are kept; the first is {cell.about}: {outcome.reason} "
        f"({swept.store.path(cell.key, '.log')}); --retry-failed tries them again"
    )
