"""What `goalgap bench` has played becomes an entry in each environment, with the model of each that can be kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from benched import ONE, TWO, method, prepared, said
from commands import goalgap

from goalgap.eval.suite import Suite
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.folders import read_entries
from goalgap.leaderboards.site.suite import methods, suite_table


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return prepared(tmp_path, monkeypatch)


def test_a_way_of_training_is_entered_everywhere_by_one_command(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one row over all environments, and all of it or nothing."""
    monkeypatch.setattr(entry, "LEVELS", 8)
    assert goalgap("bench", method(here, "network"), *TWO) == 0
    (place,) = (here / "results" / "bench").iterdir()
    words = ("--name=Ours", "--authors=us", "--description=a test", "--command=true", "--entries=board")
    taken = here / "board" / "ChimeBandit" / "ours"
    taken.mkdir(parents=True)
    assert goalgap("enter", place, *words, "--license=MIT") == 2
    assert not (here / "board" / "CheeseCorner").exists()
    taken.rmdir()
    assert goalgap("enter", place, *words) == 0
    assert "--license MIT, or another license, packs the first one that lies beside" in said(capsys)
    assert not methods(board.ordered(read_entries(here / "board")))
    shutil.rmtree(here / "board")
    assert goalgap("enter", place, *words, "--license=MIT") == 0
    heard = said(capsys)
    assert "Ours: interquartile means" in heard
    assert "without a rank" not in heard
    made = board.ordered(read_entries(here / "board"))
    standings = [(each.board, str(each.standing)) for listed in made.values() for each, _ in listed]
    assert standings == [(name, "replayed, some of its agents too") for name in ("CheeseCorner", "ChimeBandit")]
    (line,) = (table := suite_table(methods(made))).lines
    cells = table.cells(line)
    assert (cells["method"].text, cells["environments"].text, cells["training seeds"].text) == ("Ours", "2", "2")
    told = Suite.model_validate_json((place / "suite.json").read_text())
    for title, estimate in (("score in deployment", told.whole.score), ("goal gap", told.whole.gap)):
        assert cells[title].exact == estimate
    assert cells["goal gap, side-effect proxies"].exact == told.kinds["side-effect"].gap


def test_a_model_is_packed_that_played_what_is_entered(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the one of another number of levels, which was trained for itself."""
    monkeypatch.setattr(entry, "LEVELS", 10)
    name, few = method(here, "network"), ("--envs", "CheeseCorner", "--seeds", "1", "--levels")
    assert [goalgap("bench", name, *few, levels) for levels in ("8", "10")] == [0, 0]
    place = here / "results" / "bench" / name.replace(":", ".") / "CheeseCorner"
    assert sorted(path.name for path in place.glob("*.zip")) == ["seed-0-10.zip", "seed-0-8.zip"]
    words = ("--name=Ours", "--authors=us", "--description=a test", "--command=true", "--entries=board")
    assert goalgap("enter", place, *words, "--license=MIT") == 0
    assert "without a rank" not in said(capsys)


@pytest.mark.parametrize(
    ("name", "told"), [("normalized", "lack the statistics of its VecNormalize"), ("stubborn", "cannot be kept: ")]
)
def test_a_model_that_cannot_be_kept_is_evaluated_all_the_same(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    assert goalgap("bench", method(here, name), *ONE, "--seeds", "1") == 0
    assert not list(here.rglob("*.zip"))
    assert told in "".join(path.read_text() for path in here.glob("results/cells/*/*.log"))
    (place,) = (here / "results" / "bench").iterdir()
    words = ("--name=Ours", "--authors=us", "--description=a test", "--command=true", "--entries=board")
    assert goalgap("enter", place, *words, "--license=MIT") == 2
    assert "--license packs agents that lie beside their episodes, and none does" in said(capsys)


def test_results_of_earlier_versions_are_used_and_entered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their suites do not say what they are made of, and episodes lie where they lay."""
    monkeypatch.setattr(entry, "LEVELS", 8)
    assert goalgap("bench", method(here, "network"), *ONE, "--seeds", "1") == 0
    (path,) = here.glob("results/bench/*/suite.json")
    told = json.loads(path.read_text())
    assert told.pop("files") == [str(Path("CheeseCorner", "seed-0-8.parquet"))]
    path.write_text(json.dumps(told))
    shutil.rmtree(here / "results" / "cells")
    words = ("--name=Ours", "--authors=us", "--description=a test", "--command=true", "--entries=board")
    assert goalgap("enter", path.parent, *words) == 0
    before = (path.parent / "CheeseCorner" / "seed-0-8.parquet").read_bytes()
    assert goalgap("bench", method(here, "network"), *ONE, "--seeds", "1") == 0
    assert (path.parent / "CheeseCorner" / "seed-0-8.parquet").read_bytes() == before
