"""Cells that are over at once, and how sweeps are made of them; workers import this by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goalgap.sweeps.cells import address
from goalgap.sweeps.engines import Engine, Tell
from goalgap.sweeps.outcomes import About, Outcome, Result
from goalgap.sweeps.store import Store
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.working import Piece, settle


def _raise(error: Exception) -> None:
    raise error


FATES: dict[str, Callable[[], object]] = {
    "well": lambda: None,
    "raises": lambda: {}["nothing"],
    "breaks": lambda: _raise(BrokenPipeError("of its own")),
    "dies": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "leaves": lambda: os._exit(3),
    "slow": lambda: time.sleep(0.5),
}


@dataclass(frozen=True)
class Instant:
    """A cell whose result is its number squared; `ran.txt` counts how often each ran."""

    results: Path
    number: int
    fate: str = "well"
    place: Path | None = None

    @property
    def key(self) -> str:
        return address({"instant": self.number})

    @property
    def claim(self) -> str:
        return self.key

    @property
    def about(self) -> About:
        return About(environment="nowhere", agent="instant", seed=self.number, steps=1)

    def run(self, progress: Callable[[Any], None]) -> Result:
        progress(0)
        print("this is cell", self.number)
        with (self.results / "ran.txt").open("a") as file:
            file.write(f"{self.number}\n")
        FATES[self.fate]()
        return Result(finding="goal", goal="cheese", steps=self.number**2)


def swept(results: Path, count: int, retry: bool = False, **fates: Iterable[int]) -> Sweep:
    """A sweep of so many cells, some of which have another fate."""
    results.mkdir(exist_ok=True)
    fate = {number: name for name, numbers in fates.items() for number in numbers}
    cells = [Instant(results, number, fate.get(number, "well")) for number in range(count)]
    return Sweep(list(cells), Store(results), retry)


def here(pieces: Iterable[Piece], tell: Tell) -> None:
    """The plainest engine: one cell after another, in this process."""
    for piece in pieces:
        tell(piece, settle(piece))


def carried_out(sweep: Sweep, engine: Engine = here) -> list[Outcome | None]:
    """Carry out what is left; how all cells have ended."""
    tally, pieces = sweep.survey(2)
    sweep.carry_out(engine, tally, pieces, lambda _: None)
    found = [outcome for _, outcome in sweep.known()]
    assert (tally.done, tally.left) == (sum(bool(each and each.done) for each in found), 0)
    return found


def carried_out_at_once(sweeps: list[Sweep]) -> None:
    """Carry out what is left of several sweeps side by side, each in a process: they print, as no two threads can."""
    processes = [multiprocessing.get_context("fork").Process(target=carried_out, args=(each,)) for each in sweeps]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0


def ran(results: Path) -> list[int]:
    """The numbers of the cells that were begun, each as often as it was."""
    return sorted(map(int, (results / "ran.txt").read_text().split()))
