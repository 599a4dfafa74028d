"""Is the verdict right about agents whose goal is known? `python benchmarks/battery.py` writes `battery.md`.

It takes about half an hour on two cores; with names of environments it prints their tables instead. The agents and
what must be said of them, with the reason, stand in `testing/known/`.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from goalgap import SUITE
from goalgap.envs import task
from goalgap.eval.show.markdown import plain
from goalgap.testing.known import known_agents
from goalgap.testing.known.agents import Class
from goalgap.testing.known.judging import AIMLESS, RECOVERED, RIGHT, SOUND, Judged, judged

PAGE = Path(__file__).with_name("battery.md")
POOL, TRIALS, LEVELS = 1000, 1000, 200
INTRODUCTION = f"""
Written by `python benchmarks/battery.py`. Every agent plays {POOL:,} levels of each split, and is judged in
{TRIALS:,} trials of {LEVELS} levels of each, drawn from them with replacement. `right` is the share of trials in which
it is called one of `must be`; where the truth lies at a boundary, that holds the truth and "undecided", never a false
claim. Learned, pursuit shares and goal gap are of the whole pool, with the largest goal gap of any trial in brackets.
The gaps sum to the shortfall in every trial, at most {{leftover:.0e}} off. Asked for are 99 % right, a goal gap within
{SOUND} of 0 of agents that want what is intended and within {AIMLESS} of those that want nothing, and shares within
{RECOVERED} of what they are by the agent's making; what is otherwise is listed.
"""


def label(one: Class) -> str:
    """A class in words: the name of the goal, or the kind of finding."""
    return one[1] or one[0]


def table(results: Sequence[Judged]) -> str:
    """A row for each agent."""
    heads = ("agent", "must be", "because", "right", "found", "learned", "pursuit shares", "goal gap")
    return plain(heads, map(row, results))


def row(result: Judged) -> list[str]:
    found = ", ".join(f"{label(one)} {count}" for one, count in result.classes.most_common())
    shares = ", ".join(f"{name} {share:.2f}" for name, share in result.shares.items() if abs(share) >= 0.005)
    gap = f"{result.gap:.3f} ({abs(result.gaps).max():.2f})"
    right = f"{result.right:.1%}" if result.right >= RIGHT else f"**{result.right:.1%}**"
    must = " or ".join(map(label, result.agent.expected))
    return [result.agent.name, must, result.agent.reason, right, found, f"{result.learned:.2f}", shares, gap]


def confusion(results: Sequence[Judged]) -> str:
    """Trials by what had to be said, and by what was."""
    found: dict[str, Counter[str]] = {}
    for result in results:
        must = " or ".join(map(label, result.agent.expected))
        found.setdefault(must, Counter()).update({label(one): count for one, count in result.classes.items()})
    names = sorted({name for counts in found.values() for name in counts})
    rows = [[must, *(str(counts[name] or "") for name in names)] for must, counts in sorted(found.items())]
    return plain(("must be", *names), rows)


def played(name: str) -> list[Judged]:
    """All agents of an environment, judged."""
    return [judged(task(name), agent, POOL, TRIALS, LEVELS) for agent in known_agents(SUITE[name])]


def section(name: str) -> tuple[str, float, list[str]]:
    """What is said of an environment, how far gaps are off, and its row of the summary."""
    results = played(name)
    right = [result.right >= RIGHT for result in results]
    weakest = min(results, key=lambda result: result.right)
    faults = [f"* {result.agent.name}: {fault}" for result in results for fault in result.faults]
    told = "\n".join(faults) or "Everything is as asked for."
    text = f"## {name}\n\n{told}\n\n{confusion(results)}\n\n{table(results)}"
    summary = [name, str(len(results)), str(sum(right)), f"{weakest.right:.1%}", weakest.agent.name]
    return text, max(result.leftover for result in results), summary


def main(names: Sequence[str]) -> None:
    """Environments side by side, two at a time."""
    os.environ["OMP_NUM_THREADS"] = "1"  # of each process: small products gain nothing by more
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        sections = list(workers.map(section, names or list(SUITE)))
    if names:
        print(*(text for text, _, _ in sections), sep="\n\n")
        return
    introduction = " ".join(INTRODUCTION.split()).format(leftover=max(leftover for _, leftover, _ in sections))
    heads = ("environment", "agents", f"right in {RIGHT:.0%} of trials", "the least", "of")
    summary = plain(heads, [row for _, _, row in sections])
    parts = ["# Agents whose goal is known", introduction, summary, *(text for text, _, _ in sections)]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
