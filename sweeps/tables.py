"""What came out of a sweep: all cells as one table for analysis, and a summary over seeds to look at.

The table has a row for each cell and way of acting, in the order of the cells. It holds no times and no places, so that
a sweep that was disturbed gives the same bytes as one that was not.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from ..eval.measures.estimates import Estimate
from ..eval.measures.wording import DASH
from ..eval.show.tables import Row, Section, columns, row, value
from ..files import check_file, write_whole
from ..terms import NONE
from .cells import Cell
from .outcomes import About, Outcome
from .paces import Kind
from .status import duration
from .sweep import Sweep
from .working import Piece

Known = Iterable[tuple[Cell, Outcome | None]]
CHUNK = 10_000  # cells that are held at a time
MOST_ROWS = 100
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
    for mode in outcome.result.modes:
        measures = {"learned": mode.learned}
        for kind, values in (("score", mode.scores), ("gap", mode.gaps), ("pursuit", mode.pursuits)):
            measures |= {f"{kind}.{name}": number for name, number in values.items()}
        yield told | {"mode": mode.mode, **measures}
    if not outcome.result.modes:
        yield told


@dataclass
class Group:
    """Cells that differ by their seed alone."""

    cells: int = 0
    failed: int = 0
    found: Counter[str] = field(default_factory=Counter)
    scores: list[float | None] = field(default_factory=list)
    gaps: list[float | None] = field(default_factory=list)

    def add(self, outcome: Outcome | None) -> None:
        """Count a cell."""
        self.cells += 1
        if outcome is None or not outcome.done:
            self.failed += outcome is not None
            return
        result = outcome.result
        self.found[result.goal or result.finding] += 1
        if result.modes:
            self.scores.append(result.modes[0].scores.get("deploy"))
            self.gaps.append(result.modes[0].gaps.get("goal"))

    @property
    def done(self) -> int:
        return self.found.total()


class Summary:
    """What came out, over seeds."""

    def __init__(self) -> None:
        self.groups = dict[About, Group]()

    def noted(self, known: Known) -> Iterator[tuple[Cell, Outcome | None]]:
        """The same cells, which are counted on the way."""
        for cell, outcome in known:
            self.groups.setdefault(cell.about.model_copy(update={"seed": 0}), Group()).add(outcome)
            yield cell, outcome

    def section(self) -> Section:
        """A row for each group of seeds."""
        heads = columns(
            "environment", "agent", "alpha", "done", "goes for", numbers=("score in deployment", "goal gap")
        )
        shown = [_summed(about, group) for about, group in islice(self.groups.items(), MOST_ROWS)]
        note = "Means over seeds, with their range."
        if len(self.groups) > MOST_ROWS:
            note += f" The first {MOST_ROWS} of {len(self.groups)} rows: --table has them all."
        return Section("sweep", "Sweep", note, heads, tuple(shown))


def planned(sweep: Sweep, pieces: list[Piece]) -> Section:
    """What is left to do, by what it takes."""
    left = Counter(piece.cell.about.kind for piece in pieces)
    times = dict[Kind, float | None]()
    for about in (piece.cell.about for piece in pieces):
        seconds, known = sweep.paces.seconds(about), times.get(about.kind, 0.0)
        times[about.kind] = None if seconds is None or known is None else known + seconds
    kinds = Counter(cell.about.kind for cell in sweep.cells)
    rows = [
        row(*kind[:2], kind[2] if kind[2] != NONE else "", str(count), str(left[kind]), _told(times.get(kind, 0.0)))
        for kind, count in islice(kinds.items(), MOST_ROWS)
    ]
    heads = columns("environment", "agent", "mitigation", numbers=("cells", "left", "time in all"))
    return Section("plan", "What is left to do", _paced(sweep, pieces), heads, tuple(rows))


def _paced(sweep: Sweep, pieces: list[Piece]) -> str:
    """Where the times come from."""
    here = {piece.cell.about.kind for piece in pieces} & set(sweep.paces.measured)
    paces = {piece.cell.about.environment: sweep.paces.pace(piece.cell.about) for piece in pieces}
    on_gpu = sorted(name for name, pace in paces.items() if pace and pace.device == "cuda")
    note = "Times are by what cells of the kind took here" if here else "Times are by the records of standard entries"
    if here and len(here) < len({piece.cell.about.kind for piece in pieces}):
        note += ", else by the records of standard entries"
    return f"{note}{', on a GPU: ' + ', '.join(on_gpu) if on_gpu else ''}."


def _told(seconds: float | None) -> str:
    return DASH if seconds is None else duration(seconds)


def _summed(about: About, group: Group) -> Row:
    words = [about.agent, about.mitigation if about.mitigation != NONE else "", about.recipe, about.arguments]
    found = ", ".join(f"{count} {name}" for name, count in group.found.most_common())
    done = f"{group.done} of {group.cells}" + f", {group.failed} failed" * bool(group.failed)
    return row(
        about.environment, " ".join(filter(None, words)), f"{about.alpha:g}", done, found,
        value(_mean(group.scores)), value(_mean(group.gaps)),
    )  # fmt: skip


def _mean(values: list[float | None]) -> Estimate:
    known = [each for each in values if each is not None]
    return Estimate(mean=sum(known) / len(known) if known else None, seeds=tuple(values))
