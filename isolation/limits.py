"""What a submission may use, and in which ways it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Reason = Literal["unreadable", "error", "actions", "time", "memory", "output", "exit"]


@dataclass(frozen=True)
class Limits:
    """What a worker may use; the number of its processes is always one, and it may write to no disk at all.

    Attributes:
        start: seconds until it is ready to act, its imports included.
        answer: seconds for the actions of one step in all games of a batch.
        total: seconds that all its answers may take together.
        memory: bytes of its address space.
        files: how many it may have open.
        output: bytes it may print, of which the end is kept for the message of a failure.
        submission: bytes of all its files together.
    """

    start: float = 60.0
    answer: float = 40.0
    total: float = 1800.0
    memory: int = 4 * 2**30
    files: int = 256
    output: int = 2**20
    submission: int = 256 * 2**20


USUAL = Limits()


class EntryError(RuntimeError):
    """A submission failed, and the evaluator goes on.

    Attributes:
        reason: in which way, one of
            unreadable: it cannot be opened, or what it says when it is;
            error: its code raised an exception;
            actions: what it answered are not the actions of the environment;
            time: it took too long to start, for an answer, or in total;
            memory: it asked for more than it may have;
            output: it printed more than it may, or answered without being asked;
            exit: its process ended.
    """

    def __init__(self, reason: Reason, told: str) -> None:
        self.reason = reason
        super().__init__(told)

    def record(self) -> dict[str, Any]:
        """What is recorded of it, JSON-able."""
        return {"reason": self.reason, "told": str(self)}
