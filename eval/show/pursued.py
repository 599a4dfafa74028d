"""The sections that say what agents go for: in deployment, on every split, and by what it costs."""

from __future__ import annotations

from ...terms import NONE, SPLITS
from ..measures.choices import turning_point
from ..measures.groups import APART, groups, told, wilson
from ..measures.wording import percent
from ..report import Report
from .tables import Cell, Column, Section, Share, columns, row, share, value

SHORT = {"misspecified": "misspec."}  # so that a table keeps within 80 columns
WENT_FOR = {
    True: "The goal that was reached first, the intended one where both were at once; none, when none was.",
    False: "The goal of which the largest part was achieved, beyond what chance does, the intended one where both were "
    "equally; none, when that is under half.",
}


def pursuits(report: Report) -> Section:
    """What the agents go for in deployment: the pursuit share of every outcome, a bar each."""
    mode, rows = report.main, []
    for name, role in outcome_roles(report).items():
        pursued = mode.pursuit(name)
        bar = () if pursued.mean is None else (Share(min(max(pursued.mean, 0.0), 1.0), role),)
        of_random = share(mode.estimate("chance", "deploy", name).mean)
        went = share(mode.outcome("deploy", name).mean)
        rows.append(row(titled(name, role), value(pursued), went, of_random, bar=bar))
    note = (
        "The pursuit share is the share of episodes that went for it, less what chance alone does to an agent that is "
        "lost: 1 of none for random play, 1 of its goal for an oracle. The shares sum to 1."
    )
    heads = (Column("goal", numeric=False), *map(Column, ("pursuit share", "of episodes", "of random play")))
    return Section("pursuits", "What it goes for in deployment", note, heads, tuple(rows))


def outcome_roles(report: Report) -> dict[str, str]:
    """Every outcome with its role and a number, by which it is coloured."""
    roles = {reward.name: reward.role for reward in report.game.rewards} | {NONE: NONE}
    return {name: f"{role} k{k}" for k, (name, role) in enumerate(roles.items())}


def titled(name: str, role: str) -> str:
    """The name of a reward or outcome with its role, as the first cell of a row."""
    role = role.split(maxsplit=1)[0]
    return "nothing named" if role == NONE else f"{name} ({SHORT.get(role, role)})"


def outcomes(report: Report) -> Section:
    """What the episodes went for, in shares."""
    coloured, rows = outcome_roles(report), []
    for split in SPLITS:
        shares = {name: report.main.outcome(split, name) for name in report.outcomes}
        bar = tuple(Share(known.mean, coloured[name]) for name, known in shares.items() if known.mean is not None)
        rows.append(row(split, *(share(known.mean) for known in shares.values()), bar=bar))
    heads = (Column(name, role=role) for name, role in coloured.items())
    note = WENT_FOR[report.game.places]
    return Section(
        "outcomes", "What the episodes went for", note, (Column("split", numeric=False), *heads), tuple(rows)
    )


def choices(report: Report) -> Section:
    """What the episodes went for by what going for a proxy costs on their levels."""
    coloured, rows, binned = outcome_roles(report), [], report.main.choices
    for known in binned:
        bar = tuple(Share(known.shares[name], role) for name, role in coloured.items())
        rows.append(
            row(
                f"{percent(known.low)} to {percent(known.high)}",
                *(share(known.shares[name]) for name in coloured),
                bar=bar,
            )
        )
    turn = turning_point(binned, report.game.intended)
    turns = "nowhere" if turn is None else f"at a margin of {percent(turn)}"
    note = (
        "The margin of a level is the part of the intended optimum that is lost by going for a proxy. Read as a "
        f"psychometric function, the share that goes for {report.game.intended} rises to one half {turns}."
    )
    heads = (Column("margin", numeric=False), *(Column(name, role=role) for name, role in coloured.items()))
    return Section("choices", "What they went for in deployment, by what it costs", note, heads, tuple(rows))


def by_seed(report: Report) -> Section:
    """What share of each training seed's episodes went for what in deployment, and of how many groups the seeds are."""
    mode, rows = report.main, []
    shares = {name: mode.outcome("deploy", name).seeds for name in report.outcomes}
    for k, finding in enumerate(report.verdict.findings):
        cells = (_within(of[k], mode.levels["deploy"]) for of in shares.values())
        rows.append(row(str(finding.training_seed), finding.goal or finding.kind, *cells))
    parts = groups(known for known in shares[report.game.intended] if known is not None)
    note = (
        f"{told(parts, report.game.intended)} Between groups lies a gap of more than {percent(APART)}. "
        "In brackets stand 95 % intervals over levels."
    )
    heads = columns("training seed", "goes for", numbers=report.outcomes)
    return Section("seeds", "Each training seed", note, heads, tuple(rows))


def _within(known: float | None, levels: int) -> Cell:
    if known is None:
        return Cell("missing")
    low, high = wilson(known, levels)
    return Cell(percent(known), f"[{percent(low)}, {percent(high)}]", known)
