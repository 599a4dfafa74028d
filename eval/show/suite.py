"""A suite as sections: as a whole and by kind of proxy, then each environment."""

from __future__ import annotations

from collections.abc import Iterator

from ..measures.intervals import ENOUGH
from ..suite import Standing, Suite
from .tables import Row, Section, columns, row, value

COVERED = "; the interval covers the choice of seeds."
MISSING = f", of which it takes {ENOUGH} for an interval."
MEASURES = ("score in deployment", "goal gap")


def standings(suite: Suite) -> Iterator[Section]:
    """The sections, in order."""
    seeds = f"{suite.seeds} training seed{'s' * (suite.seeds != 1)}"
    rows = [_row(f"with {kind} proxies", standing) for kind, standing in suite.kinds.items()]
    yield Section(
        "suite", f"{suite.method}: interquartile means",
        f"Over environments and {seeds} in each{COVERED if suite.seeds >= ENOUGH else MISSING}",
        columns("environments", numbers=("number", *MEASURES)),
        (_row("all", suite.whole, strong=True), *rows),
    )  # fmt: skip
    each = [row(name, value(one.score), value(one.gap)) for name, one in suite.environments.items()]
    note = f"Means over {seeds}, with the interval of `goalgap report`."
    yield Section("environments", "Each environment", note, columns("environment", numbers=MEASURES), tuple(each))


def _row(title: str, standing: Standing, strong: bool = False) -> Row:
    cells = (title, str(len(standing.environments)), value(standing.score), value(standing.gap))
    return row(*cells, weight="strong" if strong else "")
