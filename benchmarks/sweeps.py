"""What the machinery of sweeps costs where there are very many cells, each of which is over at once.

    python benchmarks/sweeps.py            # 100,000 cells; writes sweeps.md
    python benchmarks/sweeps.py 1000       # prints the table for fewer

A real sweep file, of all environments with thousands of training seeds, becomes cells; instead of training, each gives
a result of the usual size. Every stage has a process of its own, whose time and peak of memory are told. Carrying out
does not wait for the disk to have everything (`fsync`), which a cell of minutes does not notice.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from goalgap import files
from goalgap.envs import SUITE
from goalgap.eval.show import terminal
from goalgap.sweeps.cells import Cell
from goalgap.sweeps.outcomes import About, Mode, Result
from goalgap.sweeps.plan import cells_of
from goalgap.sweeps.store import Store
from goalgap.sweeps.summary import Summary
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.sweep_file import SweepFile
from goalgap.sweeps.tables import write_table
from goalgap.sweeps.working import settle

CELLS = 100_000
MOST_SECONDS, MOST_BYTES = 60, 10**9
MEASURES = {"scores": 3, "gaps": 5, "pursuits": 4}
RESULT = Result(
    finding="goal",
    goal="corner",
    modes=tuple(
        Mode(
            mode=mode, learned=0.9, **{kind: {f"n{k}": k / 7 for k in range(count)} for kind, count in MEASURES.items()}
        )
        for mode in ("sampled", "argmax")
    ),
    steps=800_000,
    trained=300.0,
    played=8.0,
    device="cpu",
)


@dataclass(frozen=True)
class Simulated:
    """A cell that is over at once."""

    cell: Cell
    place: None = None

    @property
    def key(self) -> str:
        return self.cell.key

    @property
    def claim(self) -> str:
        return self.cell.claim

    @property
    def about(self) -> About:
        return self.cell.about

    def run(self, progress: Callable[[Any], None]) -> Result:
        return RESULT


def swept(folder: Path, count: int) -> Sweep:
    """The sweep of a file that names so many cells, or a few less."""
    path = folder / "sweep.toml"
    told = {"environments": list(SUITE), "seeds": list(range(count // len(SUITE))), "results": str(folder / "results")}
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items()))
    return Sweep([Simulated(cell) for cell in cells_of(SweepFile.read(path))], Store(folder / "results"))


def plan(folder: Path, count: int) -> str:
    """What a dry run does in a new folder."""
    tally, _ = swept(folder, count).survey(2)
    return f"{tally.left:,} cells to do"


def carry_out(folder: Path, count: int) -> str:
    """All cells, one after another; what the first and the last tenth of them cost."""
    files._flush = lambda _: None
    _, pieces = swept(folder, count).survey(2)
    times = []
    for piece in pieces:
        began = time.perf_counter()
        settle(piece)
        times.append(time.perf_counter() - began)
    tenth = len(times) // 10
    first, last = (1000 * sum(part) / tenth for part in (times[:tenth], times[-tenth:]))
    return f"{first:.2f} ms a cell in the first tenth, {last:.2f} ms in the last"


def resume(folder: Path, count: int) -> str:
    """What the same command does once more: find that all is done."""
    tally, pieces = swept(folder, count).survey(2)
    assert not pieces
    return f"{tally.done:,} cells done"


def report(folder: Path, count: int) -> str:
    """The summary, and the table of all cells."""
    summary = Summary()
    write_table(folder / "cells.parquet", summary.noted(swept(folder, count).known()))
    with Path(os.devnull).open("w") as nowhere:
        Console(file=nowhere).print(terminal.tables([summary.section()]))
    return f"{(folder / 'cells.parquet').stat().st_size / 1e6:.1f} MB of Parquet"


class Stage(NamedTuple):
    """What a stage took, in seconds, also of a processor, and in bytes, and what it says."""

    name: str
    seconds: float
    processor: float
    memory: int
    told: str


STAGES = {each.__name__: each for each in (plan, carry_out, resume, report)}


def staged(name: str, folder: Path, count: int) -> Stage:
    """A stage in a process of its own."""
    words = [sys.executable, __file__, str(count), name, str(folder)]
    return Stage(name.replace("_", " "), *json.loads(subprocess.check_output(words, text=True)))


def measured(name: str, folder: Path, count: int) -> str:
    """Within that process."""
    began = time.perf_counter()
    told = STAGES[name](folder, count)
    seconds = time.perf_counter() - began
    return json.dumps([seconds, time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, told])


def page(count: int, rows: list[Stage]) -> str:
    """The table, as Markdown."""
    lines = [
        f"| {each.name} | {each.seconds:.1f} s | {each.processor:.1f} s | {each.memory / 1e6:.0f} MB | {each.told} |"
        for each in rows
    ]
    return "\n".join(
        [
            "# Sweeps of very many cells\n",
            f"Written by `python benchmarks/sweeps.py`: {count:,} cells of all environments, each of which is over",
            "at once. To plan, to resume and to report are to take less than a minute and 1 GB each, and a cell is to",
            "cost the same however many there are. It is carried out without waiting for the disk.\n",
            "| stage | time | of a processor | memory | |",
            "| --- | ---: | ---: | ---: | --- |",
            *lines,
            "",
        ]
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CELLS
    if len(sys.argv) > 2:
        print(measured(sys.argv[2], Path(sys.argv[3]), count))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = [staged(name, Path(folder), count) for name in STAGES]
    told = page(count, rows)
    print(told)
    if count == CELLS:
        Path(__file__).with_suffix(".md").write_text(told)
    bounded = [each for each in rows if each.name != "carry out"]
    slow = [each for each in bounded if each.processor > MOST_SECONDS or each.memory > MOST_BYTES]
    sys.exit(f"too slow or too large: {slow}" if slow else 0)


if __name__ == "__main__":
    main()
