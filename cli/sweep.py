"""`goalgap sweep`: environments x algorithms x mitigations x alphas x seeds, from a file."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..eval.show import terminal
from ..sweeps.figure import sweep_figure
from ..sweeps.plan import cells_of
from ..sweeps.store import Store
from ..sweeps.summary import Summary
from ..sweeps.sweep import Sweep
from ..sweeps.sweep_file import SweepFile
from ..sweeps.tables import check_table, write_table
from .execution import Execution, How
from .exports import Exports, Files, Tables
from .options import OptionalPath
from .saying import output, say

File = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE", help_behavior_hint="(required)")]


def sweep(
    file: File,
    how: How = Execution(),  # noqa: B008
    table: OptionalPath = None,
    export: Files = Exports(),  # noqa: B008
) -> None:
    """Train and evaluate all that a file names, as far as it is not done yet, whatever happens on the way.

    Running the same command again does only what is missing; running it twice at once shares the work.

    Args:
        file: what to sweep, as TOML; the guide's page on sweeps says how it is written.
        table: a file for the table of all cells, as CSV or Parquet.
    """
    how.check(*(["table"] if table else []), *export.given)
    check_table(table)
    export.check()
    told = SweepFile.read(file)
    cells = cells_of(told)
    if how.emits("sweep", str(file)):
        return
    console, swept = output(), how.sweep(cells, Store(told.folder))
    if (tally := how.settled(console, str(file), swept)) is not None:
        show_cells(console, swept, export, table)
        how.tell_failure(console, swept, tally)


def show_cells(console: Console, swept: Sweep, export: Tables, table: Path | None = None) -> None:
    """Show and write what has come out so far, and the table of all cells, where a file is given for it."""
    summary = Summary()
    known = summary.noted(swept.known())
    if table:
        write_table(table, known)
        say(console, f"written: {table}")
    else:
        deque(known, maxlen=0)
    section = summary.section()
    console.print(terminal.tables([section]))
    if export.drawn and not summary.done:
        say(console, f"not drawn: {export.drawn}, for no cell is done")
        export = Tables(export.csv, export.latex, export.json)
    export.write(console, [section], figure=lambda _: sweep_figure(summary))
