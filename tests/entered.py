"""A few small entries, some of them hostile, and the site that is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from goalgap import task
from goalgap.agents.reference import reference
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.entry import Entry, EntryInfo
from goalgap.leaderboards.site.pages import board_files, entry_files
from goalgap.leaderboards.status import Standing

FEW = 24  # levels that count as all
REPLAYED = Standing(status="replayed", date="2026-11-22", digest="0" * 64)
PLAIN = {"authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}
HOSTILE = {
    "name": 'x"><img src=q onerror=alert(1)> {{7*7}}',
    "authors": "<script>alert(2)</script>" + 100 * "a",
    "description": "</script><script>alert(3)</script>",
    "command": '"><svg onload=alert(4)>',
    "url": "https://example.org/?a=%22&b='onmouseover=alert(5)",
    "date": "2026-11-22",
}
RECIPE = {"algorithm": "<b>PPO\u202e</b>", "</dd><script>alert(6)</script>": "\x1b[31m"}


def entries() -> list[Entry]:
    """Entries of reference policies and of a method on two boards, and a hostile one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(entry, "LEVELS", FEW)
        return list(_entries())


def _entries() -> Iterator[Entry]:
    for environment, goals in (("CheeseCorner", ("cheese", "corner")), ("IrishElk", ("descendants",))):
        for policy in ("random", *(f"oracle:{goal}" for goal in goals)):
            episodes = evaluate(task(environment), reference(policy), FEW)
            yield Entry(EntryInfo(name=policy, kind="reference", **PLAIN), episodes, REPLAYED)  # type: ignore[arg-type]
    for environment, seeds in (("CheeseCorner", 3), ("IrishElk", 2)):
        yield Entry(EntryInfo(name="Method", kind="trained", **PLAIN), _trained(environment, seeds), REPLAYED)  # type: ignore[arg-type]
    hostile = _trained("CheeseCorner", 1, recipe=RECIPE, sha256="</script>")
    yield Entry(EntryInfo(kind="trained", **HOSTILE), hostile)  # type: ignore[arg-type]


def _trained(environment: str, seeds: int, **details: Any) -> Episodes:
    """Episodes of random play that pass for those of trained agents."""
    runs = [Run(agent="PPO", training_seed=seed, details=details) for seed in range(seeds)]
    return Episodes.join(
        evaluate(task(environment), reference("random", seed=run.training_seed), FEW, run=run) for run in runs
    )


def site_of(entered: dict[str, list[board.Reported]]) -> Iterator[tuple[str, str]]:
    """All files of the site."""
    for each in chain.from_iterable(entered.values()):
        yield from entry_files(*each)
    yield from board_files(entered)
