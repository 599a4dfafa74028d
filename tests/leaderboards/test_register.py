"""The register: quarantine is said of contents, so that no other name escapes it, and nothing written is lost."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from forging import doctor

import goalgap
from goalgap.agents.reference import reference
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.eval.table.runs import Run
from goalgap.leaderboards.status import Register, record_agents, record_quarantine, record_replay

ALL = [letter * 64 for letter in "0123456789abcdef"]
BAD, OTHER = ALL[:2]


@pytest.fixture(scope="module")
def episodes() -> Episodes:
    run = Run(agent="PPO", details={"bundle": BAD, "sha256": OTHER})
    return evaluate(goalgap.task("CheeseCorner"), reference("random"), 4, run=run)


@pytest.fixture
def folder(episodes: Episodes, tmp_path: Path) -> Path:
    """An entry, as far as the register looks at it."""
    place = tmp_path / "entries" / "CheeseCorner" / "mine"
    episodes.write(place / "episodes.parquet")
    (place / "entry.json").write_text("{}")
    return place


def renamed(folder: Path) -> Path:
    other = Path(shutil.copytree(folder, folder.with_name("another")))
    (other / "entry.json").write_text('{"name": "another"}')
    return other


def test_a_quarantined_entry_does_not_escape_by_another_name(folder: Path) -> None:
    record_quarantine(folder, "reads \x1b seeds\n" + "e\u0301\u0301\u0301\u0301" * 300)
    other = renamed(folder)
    for place in (folder, other):
        record_replay(place)
        standing = Register.of_entry(place)
        assert (standing.status, standing.reason[:13], standing.ranked) == ("quarantined", "reads ? seeds", False)
    assert Register.read(folder.parents[1]).entries.keys() == {"CheeseCorner/mine"}


@pytest.mark.parametrize("content", [BAD, OTHER])
def test_an_agent_that_was_caught_is_quarantined_whatever_it_plays(folder: Path, content: str) -> None:
    record_replay(folder, "some", "none")
    assert Register.of_entry(folder).ranked
    record_agents(folder.parents[1], [content], "reads seeds")
    assert Register.of_entry(folder).status == Register.of_entry(renamed(folder)).status == "quarantined"


def test_an_agent_that_a_forged_entry_names_is_under_no_suspicion(folder: Path) -> None:
    """Whoever forges episodes may say of anybody's agent that it has played them."""
    forged = renamed(folder)
    doctor(forged / "episodes.parquet", Episodes.read(folder / "episodes.parquet").table.slice(1))
    record_quarantine(forged, "forged")
    assert Register.of_entry(folder).status == "self-reported"


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\nb", "\u202e", "x" * 10**5])
def test_what_is_wrong_with_a_register_is_told_in_a_line(tmp_path: Path, name: str) -> None:
    """Whatever its entries are called, or its days are."""
    for wrong in ({name: {"status": "none"}}, {"A/b": {"date": name}}):
        told = {"format": "goalgap-register", "schema_version": 1, "entries": wrong}
        (tmp_path / "register.json").write_text(json.dumps(told))
        with pytest.raises(EpisodesError) as refused:
            Register.read(tmp_path)
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 1000


def test_a_withdrawal_stays(folder: Path) -> None:
    told = {"entries": {"CheeseCorner/mine": {"status": "withdrawn", "reason": "wrong", "date": "2026-11-22"}}}
    Register.model_validate(told).write(folder.parents[1])
    record_quarantine(folder, "reads seeds")
    assert Register.of_entry(folder).status == "withdrawn"


def test_nothing_is_lost_when_many_write_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits between reading and writing, long enough for all others to have read the same."""
    write = Register.write

    def slow(self: Register, entries: Path) -> None:
        time.sleep(0.02)
        write(self, entries)

    monkeypatch.setattr(Register, "write", slow)
    entries = folder.parents[1]
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda content: record_agents(entries, [content], "reads seeds"), ALL))
    assert sorted(Register.read(entries).contents) == ALL


@pytest.mark.parametrize("details", [{"bundle": 3}, {"sha256": [BAD]}, {"weights": None}, {}])
def test_what_a_manifest_tells_may_be_anything(folder: Path, details: dict[str, Any]) -> None:
    record_agents(folder.parents[1], [BAD], "reads seeds")
    again = Episodes.read(folder / "episodes.parquet")
    run = again.runs[0].model_copy(update={"details": details})
    Episodes(again.game, (run,), again.table).write(folder / "episodes.parquet")
    assert Register.of_entry(folder).status == "self-reported"
