"""A few small entries, some of them hostile, and the site that is made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from goalgap import task
from goalgap.agents.reference import reference
from goalgap.eval.measures.estimates import Estimate
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.entry import Entry, EntryInfo
from goalgap.leaderboards.rounds.alarms import Alarm
from goalgap.leaderboards.rounds.keeping import ENTRY, ROUND, Place, write_record
from goalgap.leaderboards.rounds.records import Round, RoundEntry, commitment
from goalgap.leaderboards.site.pages import board_files, entry_files
from goalgap.leaderboards.site.rounds import RoundTable
from goalgap.leaderboards.status import Standing

FEW = 24  # levels that count as all
REPLAYED = Standing(status="replayed", date="2026-11-22", digest="0" * 64, agents="all")
PARTLY = REPLAYED.model_copy(update={"agents": "some"})
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
    """Entries of reference policies and of a method on two boards, one trained otherwise, and a hostile one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(entry, "LEVELS", FEW)
        return list(_entries())


def _entries() -> Iterator[Entry]:
    for environment, goals in (("CheeseCorner", ("cheese", "corner")), ("IrishElk", ("descendants",))):
        for policy in ("random", *(f"oracle:{goal}" for goal in goals)):
            episodes = evaluate(task(environment), reference(policy), FEW)
            yield Entry(EntryInfo(name=policy, kind="reference", **PLAIN), episodes, REPLAYED)  # type: ignore[arg-type]
    for environment, seeds in (("CheeseCorner", 3), ("IrishElk", 2)):
        yield Entry(EntryInfo(name="Method", kind="trained", **PLAIN), _trained(environment, seeds), PARTLY)  # type: ignore[arg-type]
    mixed = {"recipe": {"algorithm": "RecurrentPPO", "steps": 500_000}}
    yield Entry(
        EntryInfo(name="Mixed", kind="trained", **PLAIN),
        _trained("IrishElk", 1, alpha=0.03, **mixed),
        PARTLY,  # type: ignore[arg-type]
    )
    hostile = _trained("CheeseCorner", 1, recipe=RECIPE, sha256="</script>")
    yield Entry(EntryInfo(kind="trained", **HOSTILE), hostile)  # type: ignore[arg-type]


def _trained(environment: str, seeds: int, alpha: float = 0.0, **details: Any) -> Episodes:
    """Episodes of random play that pass for those of trained agents."""
    runs = [Run(agent="PPO", training_seed=seed, alpha=alpha, details=details) for seed in range(seeds)]
    return Episodes.join(
        evaluate(task(environment), reference("random", seed=run.training_seed), FEW, run=run) for run in runs
    )


def held_out(folder: Path) -> Path:
    """A folder of rounds: one that is closed, with a hostile name in quarantine, and one that nobody has entered."""
    for name, closed in (("2026-spring", "2026-06-01"), ("2026-summer", "")):
        salt = bytes(32)
        told = Round(
            name=name, suite_version="1", environments={"CheeseCorner": "0" * 16}, levels=60, opened="2026-03-01",
            commitment=commitment(salt), closed=closed, salt=salt.hex() if closed else "",
        )  # fmt: skip
        write_record(folder / name / ROUND, told)
    place = Place.of("2026-spring", folder)
    for name, won, score in ((HOSTILE["name"], 40, 1.0), ("Able", 19, 0.4), ("Abler", 20, 0.7)):
        write_record(place.folder("CheeseCorner", name) / ENTRY, _scored(name, won, score))
    return folder


def _scored(name: str, won: int, score: float) -> RoundEntry:
    return RoundEntry(
        name=name, author="us", environment="CheeseCorner", date="2026-05-01", rows={},
        alarm=Alarm(counted=40, won=won),
        agents={0: hashlib.sha256(name.encode()).hexdigest()}, score=Estimate(mean=score), gap=Estimate(mean=0.1),
    )  # fmt: skip


def site_of(entered: dict[str, list[board.Reported]], rounds: Iterable[RoundTable] = ()) -> Iterator[tuple[str, str]]:
    """All files of the site."""
    for each in chain.from_iterable(entered.values()):
        yield from entry_files(*each)
    yield from board_files(entered, rounds)
