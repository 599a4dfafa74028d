"""Telling that code is being compiled, which takes seconds the first time: whoever waits may want to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str], None]

_told: list[Tell] = []


@contextmanager
def compiling(tell: Tell) -> Iterator[None]:
    """Within, `tell` is told the name of a game when code of it is compiled, not when it is found on the disk."""
    _told.append(tell)
    try:
        yield
    finally:
        _told.remove(tell)


@contextmanager
def told(game: str) -> Iterator[None]:
    """Around what may compile code of a game."""
    if not _told:
        yield
        return
    from numba.core import event

    class Teller(event.Listener):
        def on_start(self, event: object) -> None:  # noqa: ARG002
            for tell in _told:
                tell(game)

        def on_end(self, event: object) -> None:
            """Nobody need be told."""

    with event.install_listener("numba:compile", Teller()):
        yield
