"""Where a sweep stands: how many cells are done, running and failed, and how long the rest takes.

Cells of a kind take about as long as others of it have. Where none has ended, those tell that are like it: a training
takes longer than its pace says where other trainings did, which what reference policies took says nothing of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .outcomes import About, Outcome
from .paces import Kind


@dataclass
class Pool:
    """Cells of a kind, of which some have ended.

    Attributes:
        expected, unknown: seconds of work that is left, and cells besides of which nobody knows how long they take.
        spent, meant: seconds that cells have taken, and those they were expected to.
        ended: how many of these cells there are.
    """

    expected: float = 0.0
    unknown: int = 0
    spent: float = 0.0
    meant: float = 0.0
    ended: int = 0

    @classmethod
    def all(cls, pools: Iterable[Pool]) -> Pool:
        """Those that have ended of several."""
        listed = list(pools)
        spent, meant = sum(each.spent for each in listed), sum(each.meant for each in listed)
        return cls(spent=spent, meant=meant, ended=sum(each.ended for each in listed))

    def seconds(self, like: Pool) -> float | None:
        """Of work that is left, at the pace of others; None where nothing is known of it."""
        if self.unknown and not like.ended:
            return None
        slower = like.spent / like.meant if like.meant else 1.0
        return max(0.0, self.expected) * slower + (self.unknown * like.spent / like.ended if self.unknown else 0.0)


@dataclass
class Tally:
    """Counts of cells, and by kind how long they take: a kind is trained or not, which is told first of it.

    Attributes:
        total: cells in all; `processes` carry out so many of them at a time.
    """

    total: int
    processes: int = 1
    done: int = 0
    failed: int = 0
    running: set[str] = field(default_factory=set)
    pools: dict[tuple[bool, Kind], Pool] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Cells that are neither done nor failed."""
        return self.total - self.done - self.failed

    def _pool(self, about: About) -> Pool:
        return self.pools.setdefault((about.steps > 0, about.kind), Pool())

    def wait_for(self, about: About, seconds: float | None) -> None:
        """Count a cell that is left."""
        pool = self._pool(about)
        pool.expected += seconds or 0.0
        pool.unknown += seconds is None

    def know(self, outcome: Outcome) -> None:
        """Count a cell that ended before."""
        self.done += outcome.done
        self.failed += not outcome.done

    def end(self, outcome: Outcome, seconds: float | None) -> None:
        """Count a cell that was waited for and has ended, here or elsewhere."""
        self.know(outcome)
        self.running.discard(outcome.key)
        pool = self._pool(outcome.about)
        pool.expected -= seconds or 0.0
        pool.unknown -= seconds is None
        if outcome.done and outcome.seconds >= outcome.result.trained:  # or its agent was there already
            pool.spent, pool.ended = pool.spent + outcome.seconds, pool.ended + 1
            pool.meant += seconds or 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until all cells are settled, as far as is known; None where nothing is."""
        alike = {
            one: Pool.all(pool for (known, _), pool in self.pools.items() if known == one) for one in (True, False)
        }
        work = 0.0
        for (trained, _), pool in self.pools.items():
            seconds = pool.seconds(pool if pool.ended else alike[trained])
            if seconds is None:
                return None
            work += seconds
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
