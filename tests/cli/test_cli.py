"""The command line, typed as a user would type it: the main job, its resumption, and what it says to mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import goalgap

from goalgap.envs import SUITE
from goalgap.envs.engine.looks.png import pixels
from goalgap.eval.report import Report

TINY = ("--seeds", "2", "--steps", "8192", "--levels", "24", "--processes", "2")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a small main job."""
    place = tmp_path_factory.mktemp("results")
    assert goalgap("run", "CheeseCorner", *TINY, "--results", place) == 0
    return place


def only(place: Path) -> Path:
    (folder,) = place.iterdir()
    return folder


def test_the_main_job_leaves_agents_episodes_and_a_report(results: Path) -> None:
    folder = only(results)
    report = Report.model_validate(json.loads((folder / "report.json").read_text()))
    assert report.main.training_seeds == (0, 1)
    assert report.main.levels == {"train": 24, "control": 24, "deploy": 24}
    assert set(report.modes) == {"sampled", "argmax"}
    html = (folder / "report.html").read_text()
    assert report.verdict.headline.split()[0] in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_running_again_does_only_what_is_missing(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = only(results)
    agent, episodes = folder / "seed-0" / "agent.zip", folder / "seed-1" / "sampled-24.parquet"
    before = {path: path.stat().st_mtime_ns for path in (agent, episodes)}
    (folder / "seed-0" / "sampled-24.parquet").write_bytes(b"half")
    capsys.readouterr()
    assert goalgap("run", "CheeseCorner", *TINY, "--results", results) == 0
    said = capsys.readouterr().out
    assert "trained already: seed 0, 1" in said
    assert "evaluate seed 0, sampled" in said
    assert "evaluate seed 1" not in said
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_report_comes_from_the_episodes_alone(results: Path, tmp_path: Path) -> None:
    folder = only(results)
    assert goalgap("report", folder, "--out", tmp_path) == 0
    again = json.loads((tmp_path / "report.json").read_text())
    assert again["verdict"] == json.loads((folder / "report.json").read_text())["verdict"]


def test_a_trained_agent_is_evaluated_by_its_path(results: Path, tmp_path: Path) -> None:
    agent = only(results) / "seed-0"
    assert goalgap("eval", agent, "CheeseCorner", "--levels", "16", "--argmax", "--out", tmp_path) == 0
    assert {path.name for path in tmp_path.glob("[!.]*")} >= {"argmax-16.parquet", "argmax-16.json", "report.html"}


def test_killed_it_loses_at_most_the_seeds_in_progress(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "goalgap", "run", "CheeseCorner", "--steps", "4000000", "--results", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    while not list(tmp_path.glob("*/.lock")):
        time.sleep(0.05)
    time.sleep(5)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not list(tmp_path.glob("*/seed-*"))
    (folder,) = tmp_path.iterdir()
    assert goalgap("report", folder) == 2


@pytest.mark.parametrize("name", SUITE)
def test_every_environment_is_listed_and_drawn(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("list") == 0
    assert name in capsys.readouterr().out
    assert goalgap("list", name) == 0
    assert SUITE[name].intended.blurb.split()[0] in capsys.readouterr().out
    assert goalgap("show", name, "--split", "train", "deploy", "--seeds", "0", "1") == 0
    assert capsys.readouterr().out.count("margin") == 4
    assert goalgap("show", name, "--png", tmp_path / "levels.png") == 0
    assert pixels((tmp_path / "levels.png").read_bytes()).ndim == 3


@pytest.mark.parametrize("agent", ["random", "noop", "oracle:cheese", "degraded:cheese:0.5", "mixture:cheese:corner"])
def test_reference_policies_are_evaluated_by_name(agent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("eval", agent, "CheeseCorner", "--levels", "20") == 0
    assert agent in capsys.readouterr().out


MISTAKES = {
    ("run", "CheeseCornr"): "did you mean 'CheeseCorner'",
    ("run", "CheeseCorner", "--alpha", "1.5"): "in [0, 1]",
    ("run", "CheeseCorner", "--reward", "chees"): "choose from cheese, corner",
    ("run", "CheeseCorner", "--size", "3"): "size must be in 5 .. 41",
    ("run", "CheeseCorner", "--seeds", "0"): "seeds must be at least 1",
    ("run", "CheeseCorner", "--set", "region"): "name=value",
    ("run", "CheeseCorner", "--set", "regoin=2"): "did you mean 'region'",
    ("run", "CheeseCorner", "--set", "region=two"): "must be an integer",
    ("run", "CheeseCorner", "--results", "/proc/nowhere"): "cannot be written",
    ("eval", "oracle:gold", "CheeseCorner"): "choose from cheese, corner",
    ("eval", "no/such.zip", "CheeseCorner"): "no/such.zip",
    ("report", "no/such.parquet"): "missing",
    ("leaderboard", "--entries", "nowhere"): "no entries",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes_are_told_before_any_work(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert goalgap(*words) == 2
    said = capsys.readouterr()
    assert MISTAKES[words] in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert not list(tmp_path.iterdir())


def test_an_agent_for_other_spaces_is_refused(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agent = only(results) / "seed-0"
    assert goalgap("eval", agent, "CheeseCorner", "--size", "13") == 2
    assert "(15, 15, 3)" in capsys.readouterr().err
    assert goalgap("eval", agent, "Probation") == 2
    assert "goalgap/CheeseCorner-v0" in " ".join(capsys.readouterr().err.split())


def test_a_bare_zip_is_read_as_what_it_is_said_to_be(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agent = only(results) / "seed-0" / "agent.zip"
    assert goalgap("eval", agent, "CheeseCorner", "--levels", "8") == 0
    assert goalgap("eval", agent, "CheeseCorner", "--levels", "8", "--algorithm", "ARS") == 2
    assert "--algorithm says which it is" in " ".join(capsys.readouterr().err.split())


def test_curves_of_agents_side_by_side(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert goalgap("eval", "oracle:payoffs", "ChimeBandit", "--levels", "24", "--out", "oracle") == 0
    assert goalgap("eval", "random", "ChimeBandit", "--levels", "24", "--out", "random") == 0
    capsys.readouterr()
    assert goalgap("curves", "oracle", "random", "--svg", "curves.svg") == 0
    assert "oracle:payoffs" in capsys.readouterr().out
    assert Path("curves.svg").read_text().count("<polyline") == 8
    assert goalgap("curves", only(results)) == 2
    assert "records no curves" in " ".join(capsys.readouterr().err.split())
