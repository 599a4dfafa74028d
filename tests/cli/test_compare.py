"""`goalgap compare`, and the files that tables are written to, typed as a user would type them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commands import goalgap

from goalgap.leaderboards.folders import ENTRIES

FILES = ("--csv", "t.csv", "--latex", "t.tex", "--json", "t.json")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recorded results of two agents, and of one in another game."""
    place = tmp_path_factory.mktemp("results")
    for folder, agent in (("good", "degraded:cheese:0.1"), ("bad", "oracle:corner")):
        assert goalgap("eval", "CheeseCorner", agent, "--levels", "40", "--out", place / folder) == 0
    assert goalgap("eval", "CheeseCorner", "random", "--size", "7", "--levels", "5", "--out", place / "other") == 0
    return place


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folders_are_compared_and_written_in_every_form(
    results: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("compare", results / "good", results / "bad", "--html", "t.html", "--svg", "t.svg", *FILES) == 0
    said = capsys.readouterr().out
    assert "oracle:corner higher" in " ".join(said.split())
    assert sum(line.startswith("written: ") for line in said.splitlines()) == 5
    rows = list(csv.DictReader((here / "t.csv").open()))
    assert {row["first agent"] for row in rows} == {"degraded:cheese:0.1"}
    for row in rows:
        assert float(row["difference"]) == pytest.approx(float(row["first"]) - float(row["second"]), abs=1e-5)
    titles = [section["title"] for section in json.loads((here / "t.json").read_text())]
    assert titles == ["What they go for in deployment", "degraded:cheese:0.1 less oracle:corner"]
    assert (here / "t.tex").read_text().count(r"\toprule") == 2
    assert ET.parse(here / "t.svg").getroot().tag.endswith("svg")  # noqa: S314
    assert "oracle:corner higher" in (here / "t.html").read_text()


@pytest.mark.skipif(not ENTRIES.exists(), reason="an installation has no entries")
def test_entries_are_named_by_environment_and_name(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the name of its folder or as the board writes it; with results of fewer levels on these."""
    assert goalgap("compare", "CheeseCorner/oracle:cheese", ENTRIES / "CheeseCorner/ppo", results / "good") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "oracle:cheese less PPO" in said
    assert "oracle:cheese 1000, PPO 1000, degraded:cheese:0.1 40. Compared are the 40 that all played." in said


MISTAKES = {
    (): "name two agents or more",
    ("good",): "name two agents or more",
    ("good", "other"): "cannot be compared: episodes of different games: arguments is",
    ("good", "nowhere"): "there is no file, folder or leaderboard entry nowhere",
    ("good", "CheeseCorner/orcle-cheese"): "did you mean 'CheeseCorner/oracle-cheese'",
    ("good", "bad", "--names", "a"): "2 agents take 2 different names",
    ("good", "bad", "--svg", "/proc/a.svg"): "cannot write /proc/a.svg",
    ("good", "bad", "--svg", "a.png"): "a.png must end in .svg",
    ("good", "bad", "--html", "good"): "cannot write good: a folder has that name",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes_are_told(
    words: tuple[str, ...], results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(results)
    assert goalgap("compare", *words) == 2
    said = capsys.readouterr()
    assert MISTAKES[words] in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert not said.out, "before anything is compared"


def test_what_other_commands_show_is_written_too(results: Path, here: Path) -> None:
    for words in (("list",), ("report", results / "good", "--svg", "t.svg")):
        assert goalgap(*words, *FILES) == 0
        assert list(csv.DictReader((here / "t.csv").open()))
        assert json.loads((here / "t.json").read_text())
        assert r"\toprule" in (here / "t.tex").read_text()
    assert ET.parse(here / "t.svg").getroot().tag.endswith("svg")  # noqa: S314
