"""A summary of a sweep over its seeds, to look at while it runs and when it has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..eval.measures.estimates import Estimate
from ..eval.show.tables import Section, columns, row, value
from .cells import Cell
from .outcomes import About, Outcome

Known = Iterable[tuple[Cell, Outcome | None]]
MOST_ROWS = 100
SAMPLED = "sampled"  # how most agents choose actions


@dataclass
class Group:
    """Cells that differ by their seed alone."""

    failed: int = 0
    left: int = 0
    mode: str = ""
    found: Counter[str] = field(default_factory=Counter)
    scores: dict[int, float | None] = field(default_factory=dict)
    gaps: dict[int, float | None] = field(default_factory=dict)

    def add(self, seed: int, outcome: Outcome | None) -> None:
        """Count a cell."""
        if outcome is None or not outcome.done:
            self.failed += outcome is not None
            self.left += outcome is None
            return
        result = outcome.result
        self.found[result.goal or result.finding] += 1
        for mode in result.modes[:1]:
            self.mode = mode.mode
            self.scores[seed] = mode.scores.get("deploy")
            self.gaps[seed] = mode.gaps.get("goal")

    @property
    def cells(self) -> int:
        return self.found.total() + self.failed + self.left

    def __str__(self) -> str:
        """How many agents go for what, and how many are no agents: "2 of 3: corner; 1 of 3 failed"."""
        told = [f"{count} of {self.cells}: {name}" for name, count in self.found.most_common()]
        others = {"failed": self.failed, "left": self.left}
        return "; ".join([*told, *(f"{count} of {self.cells} {name}" for name, count in others.items() if count)])


class Summary:
    """What came out, over seeds."""

    def __init__(self) -> None:
        self.groups = dict[About, Group]()

    def noted(self, known: Known) -> Iterator[tuple[Cell, Outcome | None]]:
        """The same cells, which are counted on the way."""
        for cell, outcome in known:
            about = cell.about
            self.groups.setdefault(about.model_copy(update={"seed": 0}), Group()).add(about.seed, outcome)
            yield cell, outcome

    @property
    def done(self) -> dict[About, Group]:
        """Those groups that have done cells."""
        return {about: group for about, group in self.groups.items() if group.found}

    @property
    def usual(self) -> str:
        """How most agents choose actions."""
        modes = Counter(group.mode for group in self.groups.values() if group.mode)
        return max(modes, key=lambda mode: modes[mode], default=SAMPLED)

    def names(self, alpha: bool = True) -> dict[About, str]:
        """What each group is called: its agent, and what is not as usual of it and not the same in all groups.

        Args:
            alpha: whether alphas are told.
        """
        usual, several = self.usual, [name for name, values in self._told().items() if len(values) > 1]

        def name(about: About, mode: str) -> str:
            others = [mode if mode != usual else "", *(getattr(about, name) for name in several)]
            agent = about if alpha else about.model_copy(update={"alpha": 0.0})
            return ", ".join(filter(None, (agent.name, *others)))

        return {about: name(about, group.mode) for about, group in self.groups.items()}

    def section(self) -> Section:
        """A row for each group of seeds."""
        rows, names = [], self.names()
        for about, group in self.groups.items():
            found = str(group), value(mean_of_seeds(group.scores.values())), value(mean_of_seeds(group.gaps.values()))
            rows.append(row(about.environment, names[about], *found))
        note = [f"{field.capitalize()}: {values[0]}." for field, values in self._told().items() if len(values) == 1]
        note.append("Means over seeds, with their range; --table FILE has every cell, by every way of acting.")
        heads = columns("environment", "agent", "agents go for", numbers=("score in deployment", "goal gap"))
        return by_environment(Section("sweep", f"Sweep, {self.usual} actions", " ".join(note), heads, tuple(rows)))

    def _told(self) -> dict[str, list[str]]:
        """What recipes and arguments there are, as they are typed, if any is not as usual."""
        recipes = dict.fromkeys(about.recipe for about in self.groups if about.steps)
        told = {"recipe": [*recipes], "arguments": [*dict.fromkeys(about.arguments for about in self.groups)]}
        return {name: values for name, values in told.items() if any(values)}


def by_environment(section: Section) -> Section:
    """The rows of a section, those of each environment together; the first ones, where there are too many."""
    order = {name: k for k, name in enumerate(dict.fromkeys(str(row.cells[0]) for row in section.rows))}
    rows = sorted(section.rows, key=lambda row: order[str(row.cells[0])])
    more = f" These are the first {MOST_ROWS} of {len(rows)} rows." if len(rows) > MOST_ROWS else ""
    return replace(section, rows=tuple(rows[:MOST_ROWS]), note=section.note + more, grouped=True)


def mean_of_seeds(values: Iterable[float | None]) -> Estimate:
    """The mean of those seeds of which there is one."""
    seeds = tuple(values)
    known = [each for each in seeds if each is not None]
    return Estimate(mean=sum(known) / len(known) if known else None, seeds=seeds)
