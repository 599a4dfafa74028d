"""Processes on this machine. One that dies is the failure of the cell it had, and the sweep goes on."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...agents.processes import carry_out, last_line
from ..working import Piece, crashed
from . import Tell

PIECES = 50  # cells of a process, so that what it may lose of memory stays bounded
ENDED = "its process ended with exit code"


@dataclass(frozen=True)
class Local:
    """So many processes at a time, each for so many cells."""

    processes: int
    pieces: int = PIECES

    def __call__(self, pieces: Iterable[Piece], tell: Tell) -> None:
        given = dict[str, Piece]()

        def noted() -> Iterator[Piece]:
            for piece in pieces:
                given[piece.key] = piece
                yield piece

        def fail(key: str, text: str) -> None:
            tell(given[key], crashed(given[key], _explained(last_line(text))))

        carry_out(noted(), self.processes, lambda key, told: tell(given[key], told), fail, self.pieces)


def _explained(text: str) -> str:
    """What an exit code of a process that was killed means."""
    name, _, code = text.rpartition(" ")
    if name != ENDED or not code.startswith("-"):
        return text
    killed = _named(-int(code))
    lack = ", as the system does where memory is short" if killed == "SIGKILL" else ""
    return f"its process was killed by {killed}{lack}"


def _named(number: int) -> str:
    """A signal; those of real time have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
