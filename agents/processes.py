"""Pieces of work side by side: each in a process of its own, so that none can take another down with it.

A process is given a piece of work, carries it out, and tells through a pipe how far it is; then it may be given
another. When the pipe breaks, because the caller was killed, it stops at its next report; what was finished stays
finished. When a process dies, the piece of work that it has taken has failed, and the next one goes to a new process.
One that dies between two pieces has not taken the second: a new process has it as its first.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from ..choices import shown

Tell = Callable[[Any, Any], None]
GONE = (EOFError, BrokenPipeError, ConnectionResetError)  # what a pipe says whose other end is closed
LOOK = 2.0  # seconds of silence after which it is looked who has died without a word
LINGER = 10.0  # seconds that a process may take to end once it is let go
END = None  # what a process tells when a piece of work has ended, well or not, and is given when it may go


class CallerGone(BaseException):
    """Nobody is there any more who wants to know: no error of the work, which nothing in it takes for one."""


class Taken:
    """What a process tells of a piece of work that it has taken and now begins."""


class Work(Protocol):
    """A piece of work, which can be pickled; `key` tells it from others."""

    @property
    def key(self) -> Any: ...

    def run(self, progress: Callable[[Any], None]) -> object:
        """Carry it out, telling `progress` now and then how far it is, but no text."""


def check_processes(processes: int) -> None:
    """ValueError unless so many processes can work."""
    if isinstance(processes, bool) or not isinstance(processes, int) or processes < 1:
        raise ValueError(f"at least one process must train, not {shown(processes)}")


def carry_out(
    work: Iterable[Work], processes: int, progress: Tell | None = None, failed: Tell | None = None, pieces: int = 1
) -> dict[Any, str]:
    """Carry out all work, so many pieces at a time; what each failed piece died of, by its key.

    Args:
        progress: called in this process with a key and what the piece of work tells.
        failed: called in this process with the key of a piece that has failed, and what it died of, at once.
        pieces: how many a process carries out before it gives way to a new one.
    """
    failures = dict[Any, str]()

    def fail(key: Any, text: str) -> None:
        failures[key] = text
        if failed is not None:
            failed(key, text)

    team = Team(iter(work), pieces)
    try:
        for _ in range(processes):
            team.employ()
        while team.working:
            for worker, message in team.heard():
                if isinstance(message, str):
                    fail(worker.key, message)
                elif progress is not None:
                    progress(worker.key, message)
    finally:
        team.terminate()
    return failures


def last_line(text: str) -> str:
    """What a failure says, without the way there."""
    return text.strip().splitlines()[-1]


class Worker:
    """A process. It is no daemon, which could start no processes of its own, as environments side by side are.

    Attributes:
        piece: of work that it was given last, None when it was let go.
        given: how many pieces; `at` what time the last one.
        taken: whether it has taken that piece.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_work, args=(theirs,))
        with _interrupts_held():
            self.process.start()
        theirs.close()
        self.piece: Work | None = None
        self.given, self.taken, self.at = 0, False, time.monotonic()

    @property
    def key(self) -> Any:
        """Of its piece of work."""
        return self.piece and self.piece.key

    @property
    def died_between(self) -> bool:
        """Of one that is gone: whether it has ended a piece, and has not taken the next."""
        return self.given > 1 and not self.taken

    @property
    def lingers(self) -> bool:
        """Whether it was let go and does not end, as where its work has left a thread or a process behind."""
        return self.given > 0 and self.piece is None and time.monotonic() - self.at > LINGER

    def give(self, piece: Work | None) -> None:
        """Give it a piece of work, or let it go; when it has died meanwhile, that is heard of next."""
        self.piece, self.given, self.taken, self.at = piece, self.given + 1, False, time.monotonic()
        with suppress(*GONE):
            self.pipe.send(piece)

    def heard(self) -> Any:
        """What it tells, which waits; EOFError where it has died, also while processes of its own hold its pipe."""
        if not self.pipe.poll():
            raise EOFError
        return self.pipe.recv()


class Team:
    """The processes that are at work, and the work that waits."""

    def __init__(self, waiting: Iterator[Work], pieces: int) -> None:
        self.waiting, self.pieces = waiting, pieces
        self.working: dict[Connection, Worker] = {}

    def employ(self) -> None:
        """Start a process for the next piece of work, if any waits."""
        if (piece := next(self.waiting, None)) is not None:
            worker = Worker()
            self.working[worker.pipe] = worker  # before it is given what may be impossible to give
            worker.give(piece)

    def heard(self) -> Iterator[tuple[Worker, Any]]:
        """What processes tell, once some do; who has ended a piece is given another, and who is gone is replaced."""
        told = wait(list(self.working), LOOK)
        for worker in self.working.values():
            if worker.lingers:
                worker.process.kill()
        workers = [worker for pipe, worker in self.working.items() if pipe in told or not worker.process.is_alive()]
        for worker in workers:
            try:
                message = worker.heard()
            except GONE:
                worker.process.join()
                if worker.piece and worker.died_between:
                    self.waiting = chain([worker.piece], self.waiting)
                elif worker.piece:
                    yield worker, f"its process ended with exit code {worker.process.exitcode}"
                del self.working[worker.pipe]
                self.employ()
                continue
            if message is END:
                worker.give(next(self.waiting, END) if worker.given < self.pieces else END)
            elif isinstance(message, Taken):
                worker.taken = True
            else:
                yield worker, message

    def terminate(self) -> None:
        """End all that are still at work."""
        for worker in self.working.values():
            worker.process.terminate()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """What is started within never hears Ctrl-C, not even while it imports: the caller handles it, once it is back."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows, where the terminal tells each process by itself
        yield
        return
    resource_tracker.ensure_running()  # which the first process would start, and that ends what is held
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection) -> None:
    """What a process does: one piece of work after another, until the caller closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def tell(message: Any) -> None:
        try:
            pipe.send(message)
        except GONE as error:
            raise CallerGone from error

    with suppress(CallerGone, *GONE):
        while (piece := pipe.recv()) is not END:
            tell(Taken())
            try:
                piece.run(tell)
            except Exception:  # noqa: BLE001 (whatever it is, the caller is told)
                tell(traceback.format_exc())
            tell(END)
