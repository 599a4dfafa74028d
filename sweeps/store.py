"""The store: what is known of each cell, in a folder of results that any number of processes and machines share.

    results/cells/3f/3f0c52d1a9e7b804.json    the outcome, written in one move when the cell has ended
                                     .log     what it said, and where it failed
                                     .lock    while somebody is at work on it

A cell is found by its name alone, so it costs the same in a sweep of ten as in one of a hundred thousand. Whoever is at
work holds a lock that the system takes away when the process dies: no clock decides who may work, and nothing waits for
a time to run out. An outcome that cannot be read, or whose files are gone, is none: the cell is carried out again, and
takes what is still there of its agent and its episodes.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from ..files import LOCK, StorageError, check_below, exists, shared, write_whole
from .cells import Cell
from .outcomes import Outcome

FOLDER = "cells"


@dataclass(frozen=True)
class Store:
    """What is known of cells, below a folder of results."""

    results: Path

    def path(self, name: str, ending: str) -> Path:
        """A file of a cell, by its key, or of a claim."""
        return self.results / FOLDER / name[:2] / f"{name}{ending}"

    @property
    def jobs(self) -> Path:
        """Where engines may keep what they need."""
        return self.results / FOLDER / "jobs"

    def outcome(self, cell: Cell) -> Outcome | None:
        """How a cell ended, if it has."""
        try:
            known = Outcome.model_validate_json(self.path(cell.key, ".json").read_bytes())
        except (OSError, ValidationError):
            return None
        whole = known.key == cell.key and all(exists(self.results / file) for file in known.result.files)
        return known if whole else None

    def keep(self, outcome: Outcome) -> None:
        """Write how a cell ended; StorageError when that cannot be done."""
        write_whole(self.path(outcome.key, ".json"), (outcome.model_dump_json(indent=1) + "\n").encode())

    @contextmanager
    def claimed(self, cell: Cell) -> Iterator[bool]:
        """Whether a cell is ours alone while the block runs: another process may have it, or work in its folder."""
        path = self.path(cell.claim, ".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            try:
                held.enter_context(_held(path))
            except Timeout:
                yield False
                return
            held.callback(path.unlink, missing_ok=True)  # while it is held; whoever has it open finds the outcome
            yield cell.place is None or held.enter_context(shared(cell.place / LOCK))

    def at_work(self, cell: Cell) -> bool:
        """Whether somebody has claimed a cell, or is at work alone in its folder."""
        path = self.path(cell.claim, ".lock")
        try:
            if path.exists():
                with _held(path):
                    path.unlink(missing_ok=True)  # a killed process has left it
            if cell.place is not None and (cell.place / LOCK).exists():
                with shared(cell.place / LOCK) as free:
                    return not free
        except (Timeout, PermissionError):  # that of another user
            return True
        return False

    def check(self) -> None:
        """StorageError unless outcomes can be written; makes nothing."""
        check_below(self.results / FOLDER)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a lock that every user may look at and that dies with its process; Timeout where somebody has it.

    StorageError where the file system has no such locks: a file that only stands for one would outlive its process.
    """
    lock = FileLock(path, mode=0o666, fallback_to_soft=False)
    try:
        held = lock.acquire(timeout=0)
    except OSError as error:
        if error.errno != errno.ENOSYS:
            raise
        raise StorageError(f"the file system of {path.parent} has no locks: see the guide's page on sweeps") from None
    with held:
        yield
