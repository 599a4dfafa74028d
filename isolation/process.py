"""A worker as the evaluator sees it: it is asked for so many bytes, and gives them in time or has failed."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..choices import printable
from .backends import PYTHON, ROOT, Backend, packages
from .limits import EntryError, Limits, Reason
from .worker import REASONS

PROGRAM = ROOT / "isolation" / "worker.py"
TOLD = 4096  # bytes kept of what was printed
SHOWN = 300  # characters shown of it
READ = 2**16  # bytes at a time
PIPE_SIZE, WIDE = 1031, 2**20  # what sets how much a pipe holds, and how much ours do where that is allowed
GONE = 2.0  # seconds between the end of the answers and that of the process


@contextmanager
def worker(backend: Backend, plan: dict[str, Any], limits: Limits) -> Iterator[Worker]:
    """A confined worker; all that belongs to it has ended when the block has.

    Args:
        backend: what confines it.
        plan: what it opens: see `worker`.
        limits: what it may use.
    """
    command = [PYTHON, "-I", "-S", "-B", str(PROGRAM), json.dumps(plan | {"packages": packages()})]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with backend.started(command, Path(plan["submission"]), limits, **pipes) as process:
        acting = Worker(process, limits)
        try:
            yield acting
        finally:
            acting.fail("exit", "it has been ended")


class Worker:
    """Asks a confined process and gets its answers. What it does wrong is an `EntryError`, and it is asked no more."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.limits, self.process = limits, process
        self.turn: object = None  # what stands for the state that the process holds
        self._failure: EntryError | None = None
        self._left, self._printed, self._last_words = limits.total, 0, b""
        self._requests, self._answers, self._output = (
            stream.fileno() for stream in (process.stdin, process.stdout, process.stderr) if stream
        )
        self._events = select.poll()
        for pipe in (self._requests, self._answers, self._output):
            os.set_blocking(pipe, False)
        for pipe in (self._answers, self._output):
            self._events.register(pipe, select.POLLIN)
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.fcntl(self._requests, PIPE_SIZE, WIDE)

    def ready(self) -> bytes:
        """The byte that it writes when it has opened its submission."""
        return self._exchange(b"", 1, self.limits.start, f"{self.limits.start:g} seconds to start")

    def ask(self, request: bytes, size: int) -> bytes:
        """The answer to a request, of so many bytes.

        Raises:
            EntryError: there is none in time, it ended, or it did what it may not do.
        """
        began, most = time.monotonic(), f"{self.limits.answer:g} seconds for an answer"
        if self._left < self.limits.answer:
            most = f"{self.limits.total:g} seconds in total"
        try:
            return self._exchange(request, size, min(self.limits.answer, self._left), most)
        finally:
            self._left -= time.monotonic() - began

    def fail(self, reason: Reason, told: str) -> EntryError:
        """What is to be raised from now on."""
        self._failure = self._failure or EntryError(reason, printable(told))
        return self._failure

    def _exchange(self, request: bytes, size: int, seconds: float, told: str) -> bytes:
        if self._failure:
            raise self._failure
        self._check_silent()
        deadline, answer, unsent = time.monotonic() + seconds, bytearray(), memoryview(request)
        if unsent:
            self._events.register(self._requests, select.POLLOUT)
        while unsent or len(answer) < size:
            events = self._events.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not events or time.monotonic() > deadline:
                raise self.fail("time", f"it took more than {told}")
            for pipe, _ in events:
                if pipe == self._requests:
                    unsent = self._send(unsent)
                elif pipe == self._output:
                    self._hear()
                else:
                    answer += self._receive(size - len(answer))
        return bytes(answer)

    def _check_silent(self) -> None:
        """Nothing has been answered that was not asked for."""
        try:
            unasked = os.read(self._answers, 1)
        except BlockingIOError:
            return
        raise self.fail("output", "it answered without being asked") if unasked else self._ended()

    def _send(self, unsent: memoryview) -> memoryview:
        """What is left of a request."""
        try:
            unsent = unsent[os.write(self._requests, unsent) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            raise self._ended() from None
        if not unsent:
            self._events.unregister(self._requests)
        return unsent

    def _receive(self, most: int) -> bytes:
        if not most:
            raise self.fail("output", "it answered before it was asked")
        content = os.read(self._answers, most)
        if not content:
            raise self._ended()
        return content

    def _hear(self) -> bool:
        """Take what is printed, keep its end, and tell whether there may be more."""
        try:
            heard = os.read(self._output, READ)
        except BlockingIOError:
            return False
        self._printed += len(heard)
        self._last_words = (self._last_words + heard)[-TOLD:]
        if self._printed > self.limits.output:
            raise self.fail("output", f"it printed more than {self.limits.output} bytes")
        if not heard:
            with suppress(KeyError):
                self._events.unregister(self._output)
        return bool(heard)

    def _ended(self) -> EntryError:
        """Why it gives no answers any more, as far as it says so itself."""
        try:
            code = self.process.wait(GONE)
        except subprocess.TimeoutExpired:
            return self.fail("exit", "it closed its pipes")
        while self._hear():
            pass
        for reason, number in REASONS.items():
            if number == code:
                return self.fail(reason, self._told())  # type: ignore[arg-type]
        said = self._told()
        return self.fail("exit", f"its process ended with exit code {code}" + (f": {said}" if said else ""))

    def _told(self) -> str:
        lines = self._last_words.decode(errors="replace").strip().splitlines()
        return lines[-1][:SHOWN] if lines else ""
