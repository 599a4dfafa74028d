"""Pieces of work side by side: each in a process of its own, so that none can take another down with it.

A process is given a piece of work, carries it out, and tells through a pipe how far it is. When the pipe breaks,
because the caller was killed, it stops at its next report; what was finished stays finished.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from ..choices import shown

Tell = Callable[[Any, Any], None]
Running = dict[Connection, tuple[Any, BaseProcess]]


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


def carry_out(work: Iterable[Work], processes: int, progress: Tell | None = None) -> dict[Any, str]:
    """Carry out all work, so many pieces at a time; what each failed piece died of, by its key.

    Args:
        progress: called in this process with a key and what the piece of work tells.
    """
    waiting, running, failures = list(work), Running(), dict[Any, str]()
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                running |= _start(waiting.pop(0))
            for ready in wait(list(running)):
                _receive(ready, running, failures, progress)  # type: ignore[arg-type]
    finally:
        for _, process in running.values():
            process.terminate()
    return failures


def last_line(text: str) -> str:
    """What a failure says, without the way there."""
    return text.strip().splitlines()[-1]


def _start(work: Work) -> Running:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, work), daemon=True)
    with _interrupts_held():
        process.start()
    theirs.close()
    return {ours: (work.key, process)}


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


def _receive(ready: Connection, running: Running, failures: dict[Any, str], progress: Tell | None) -> None:
    """Take one message: progress, or the text of a failure; an end of the pipe is the end of the process."""
    key, process = running[ready]
    try:
        message = ready.recv()
    except EOFError:
        process.join()
        del running[ready]
        if process.exitcode and key not in failures:
            failures[key] = f"its process ended with exit code {process.exitcode}"
        return
    if isinstance(message, str):
        failures[key] = message
    elif progress is not None:
        progress(key, message)


def _work(pipe: Connection, work: Work) -> None:
    """What a process does: one piece of work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work.run(pipe.send)
    except BrokenPipeError:
        return
    except Exception:  # noqa: BLE001 (whatever it is, the caller is told)
        pipe.send(traceback.format_exc())
