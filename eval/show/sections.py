"""The sections of a report, each written once: terminal, HTML and Markdown render them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...terms import SPLITS, Reward
from ..measures.definitions import GAPS
from ..measures.estimates import Estimate
from ..measures.verdict import counted
from ..measures.wording import bounds, number, power
from ..report import ActionMode, Report
from .charts import DotGroup, DotRow, Dots, Lines, Step, Waterfall
from .pursued import choices, outcomes, pursuits, titled
from .tables import Cell, Column, Row, Section, Share, columns, figure, row, share, value

BITS = (
    "Optimization power is -log2 of how often random play does as well: each bit halves it, and random play itself has "
    "at most about 1.4 bits. “≥” where some episodes did better than every random one."
)


def sections(report: Report) -> Iterator[Section]:
    """All sections, in order, of the mode that is judged; those with nothing to say are left out."""
    yield pursuits(report)
    yield gaps(report)
    yield scores(report)
    if len(report.main.training_seeds) > 1:
        yield seeds(report)
    yield outcomes(report)
    if report.main.choices:
        yield choices(report)
    yield optimization_power(report)
    if report.game.events:
        yield events(report)
    if report.main.traces:
        yield traces(report)
    if report.main.late:
        yield late(report)
    if len(report.modes) > 1:
        yield modes(report)


def brief(report: Report, mode: ActionMode) -> dict[str, Estimate]:
    """The few estimates that say most, by label."""
    return {
        f"pursuit share of {report.game.intended}": mode.pursuit(report.game.intended),
        "goal gap": mode.gap("goal"),
        "score in deployment": mode.score("deploy", report.game.intended),
        "score in training": mode.score("train", report.game.intended),
    }


def gaps(report: Report) -> Section:
    """The gaps, and the shortfall they sum to."""
    mode, intended = report.main, report.game.intended
    rows = [_gap(name, mode.gap(name)) for name in report.gaps]
    rest = DotRow("score in deployment", "intended", mode.score("deploy", intended), "what remains, by training seed")
    return Section(
        "gaps", "What is missing in deployment",
        f"An oracle of {intended} scores 1. Each gap takes its part away; what remains is the agent's score in "
        "deployment.",
        (Column("gap", numeric=False), Column("size"), Column("meaning", numeric=False)),
        (*rows, row("sum", value(mode.shortfall()), "1 less the intended score", weight="strong")),
        Waterfall(tuple(waterfall(report)), rest, mode.training_seeds),
    )  # fmt: skip


def _gap(name: str, gap: Estimate) -> Row:
    bar = () if gap.mean is None else (Share(min(max(gap.mean, 0.0), 1.0), f"{name}-gap"),)
    return row(name, value(gap), GAPS[name], bar=bar)


def waterfall(report: Report) -> Iterator[Step]:
    """From the oracle's score, 1, down to the score in deployment; it stops at the first gap that is missing."""
    level = 1.0
    for name in report.gaps:
        gap = report.main.gap(name)
        if gap.mean is None:
            return
        yield Step(name, f"{name} gap", GAPS[name], gap, level, level - gap.mean)
        level -= gap.mean


def scores(report: Report) -> Section:
    """Of every goal and misspecified reward, on every split."""
    mode = report.main
    rows = [
        row(titled(reward.name, reward.role), *_by_split(mode.score, reward.name)) for reward in report.game.rewards
    ]
    levels = row("levels", *(figure(mode.levels.get(split, 0), 0) for split in SPLITS), weight="faint")
    return Section(
        "scores", "Scores (random play 0, oracle 1)",
        "A circle is one training seed, the upright stroke their mean, the line its 95 % interval where there is one.",
        columns("goal", numbers=SPLITS), (*rows, levels), Dots(tuple(_dots(report)), mode.training_seeds),
    )  # fmt: skip


def _by_split(estimate: Any, name: str) -> Iterator[Cell]:
    yield from (value(estimate(split, name)) for split in SPLITS)


def _dots(report: Report) -> Iterator[DotGroup]:
    mode = report.main
    for reward in report.game.rewards:
        rows = tuple(DotRow(split, reward.role, mode.score(split, reward.name)) for split in SPLITS)
        yield DotGroup(reward.name, reward.role, _described(reward), rows)


def _described(reward: Reward) -> str:
    return f"{reward.role}{f', {reward.kind}' if reward.kind else ''}: {reward.blurb}"


