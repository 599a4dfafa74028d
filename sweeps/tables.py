"""What came out of a sweep, all cells as one table for analysis, and what is left to do of it.

The table has a row for each cell and way of acting, in the order of the cells. It holds no times and no places, so that
a sweep that was disturbed gives the same bytes as one that was not.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from ..eval.measures.wording import DASH
from ..eval.show.tables import Section, columns, row
from ..files import check_file, write_whole
from .cells import Cell
from .outcomes import Outcome
from .status import duration
from .summary import Known, by_environment
from .sweep import Sweep
from .working import Piece

CHUNK = 10_000  # cells that are held at a time
ELSEWHERE = "what was measured on another machine"
FORMATS = (".csv", ".parquet")


def check_table(path: Path | None) -> None:
    """ValueError unless a table, if there is to be one, can have this name; StorageError unless it can be written."""
    if path is None:
        return
    if path.suffix not in FORMATS:
        raise ValueError(f"{path} must end in {' or '.join(FORMATS)}, by which its format is told")
    check_file(path)


def write_table(path: Path, known: Known) -> None:
    """Write the table of all cells; StorageError when that cannot be done."""
    table, content = as_table(known), io.BytesIO()
    if path.suffix == ".csv":
        pc.write_csv(table, content)
    else:
        pq.write_table(table, content, compression="zstd")
    write_whole(path, content.getvalue())


def as_table(known: Known) -> pa.Table:
    """The table of all cells."""
    cells, parts = iter(known), list[pa.Table]()
    while some := list(islice(cells, CHUNK)):
        rows = [each for cell, outcome in some for each in _rows(cell, outcome)]
        names = dict.fromkeys(name for each in rows for name in each)
        parts.append(pa.table({name: [each.get(name) for each in rows] for name in names}))
    return pa.concat_tables(parts or [pa.table({})], promote_options="permissive")


def _rows(cell: Cell, outcome: Outcome | None) -> Iterator[dict[str, Any]]:
    """A row for each way of acting, or one for a cell that is not done."""
    told: dict[str, Any] = {"key": cell.key, **cell.about.model_dump(), "status": "left", "reason": ""}
    if outcome is None:
        yield told
        return
    told |= {"status": outcome.status, "reason": outcome.reason}
    told |= {"finding": outcome.result.finding or None, "goal": outcome.result.goal}
    told |= {"path": next(iter(outcome.result.files), None)}
    for mode in outcome.result.modes:
        measures = {"learned": mode.learned}
        for kind, values in (("score", mode.scores), ("gap", mode.gaps), ("pursuit", mode.pursuits)):
            measures |= {f"{kind}.{name}": number for name, number in values.items()}
        yield told | {"mode": mode.mode, **measures}
    if not outcome.result.modes:
        yield told


def planned(sweep: Sweep, pieces: list[Piece]) -> Section:
    """What is left to do, by what it takes."""
    title = "What is left to do" if pieces else "Nothing is left to do"
    left = Counter(_shown(piece.cell) for piece in pieces)
    times = dict[tuple[str, str], float | None]()
    for cell in (piece.cell for piece in pieces):
        seconds, known = sweep.paces.seconds(cell.about), times.get(_shown(cell), 0.0)
        times[_shown(cell)] = None if seconds is None or known is None else known + seconds
    rows = []
    for shown, count in Counter(map(_shown, sweep.cells)).items():
        rows.append(row(*shown, str(count), str(left[shown]), _told(times.get(shown, 0.0))))
    heads = columns("environment", "agent", numbers=("cells", "left", "time left"))
    return by_environment(Section("plan", title, _paced(sweep, pieces), heads, tuple(rows)))


def _shown(cell: Cell) -> tuple[str, str]:
    """The row of a cell in the plan: its environment, and what is not as usual of its agent."""
    return cell.about.environment, cell.about.name


def _paced(sweep: Sweep, pieces: list[Piece]) -> str:
    """Where the times come from; nothing where there are none."""
    if not pieces:
        return ""
    here = {piece.cell.about.kind for piece in pieces} & set(sweep.paces.measured)
    note = "Times are by what cells of the kind took here" if here else f"Times are by {ELSEWHERE}"
    if here and len(here) < len({piece.cell.about.kind for piece in pieces}):
        note += f", else by {ELSEWHERE}"
    return f"{note}."


def _told(seconds: float | None) -> str:
    return DASH if seconds is None else duration(seconds)
