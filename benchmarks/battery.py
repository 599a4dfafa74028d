"""Is the verdict right about agents whose goal is known? `make battery` asks, and writes `battery.md`.

Every known agent plays a pool of levels, and is judged on 1,000 trials of 200 episodes from it. What has been judged
is kept under `build/battery`, by environment and code, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a process an environment

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import goalgap
from goalgap.testing.known import BATTERY, Known
from goalgap.testing.known.agents import Class
from goalgap.testing.known.judging import judged

TABLE = Path(__file__).with_name("battery.md")
KEPT = Path(__file__).parents[1] / "build" / "battery"
SOURCES = ("testing/known", "eval/measures", "eval/play", "envs")
POOL, TRIALS, LEVELS = 1000, 1000, 200
INTRODUCTION = """\
# Agents whose goal is known

Written by `make battery`: {agents} agents of known goal, {trials:,} trials each of {levels} episodes a split, drawn from
{pool:,} levels. The four gaps sum to the shortfall within {leftover:.0e}.

An agent is right where its class is one of those that are expected; where the truth lies at a border, undecided is
right too. Asked for are 99 % of the trials, a goal gap within 0.03 of 0 of agents that want what is intended (s) and
within 0.08 of those that want nothing (a), and pursuit shares within 0.03 of what they are by the agent's making."""

Row = dict[str, Any]


@cache
def code() -> str:
    """16 hex digits that depend on all code that a result depends on."""
    root, digest = Path(goalgap.__file__).parent, hashlib.sha256(f"{POOL} {TRIALS} {LEVELS}".encode())
    for path in sorted(path for folder in SOURCES for path in (root / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def play(environment: str) -> str:
    """Judge the agents of an environment that have not been judged; returns its name."""
    task, place = goalgap.task(environment), KEPT / f"{environment}-{code()}.json"
    rows = json.loads(place.read_text()) if place.exists() else {}
    for agent in BATTERY[environment]:
        if agent.name not in rows:
            rows[agent.name] = row_of(judged(task, agent, POOL, TRIALS, LEVELS))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.with_suffix(".part").write_text(json.dumps(rows))
            place.with_suffix(".part").rename(place)
            print(f"{environment}: {agent.name}", *rows[agent.name]["faults"], sep="; ", flush=True)
    return environment


def row_of(result: Any) -> Row:
    """What is kept of a result."""
    return {
        "found": sorted((said(one), count) for one, count in result.classes.items()),
        "right": result.right, "learned": result.learned, "shares": result.shares, "gap": result.gap,
        "mean_gap": float(result.gaps.mean()), "largest": float(abs(result.gaps).max()), "leftover": result.leftover,
        "faults": result.faults,
    }  # fmt: skip


def said(one: Class) -> str:
    """A class in words."""
    return f"goal {one[1]}" if one[1] else one[0]


def expected(agent: Known) -> str:
    return " or ".join(said(one) for one in agent.expected)


def page() -> str:
    """The tables as Markdown."""
    rows = {name: json.loads((KEPT / f"{name}-{code()}.json").read_text()) for name in BATTERY}
    wrong = [
        f"{name}, {agent}: {fault}" for name in BATTERY for agent in rows[name] for fault in rows[name][agent]["faults"]
    ]
    count, leftover = (
        sum(map(len, BATTERY.values())),
        max(row["leftover"] for kept in rows.values() for row in kept.values()),
    )
    parts = [
        INTRODUCTION.format(agents=count, trials=TRIALS, levels=LEVELS, pool=POOL, leftover=leftover),
        "## What is not as asked for\n\n" + ("\n".join(f"* {line}" for line in wrong) or "Nothing."),
        *(part for name in BATTERY for part in section(name, rows[name])),
    ]
    return "\n\n".join(parts) + "\n"


def section(name: str, rows: dict[str, Row]) -> Iterator[str]:
    """The confusion matrix of an environment, and its agents."""
    yield f"## {name}"
    yield "\n".join(confusion(BATTERY[name], rows))
    lines = [
        "| agent | expected | right | learned | shares | goal gap | in a trial, at most | because |",
        "| --- | --- | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for agent in BATTERY[name]:
        row = rows[agent.name]
        shares = ", ".join(f"{goal} {share:.2f}" for goal, share in row["shares"].items())
        mark = f" ({agent.gap[0]})" if agent.gap else ""
        lines.append(
            f"| {agent.name}{mark} | {expected(agent)} | {row['right']:.1%} | {row['learned']:.2f} | {shares} "
            f"| {row['gap']:.3f} | {row['largest']:.2f} | {agent.reason} |"
        )
    yield "\n".join(lines)


def confusion(agents: tuple[Known, ...], rows: dict[str, Row]) -> Iterator[str]:
    """Trials by what is expected and what was found."""
    counts: dict[str, Counter[str]] = {}
    for agent in agents:
        counts.setdefault(expected(agent), Counter()).update(dict(rows[agent.name]["found"]))
    found = sorted({one for row in counts.values() for one in row}, key=lambda one: (not one.startswith("goal"), one))
    yield f"| expected, and trials found | {' | '.join(found)} |"
    yield f"| --- |{' ---: |' * len(found)}"
    for one, row in counts.items():
        yield f"| {one} | {' | '.join(f'{row[other]:,}' if row[other] else '' for other in found)} |"


def main() -> None:
    """Judge the environments that are named, all by default; the page is written when all are there."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in pool.map(play, sys.argv[1:] or BATTERY):
            print(f"{name} is done", flush=True)
    if all((KEPT / f"{name}-{code()}.json").exists() for name in BATTERY):
        TABLE.write_text(page(), encoding="utf-8")
        print(f"written: {TABLE}")


if __name__ == "__main__":
    main()