def seeds(report: Report) -> Section:
    """What each training seed goes for in deployment, and what it scored."""
    mode, intended = report.main, report.game.intended
    shown = {"learned": mode.learned(), "score in deployment": mode.score("deploy", intended)}
    shown |= {"goal gap": mode.gap("goal")}
    rows = [
        row(str(finding.training_seed), finding.goal or finding.kind, *map(share, finding.shares.values()),
            *(figure(estimate.seeds[k]) for estimate in shown.values()))
        for k, finding in enumerate(report.verdict.findings)
    ]  # fmt: skip
    note = (
        "Which goal a run learns can differ by its seed alone. The shares are pursuit shares; learned is the score on "
        "what it was trained on."
    )
    heads = columns("training seed", "goes for", numbers=(*report.outcomes, *shown))
    return Section("seeds", "Each training seed in deployment", note, heads, tuple(rows))


def optimization_power(report: Report) -> Section:
    """Bits of every goal on every split."""
    mode = report.main
    rows = [row(goal, *(bits(mode, split, goal) for split in SPLITS)) for goal in report.game.goals]
    return Section("power", "Optimization power in bits", BITS, columns("goal", numbers=SPLITS), tuple(rows))


def bits(mode: ActionMode, split: str, goal: str) -> Cell:
    """Optimization power, "at least" where the random episodes resolve no more."""
    known = mode.bits(split, goal)
    return Cell(power(known, mode.at_limit(split, goal)), exact=known.mean)


def goes_for(report: Report) -> Cell:
    """How many agents go for what: "2 of 3: corner; 1 of 3: divided"."""
    agents = report.verdict.findings
    return Cell(
        "; ".join(f"{len(alike)} of {len(agents)}: {alike[0].goal or alike[0].kind}" for alike in counted(agents))
    )


def events(report: Report) -> Section:
    """In how many episodes a recorded event happened."""
    rows = [
        row(event.name, *(share(report.main.event(split, event.name).mean) for split in SPLITS))
        for event in report.game.events
    ]
    title, note = "Episodes in which it happened", "What is recorded, and nobody is rewarded for."
    return Section("events", title, note, columns("event", numbers=SPLITS), tuple(rows))


def traces(report: Report) -> Section:
    """What happens within an episode."""
    shown = report.main.traces
    rows = [row(f"{trace.split}, {trace.curve}", figure(trace.first), figure(trace.last)) for trace in shown]
    return Section(
        "traces", "Within an episode", "The mean over episodes after each step; the agent's weights are frozen.",
        columns("mean of a step", numbers=("first 10", "last 10")), tuple(rows), Lines({report.agent: shown}),
    )  # fmt: skip


def late(report: Report) -> Section:
    """What is earned late in an episode, and what it goes for by then."""
    rows = [
        row(f"{part.split}, {name}", figure(part.before.get(name)), figure(part.earned.get(name)), share(gone))
        for part in report.main.late
        for name, gone in part.shares.items()
    ]
    after = report.game.late
    title, note = f"After step {after}", "What an episode earns, and what share of them goes for what by then."
    heads = columns("mean of an episode", numbers=(f"up to step {after}", "after it", "goes for it after it"))
    return Section("late", title, note, heads, tuple(rows))


def modes(report: Report) -> Section:
    """The same agents with sampled actions and with argmax actions."""
    known = {name: brief(report, mode) for name, mode in report.modes.items()}
    labels = list(next(iter(known.values())))
    rows = [row(label, *(value(estimates[label]) for estimates in known.values())) for label in labels]
    note = "Actions drawn from the policy's probabilities, and the likeliest action always."
    title = f"With {' and with '.join(known)} actions"
    return Section("modes", title, note, columns("measure", numbers=known), tuple(rows))


def every_measure(name: str, mode: ActionMode) -> Section:
    """All estimates of a mode, one a row."""
    rows = [
        row(
            measure.label,
            Cell(number(known.mean, 3), exact=known),
            Cell("", bounds(known, 3)),
            *(figure(seed, 3) for seed in known.seeds),
        )
        for measure, known in mode.estimates.items()
    ]
    heads = columns("measure", numbers=("mean", "95 % interval", *(f"seed {seed}" for seed in mode.training_seeds)))
    levels = ", ".join(f"{count} {split} levels" for split, count in mode.levels.items())
    return Section(f"all-{name}", f"Every measure, {name} actions", levels, heads, tuple(rows))
