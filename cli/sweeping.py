"""The line that shows how far a sweep is: in a terminal always the same one, on a plain pipe now and then another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ..sweeps.outcomes import Outcome
from ..sweeps.status import Tally
from .saying import output, say

SELDOM = 60.0  # seconds between two lines on a pipe
TOLD = 10  # failures that are told one by one

Shown = Callable[[Outcome | None], None]


@contextmanager
def line_shown(tally: Tally) -> Iterator[Shown]:
    """While the block runs, the tally stands in a line, and failures are told."""
    console, told = output(stderr=True), 0

    def failed(outcome: Outcome | None) -> None:
        nonlocal told
        if outcome is not None and not outcome.done and told < TOLD:
            told += 1
            say(console, f"failed: {outcome.about}: {outcome.reason}")

    with (_bar if console.is_terminal else _lines)(console, tally) as show:

        def shown(outcome: Outcome | None) -> None:
            failed(outcome)
            show()

        yield shown


@contextmanager
def _bar(console: Console, tally: Tally) -> Iterator[Callable[[], None]]:
    text = TextColumn("{task.description}", markup=False)
    with Progress(text, BarColumn(), TimeElapsedColumn(), console=console) as bars:
        bar = bars.add_task(str(tally), total=tally.total)
        yield lambda: bars.update(bar, completed=tally.total - tally.left, description=str(tally))


@contextmanager
def _lines(console: Console, tally: Tally) -> Iterator[Callable[[], None]]:
    last = time.monotonic()

    def show() -> None:
        nonlocal last
        if time.monotonic() - last >= SELDOM:
            last = time.monotonic()
            say(console, str(tally))

    yield show
    say(console, str(tally))
