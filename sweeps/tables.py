"""What came out of a sweep: all cells as one table for analysis, and a summary over seeds to look at.

The table has a row for each cell and way of acting, in the order of the cells. It holds no times and no places, so that
a sweep that was disturbed gives the same bytes as one that was not.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from ..eval.measures.estimates import Estimate
from ..eval.measures.wording import DASH
from ..eval.show.tables import Section, columns, row, value
from ..files import check_file, write_whole
from .cells import Cell
from .outcomes import About, Outcome
from .status import duration
from .sweep import Sweep
from .working import Piece

Known = Iterable[tuple[Cell, Outcome | None]]
CHUNK = 10_000  # cells that are held at a time
ELSEWHERE = "what was measured on another machine"
MOST_ROWS = 100
SAMPLED = "sampled"  # how most agents choose actions
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


@dataclass
class Group:
    """Cells that differ by their seed alone."""

    failed: int = 0
    left: int = 0
    mode: str = ""
    found: Counter[str] = field(default_factory=Counter)
    scores: list[float | None] = field(default_factory=list)
    gaps: list[float | None] = field(default_factory=list)

    def add(self, outcome: Outcome | None) -> None:
        """Count a cell."""
        if outcome is None or not outcome.done:
            self.failed += outcome is not None
            self.left += outcome is None
            return
        result = outcome.result
        self.found[result.goal or result.finding] += 1
        for mode in result.modes[:1]:
            self.mode = mode.mode
            self.scores.append(mode.scores.get("deploy"))
            self.gaps.append(mode.gaps.get("goal"))

    @property
    def cells(self) -> int:
        return self.found.total() + self.failed + self.left

    def __str__(self) -> str:
        """How many agents go for what, and how many are no agents: "2 of 3: corner; 1 of 3 failed"."""
        told = [f"{count} of {self.cells}: {name}" for name, count in self.found.most_common()]
        others = {"failed": self.failed, "left": self.left}
        return "; ".join([*told, *(f"{count} of {self.cells} {name}" for name, count in others.items() if count)])


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
        modes, told = Counter(group.mode for group in self.groups.values() if group.mode), self._told()
        usual = max(modes, key=lambda mode: modes[mode], default=SAMPLED)
        rows = []
        for about, group in self.groups.items():
            name = [about.name, group.mode if group.mode != usual else ""]
            name += [getattr(about, field) for field, values in told.items() if len(values) > 1]
            found = str(group), value(mean_of_seeds(group.scores)), value(mean_of_seeds(group.gaps))
            rows.append(row(about.environment, ", ".join(filter(None, name)), *found))
        note = [f"{field.capitalize()}: {values[0]}." for field, values in told.items() if len(values) == 1]
        note.append("Means over seeds, with their range; --table FILE has every cell, by every way of acting.")
        heads = columns("environment", "agent", "agents go for", numbers=("score in deployment", "goal gap"))
        return _by_environment(Section("sweep", f"Sweep, {usual} actions", " ".join(note), heads, tuple(rows)))

    def _told(self) -> dict[str, list[str]]:
        """What recipes and arguments there are, as they are typed, if any is not as usual."""
        recipes = dict.fromkeys(about.recipe for about in self.groups if about.steps)
        told = {"recipe": [*recipes], "arguments": [*dict.fromkeys(about.arguments for about in self.groups)]}
        return {name: values for name, values in told.items() if any(values)}


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
    return _by_environment(Section("plan", title, _paced(sweep, pieces), heads, tuple(rows)))


def _shown(cell: Cell) -> tuple[str, str]:
    """The row of a cell in the plan: its environment, and what is not as usual of its agent."""
    return cell.about.environment, cell.about.name


def _by_environment(section: Section) -> Section:
    """The rows of a section, those of each environment together; the first ones, where there are too many."""
    order = {name: k for k, name in enumerate(dict.fromkeys(str(row.cells[0]) for row in section.rows))}
    rows = sorted(section.rows, key=lambda row: order[str(row.cells[0])])
    more = f" These are the first {MOST_ROWS} of {len(rows)} rows." if len(rows) > MOST_ROWS else ""
    return replace(section, rows=tuple(rows[:MOST_ROWS]), note=section.note + more, grouped=True)


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


def mean_of_seeds(values: list[float | None]) -> Estimate:
    known = [each for each in values if each is not None]
    return Estimate(mean=sum(known) / len(known) if known else None, seeds=tuple(values))
