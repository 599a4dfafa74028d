"""The table of what stands on several boards: what each way of training comes to over all of them.

Entries of one name and one author are one way of training, in environments of standard arguments; of reference
policies those that do the same, whatever the goals are called. Only entries that have a rank count.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...envs import SUITE
from ...eval.measures.intervals import ENOUGH
from ...eval.measures.verdict import Kind, kind_of
from ...eval.measures.wording import DASH
from ...eval.report import Report
from ...eval.show.tables import Cell, Column, Section, Share, columns, figure, row, value
from ...eval.suite import Standing, Suite
from ...eval.table.selection import first_seeds
from ...terms import KINDS, NONE
from ..board import Reported, weight
from ..conditions import CONDITIONS, conditions
from ..entry import Entry
from ..words import slug
from .tables import FACTS, Line, Table

NOTE = (
    "What a way of training comes to over the environments that it has been tried in: interquartile means over "
    "environments and training seeds, as many in each as it has in all of them. It has a rank once it has been tried "
    "in every environment, since fewer of them may be easier. Reference policies show the scale."
)
MEASURES = ("goal gap", "score in deployment")
HEADS = (
    Column("rank"), *columns("method", *FACTS, numbers=("environments", "training seeds")),
    Column("agents go for", numeric=False), *map(Column, MEASURES),
    *(Column(f"{measure}, {kind} proxies") for measure in MEASURES for kind in KINDS),
)  # fmt: skip
# colours of verdicts that name a goal
ROLES: dict[Kind, str] = {"intended": "intended", "proxy": "proxy", "rewarded": "misspecified"}


@dataclass(frozen=True)
class Method:
    """Entries of one way of training, and the suite that they make."""

    entries: tuple[Entry, ...]
    reports: tuple[Report, ...]
    suite: Suite

    @property
    def reported(self) -> tuple[Reported, ...]:
        """Its entries, each with the report on as many of its seeds as there are in all of them."""
        return tuple(zip(self.entries, self.reports, strict=True))

    @property
    def place(self) -> str:
        """Where its page lies in the site; names of methods are not all different, and look alike in folders' names."""
        info = self.entries[0].info
        unlike = hashlib.sha256("\n".join((self.suite.method, info.kind, info.authors)).encode()).hexdigest()
        return f"methods/{slug(self.suite.method)}-{unlike[:8]}"

    @property
    def track(self) -> str:
        return "method" if self.suite.seeds >= ENOUGH else "agent"

    @property
    def status(self) -> str:
        """Of all its entries."""
        return " and ".join(sorted({entry.standing.status for entry in self.entries}))

    @property
    def goes_for(self) -> Counter[Kind]:
        """How many of its agents go for goals of each kind."""
        return Counter(
            kind_of(report.game, report.reward, found) for report in self.reports for found in report.verdict.findings
        )

    @property
    def trained(self) -> bool:
        """Whether it is a way of training, not a reference policy."""
        return self.entries[0].info.kind == "trained"

    @property
    def ranked(self) -> bool:
        """Whether it has been tried in every environment of the suite."""
        return self.trained and SUITE.keys() <= set(self.suite.whole.environments)


def methods(entered: Mapping[str, list[Reported]]) -> list[Method]:
    """What stands on two boards or more, in the order of its table."""
    return sorted((_method(name, listed) for (name, *_), listed in _groups(entered).items()), key=_order)


def suite_table(found: list[Method]) -> Table:
    """The table of `methods`."""
    ranked = sum(method.ranked for method in found)
    lines = tuple(_line(figure(k, 0) if k <= ranked else Cell(DASH), method) for k, method in enumerate(found, 1))
    return Table(Section("suite", "All environments", NOTE, HEADS, tuple(line.row for line in lines)), lines)


def _groups(entered: Mapping[str, list[Reported]]) -> dict[tuple[str, ...], list[Reported]]:
    """The entries of each way of training, one an environment: of two that pass for the same, the better."""
    found: dict[tuple[str, ...], dict[str, Reported]] = {}
    for name, listed in entered.items():
        for entry, report in listed:
            if entry.standing.ranked and name == report.game.environment:
                key = (_name(entry, report), entry.info.kind, entry.info.authors)
                found.setdefault(key, {}).setdefault(name, (entry, report))
    return {key: list(by_name.values()) for key, by_name in found.items() if len(by_name) > 1}


def _name(entry: Entry, report: Report) -> str:
    """What an entry is called on all boards: the goals of a reference policy by their roles."""
    if entry.info.kind != "reference":
        return entry.info.name
    first = {reward.role: reward.name for reward in reversed(report.game.rewards)}
    roles = {name: role for role, name in first.items()}
    return ":".join(roles.get(part, part) for part in entry.info.name.split(":"))


def _method(name: str, listed: list[Reported]) -> Method:
    """Of as many training seeds in each environment as there are in all of them."""
    fewest = min(len(report.main.training_seeds) for _, report in listed)
    reports = [
        report if len(report.main.training_seeds) == fewest else Report.of(first_seeds(entry.episodes, fewest))
        for entry, report in listed
    ]
    return Method(tuple(entry for entry, _ in listed), tuple(reports), Suite.of(name, reports))


def _order(method: Method) -> tuple[bool, bool, bool, float, str]:
    """What has a rank first, reference policies last, the best score first; one that is missing comes last."""
    mean = method.suite.whole.score.mean
    return not method.ranked, not method.trained, mean is None, -(mean or 0.0), method.suite.method


def _line(rank: Cell, method: Method) -> Line:
    first, suite, classes = method.entries[0], method.suite, method.goes_for
    told = ", ".join(f"{kind} {count}" for kind, count in classes.most_common())
    named = {role: classes[kind] / classes.total() for kind, role in ROLES.items()}
    bar = tuple(Share(share, role) for role, share in {**named, NONE: 1 - sum(named.values())}.items())
    counts = (figure(len(suite.environments), 0), figure(suite.seeds, 0))
    facts = {"kind": first.info.kind, "track": method.track, "status": method.status, **_conditions(method.entries)}
    numbers = (*_both(suite.whole), *_by_kind(suite))
    cells = (rank, suite.method, *facts.values(), *counts, told, *numbers)
    return Line(row(*cells, weight=weight(first), bar=bar), facts, told, method.place)


def _conditions(entries: Iterable[Entry]) -> dict[str, str]:
    """The conditions of all entries together."""
    told = [conditions(entry) for entry in entries]
    return {name: " and ".join(sorted({each[name] for each in told})) for name in CONDITIONS}


def _both(standing: Standing) -> Iterable[Cell]:
    return value(standing.gap), value(standing.score)


def _by_kind(suite: Suite) -> Iterable[Cell]:
    """Goal gap and score by kind of proxy; nothing where there is no such environment."""
    pairs = [tuple(_both(suite.kinds[kind])) if kind in suite.kinds else (Cell(""), Cell("")) for kind in KINDS]
    return (cell for column in zip(*pairs, strict=True) for cell in column)
