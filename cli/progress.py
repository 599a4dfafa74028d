"""Progress: bars in a terminal, a line now and then on a plain pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .saying import say

SHARE = 4  # a plain line at every quarter


class OnWork(Protocol):
    """Told the name of a piece of work, how much of how much is done, and a note."""

    def __call__(self, name: str, done: float, total: float, note: str = "") -> None: ...


def counter(update: OnWork, name: str, total: int) -> Callable[[int], None]:
    """What is told how many more of `total` are done, and tells `update` how many are."""
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        update(name, done, total)

    return tell


@contextmanager
def progress_shown(console: Console) -> Iterator[OnWork]:
    """While the block runs, what it is given shows how far the work is."""
    if not console.is_terminal:
        yield Lines(console)
        return
    name, note = (TextColumn(each, markup=False) for each in ("{task.description}", "{task.fields[note]}"))
    columns = (name, BarColumn(), MofNCompleteColumn(), note)
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as bars:
        yield Bars(bars)


class Bars:
    """A bar for each piece of work."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._known: dict[str, object] = {}

    def __call__(self, name: str, done: float, total: float, note: str = "") -> None:
        if name not in self._known:
            self._known[name] = self._bars.add_task(name, total=total, note=note)
        self._bars.update(self._known[name], completed=min(done, total), note=note)  # type: ignore[arg-type]


class Lines:
    """A line for each quarter of a piece of work."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, int] = {}

    def __call__(self, name: str, done: float, total: float, note: str = "") -> None:
        quarter = int(SHARE * done / total) if total else SHARE
        if quarter > self._shown.get(name, 0):
            self._shown[name] = quarter
            say(self._console, f"{name}: {min(100 * quarter // SHARE, 100)} % {note}".rstrip())
