"""When to look at an agent that learns: as often as a share of the time allows, or after a number of steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Spacing:
    """Measures what training takes and what looks at it take besides, and says when a look is due.

    It is when a look that takes as long as the last one, and one more at the end, stay within the share. So only the
    first looks can exceed it, where training is short: what they cost is not known before.

    Attributes:
        share: of the time of training that looks may take.
        every: steps between two looks, whatever they take: the same looks in every run.
        clock: tells seconds.
        trained, spent: seconds of training, and of looks.
    """

    share: float
    every: int | None = None
    clock: Callable[[], float] = time.perf_counter
    trained: float = 0.0
    spent: float = 0.0
    _last: float = 0.0
    _next: int = 0
    _told: float = 0.0

    def begin(self, steps: int) -> None:
        """Training begins, or goes on: what passed in between was none."""
        self._lap()
        self._follow(steps)

    def due(self, steps: int) -> bool:
        """Whether to look now, after so many steps."""
        self.trained += self._lap()
        if self.every is not None:
            return steps >= self._next
        return self.spent + 2 * self._last <= self.share * self.trained

    @contextmanager
    def looking(self, steps: int) -> Iterator[None]:
        """Around a look."""
        self.trained += self._lap()
        yield
        self._last = self._lap()
        self.spent += self._last
        self._follow(steps)

    def _follow(self, steps: int) -> None:
        """The next look is after the next multiple of `every`."""
        self._next = (steps // (self.every or 1) + 1) * (self.every or 1)

    def _lap(self) -> float:
        """Seconds since the last call."""
        before, self._told = self._told, self.clock()
        return self._told - before
