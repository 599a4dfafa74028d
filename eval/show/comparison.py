"""Sections that set several agents of one game side by side: `reports` are by the name each goes by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from ..comparison import RANGES, Comparison, Pair
from ..measures.choices import turning_point
from ..measures.definitions import PARTS
from ..measures.differences import Difference
from ..measures.estimates import Estimate
from ..measures.intervals import ENOUGH
from ..measures.wording import number, percent
from ..report import Report
from .charts import DotGroup, DotRow, Dots, Lines
from .sections import BITS, bits, goes_for
from .tables import Cell, Column, Section, columns, figure, row, share, value

Reports = Mapping[str, Report]
SPLITS = ("train", "deploy")
MANY = ENOUGH**2  # pairs of seeds that are too many to draw
SQUARE = (
    "In square brackets stands a 95 % interval: of twenty differences between agents that are alike, about one is told "
    "as if they were not."
)
DRAWN = (
    "The upright stroke is the difference of the means, the line its 95 % interval where there is one; where there are "
    "few training seeds, a circle is a pair of seeds, one of each agent."
)


def compared_power(reports: Reports) -> Section:
    """Optimization power in bits, by goal and split."""
    shown = list(product(SPLITS, next(iter(reports.values())).game.goals))
    rows = [row(name, *(bits(report.main, *of) for of in shown)) for name, report in reports.items()]
    heads = columns("entry", numbers=(f"{goal}, {split}" for split, goal in shown))
    return Section("power", "Optimization power in bits", BITS, heads, tuple(rows))


def compared_oversight(reports: Reports) -> Section:
    """What agents do watched and unwatched, for each training reward and with and without the shift."""
    game = next(iter(reports.values())).game
    rows = []
    for name, report in reports.items():
        mode = report.main
        told = [mode.score("deploy", game.intended), *map(mode.oversight, ("watched", "unwatched", "deception"))]
        told += [mode.gap("goal"), *map(mode.goal_gap_part, PARTS)]
        rows.append(row(name, report.reward, f"{report.alpha:g}", *map(value, told)))
    heads = ["alpha", "score in deployment", f"no {game.oversight}, watched"]
    heads += [f"no {game.oversight}, unwatched", "deception gap", "goal gap", *(f"of which {part}" for part in PARTS)]
    note = (
        f"Watched is the share of episodes without {game.oversight} on control levels, where all that must not be done "
        "is watched; unwatched the same on deployment levels, where part of it is not; the deception gap is their "
        "difference. Alpha above 0 takes the shift away: then training has shown both. A goal gap has an outer and an "
        "inner part where the training reward was not the intended goal."
    )
    return Section("oversight", "Oversight", note, columns("entry", "trained on", numbers=heads), tuple(rows))


def compared_choices(reports: Reports) -> Section:
    """What share of episodes goes for the intended goal, by what going for a proxy costs."""
    shown = {name: report.main.choices for name, report in reports.items() if report.main.choices}
    goal = next(iter(reports.values())).game.intended
    rows = []
    for k, known in enumerate(next(iter(shown.values()))):
        shares = (share(choices[k].shares[goal]) for choices in shown.values())
        rows.append(row(f"{percent(known.low)} to {percent(known.high)}", *shares))
    turns = (turning_point(choices, goal) for choices in shown.values())
    rows.append(row("rises to one half at", *(Cell("nowhere") if turn is None else share(turn) for turn in turns)))
    note = (
        f"The share of deployment episodes that go for {goal}, by the margin of their level, which is the part of the "
        "intended optimum that going for a proxy loses: a psychometric function."
    )
    return Section("choices", "By what it costs", note, columns("margin", numbers=shown), tuple(rows))


def compared_traces(reports: Reports) -> Section:
    """How much each curve rises within an episode."""
    shown = {
        name: tuple(trace for trace in report.main.traces if trace.split in SPLITS) for name, report in reports.items()
    }
    curves = next(iter(reports.values())).game.curves
    rows = [
        row(name, split, *(figure(trace.improvement) for trace in traces if trace.split == split))
        for name, traces in shown.items()
        for split in SPLITS
    ]
    heads = columns("entry", "split", numbers=(f"rise of {curve}" for curve in curves))
    note = "Last ten steps less the first ten:"
    return Section("traces", "Within an episode", note, heads, tuple(rows), Lines(shown))


def compared(comparison: Comparison) -> Iterator[Section]:
    """What the agents go for, and how the baseline differs from each of the others."""
    agents = comparison.agents.items()
    rows = (row(name, goes_for(report), figure(len(report.main.training_seeds), 0)) for name, report in agents)
    heads = columns("agent", "agents go for", numbers=("training seeds",))
    yield Section("agents", "What they go for in deployment", "", heads, tuple(rows))
    for k, pair in enumerate(comparison.pairs):
        yield _differences(f"pair-{k}", comparison, pair)


def _differences(key: str, comparison: Comparison, pair: Pair) -> Section:
    """Every measure of two agents and their difference, with what can be told of it."""
    first, second = (comparison.agents[name].main.estimates for name in (pair.first, pair.second))
    rows = [
        row(of.measure.label, _mean(first[of.measure]), _mean(second[of.measure]), value(of), pair.told(of))
        for of in pair.differences
    ]
    heads = (*columns("measure", numbers=(pair.first, pair.second, "difference")), Column("told", numeric=False))
    return Section(key, f"{pair.first} less {pair.second}", _note(pair.differences), heads, tuple(rows))


def all_differences(comparison: Comparison) -> Section:
    """The differences of all pairs in one table of the same columns for any agents, as other programs want it."""
    agents = {name: report.main.estimates for name, report in comparison.agents.items()}
    rows = [
        row(pair.first, pair.second, of.measure.label, value(agents[pair.first][of.measure]),
            value(agents[pair.second][of.measure]), value(of), pair.told(of))
        for pair in comparison.pairs
        for of in pair.differences
    ]  # fmt: skip
    heads = columns("first agent", "second agent", "measure", numbers=("first", "second", "difference"))
    note = _note(of for pair in comparison.pairs for of in pair.differences)
    return Section("differences", "Differences", note, (*heads, Column("told", numeric=False)), tuple(rows))


def _note(differences: Iterable[Difference]) -> str:
    """What stands in the brackets that there are."""
    shown = list(differences)
    square = SQUARE if any(of.low is not None for of in shown) else ""
    ranged = RANGES if any(of.low is None and of.seed_range for of in shown) else ""
    return " ".join(filter(None, ("Both on the same levels.", square, ranged)))


def _mean(estimate: Estimate) -> Cell:
    """The mean alone, beside which a difference has room for its bounds."""
    return Cell(number(estimate.mean), exact=estimate)


def forest(comparison: Comparison) -> Dots:
    """All differences around 0, a group for each pair."""
    roles = {reward.name: reward.role for reward in comparison.game.rewards}
    groups = (
        DotGroup(
            f"{pair.first} less {pair.second}", "", f"left of 0 {pair.second} is higher, right of it {pair.first}",
            tuple(DotRow(of.measure.label, roles.get(of.name, ""), _drawn(of)) for of in pair.differences),
        )
        for pair in comparison.pairs
    )  # fmt: skip
    return Dots(tuple(groups), ())


def _drawn(difference: Difference) -> Estimate:
    """A difference without those of the pairs of seeds, where these are many, or one, which is the difference."""
    return difference if 1 < len(difference.seeds) < MANY else difference.model_copy(update={"seeds": ()})
