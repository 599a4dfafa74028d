"""One cell carried out, whatever happens: what comes of it is an outcome, and never an error.

Every engine calls `settle`, in whatever process and on whatever machine. It claims the cell, looks whether it is done,
carries it out with all that it says going to its log, and keeps the outcome.
"""

from __future__ import annotations

import io
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..choices import printable
from .cells import Cell, Progress
from .outcomes import Outcome
from .store import Store

LONGEST = 2000  # characters of a reason
MOST_LOGGED = 2**22  # characters that are kept of what one try at a cell prints
FULL = "\n[what it prints from here on is not kept]\n"


@dataclass(frozen=True)
class Piece:
    """A cell as engines carry it out.

    Attributes:
        attempts: how many tries are known to have failed and are not to count; 0 where a failed cell stays so.
    """

    cell: Cell
    store: Store
    attempts: int = 0

    @property
    def key(self) -> str:
        return self.cell.key

    def run(self, progress: Progress) -> None:
        """Settle the cell, and tell `progress` when it begins, that it goes on, and its outcome."""
        progress(settle(self, progress))

    def settled(self) -> Outcome | None:
        """The outcome that counts, if there is one."""
        known = self.store.outcome(self.cell)
        return known if known and (known.done or known.attempts > self.attempts) else None


class Elsewhere:
    """Somebody else has the cell."""


class Begun:
    """The cell has been begun."""


def settle(piece: Piece, progress: Progress = lambda _: None) -> Outcome | Elsewhere:
    """Carry a cell out, unless that has been done; its outcome, or that somebody else has it."""

    def carry_out() -> Outcome:
        progress(Begun())
        return _carried_out(piece, progress)

    return _once(piece, carry_out)


def crashed(piece: Piece, why: str) -> Outcome | Elsewhere:
    """Keep that the process of a cell has died, unless the cell had come to an end before; its log says why, too."""

    def end() -> Outcome:
        with Log(piece.store.path(piece.key, ".log")) as log:
            log.write(f"{why.rstrip()}\n")
        return failed(piece, why)

    return _once(piece, end)


def failed(piece: Piece, why: Exception | str, seconds: float = 0.0) -> Outcome:
    """The outcome of a cell that has failed, not kept yet."""
    told = why if isinstance(why, str) else f"{type(why).__name__}: {why}"
    reason = printable(" ".join(told.split()))[:LONGEST]
    return Outcome.now(piece.cell, status="failed", reason=reason, attempts=_attempts(piece), seconds=seconds)


def _once(piece: Piece, end: Callable[[], Outcome]) -> Outcome | Elsewhere:
    """The outcome that counts, or else the one that `end` comes to, kept; nobody else has the cell meanwhile."""
    try:
        with piece.store.claimed(piece.cell) as ours:
            return (piece.settled() or _kept(piece.store, end())) if ours else Elsewhere()
    except OSError as error:
        return failed(piece, error)


def _attempts(piece: Piece) -> int:
    known = piece.store.outcome(piece.cell)
    return known.attempts + 1 if known else 1


def _carried_out(piece: Piece, progress: Progress) -> Outcome:
    began = time.perf_counter()
    try:
        with _logged(piece):
            result = piece.cell.run(progress)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is kept)
        return failed(piece, error, _since(began))
    return Outcome.now(piece.cell, status="done", attempts=_attempts(piece), seconds=_since(began), result=result)


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)


def _kept(store: Store, outcome: Outcome) -> Outcome:
    """The outcome, kept; where that cannot be, the cell is not done, and why is told."""
    try:
        store.keep(outcome)
    except OSError as error:
        told = f"{outcome.reason}; " if outcome.reason else ""
        return outcome.model_copy(update={"status": "failed", "reason": f"{told}its outcome was not kept: {error}"})
    return outcome


@contextmanager
def _logged(piece: Piece) -> Iterator[None]:
    """While the block runs, what is printed goes to the log of the cell, and so does where it fails."""
    with Log(piece.store.path(piece.key, ".log")) as log, redirect_stdout(log), redirect_stderr(log):
        print(f"{datetime.now(UTC).isoformat(timespec='seconds')} {piece.cell.about}")
        try:
            yield
        except BaseException:
            log.room = MOST_LOGGED
            traceback.print_exc()
            raise
        print("done")


class Log(io.TextIOBase):
    """A file that text is added to, as far as that can be done: a full disk stops nothing that would go on without.

    Attributes:
        room: for so many characters; what is printed beyond is lost, so that a flood fills no disk.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.room = path, MOST_LOGGED
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, text: str) -> int:
        kept, full = text[: max(0, self.room)], 0 <= self.room < len(text)
        self.room -= len(text)
        if kept := kept + FULL * full:
            with suppress(OSError), self.path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(kept)
        return len(text)
