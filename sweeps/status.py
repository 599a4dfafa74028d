"""Where a sweep stands: how many cells are done, running and failed, and how long the rest takes."""

from __future__ import annotations

from dataclasses import dataclass, field

from .outcomes import Outcome


@dataclass
class Tally:
    """Counts of cells, and the seconds that those take which are left, by the paces that are known.

    Attributes:
        total: cells in all; `processes` carry out so many of them at a time.
        expected, unknown: seconds of work that is left, and cells besides of which nobody knows how long they take.
        spent, meant: seconds that cells have taken since the tally began, and those they were expected to.
        ended: how many of these cells there are.
    """

    total: int
    processes: int = 1
    done: int = 0
    failed: int = 0
    running: set[str] = field(default_factory=set)
    expected: float = 0.0
    unknown: int = 0
    spent: float = 0.0
    meant: float = 0.0
    ended: int = 0

    @property
    def left(self) -> int:
        """Cells that are neither done nor failed."""
        return self.total - self.done - self.failed

    def wait_for(self, seconds: float | None) -> None:
        """Count a cell that is left."""
        self.expected += seconds or 0.0
        self.unknown += seconds is None

    def know(self, outcome: Outcome) -> None:
        """Count a cell that ended before."""
        self.done += outcome.done
        self.failed += not outcome.done

    def end(self, outcome: Outcome, seconds: float | None) -> None:
        """Count a cell that was waited for and has ended, here or elsewhere."""
        self.know(outcome)
        self.running.discard(outcome.key)
        self.expected -= seconds or 0.0
        self.unknown -= seconds is None
        if outcome.done:
            self.spent, self.ended = self.spent + outcome.seconds, self.ended + 1
            self.meant += seconds or 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until all cells are settled, as far as is known; None where nothing is."""
        faster = self.spent / self.meant if self.meant else 1.0
        usual = self.spent / self.ended if self.ended else None
        if self.unknown and usual is None:
            return None
        work = max(0.0, self.expected) * faster + self.unknown * (usual or 0.0)
        return work / max(1, min(self.processes, self.left))

    def __str__(self) -> str:
        counts = f"{self.done} of {self.total} done, {len(self.running)} running, {self.failed} failed"
        seconds = self.seconds_left
        return counts if seconds is None or not self.left else f"{counts}, about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """A time for people, in the largest unit that says enough."""
    if seconds < 100:
        return f"{seconds:.0f} seconds"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
