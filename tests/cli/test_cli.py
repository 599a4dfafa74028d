"""The command line, typed as a user would type it: the main job, its resumption, and what it says to mistakes."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numba
import pytest
from commands import goalgap

from goalgap import __version__
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.cli import COMMANDS
from goalgap.cli.results import locked
from goalgap.envs import SUITE
from goalgap.envs.engine.arguments import allowed
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
    page = (folder / "report.html").read_text()
    assert report.verdict.headline in html.unescape(page)
    assert "http://" not in page.replace("http://www.w3.org", "")


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


def test_running_again_opens_no_agent_whose_episodes_are_there(results: Path, tmp_path: Path) -> None:
    """Agents that cannot be opened, and yet the report comes out, in a process that never loads torch."""
    place = tmp_path / "results"
    shutil.copytree(results, place)
    folder = only(place)
    for agent in folder.glob("seed-*/agent.zip"):
        agent.write_bytes(b"spoilt")
    (folder / "report.json").unlink()
    words = ["run", "CheeseCorner", *TINY, "--results", str(place)]
    script = f"import sys; from goalgap.cli import main; main({words!r}); assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "report.json").read_text() == (only(results) / "report.json").read_text()
    assert "evaluate seed" not in done.stdout


def test_a_report_comes_from_the_episodes_alone(results: Path, tmp_path: Path) -> None:
    folder = only(results)
    assert goalgap("report", folder, "--out", tmp_path) == 0
    again = json.loads((tmp_path / "report.json").read_text())
    assert again["verdict"] == json.loads((folder / "report.json").read_text())["verdict"]


def test_a_trained_agent_is_evaluated_by_its_path(results: Path, tmp_path: Path) -> None:
    agent = only(results) / "seed-0"
    assert goalgap("eval", "CheeseCorner", agent, "--levels", "16", "--argmax", "--out", tmp_path) == 0
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
    told = " ".join(capsys.readouterr().out.split())
    for reward in SUITE[name].rewards:
        assert f"{reward.name}: {reward.blurb}" in told
    assert f"rewarded by: {', '.join(reward.name for reward in SUITE[name].rewards)} (standard:" in told
    for argument in fields(SUITE[name].arguments):
        assert f"{allowed(argument)} (standard:" in told
    assert goalgap("show", name, "--split", "train", "deploy", "--level-seeds", "0", "1") == 0
    assert capsys.readouterr().out.count("margin") == 4
    assert goalgap("show", name, "--png", tmp_path / "levels.png") == 0
    assert pixels((tmp_path / "levels.png").read_bytes()).ndim == 3


def test_levels_that_have_a_name_are_drawn_by_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("show", "Probation", "--level", "supervised", "unsupervised") == 0
    told = capsys.readouterr().out
    assert "Probation, supervised\nmargin 0.00\n" in told
    assert "Probation, unsupervised\nmargin 1.00\n" in told
    assert goalgap("show", "Probation", "--level", "supervised", "--png", tmp_path / "level.png") == 0
    assert pixels((tmp_path / "level.png").read_bytes()).ndim == 3
    assert goalgap("show", "Probation", "--level", "supervisd") == 2
    assert "did you mean 'supervised'" in capsys.readouterr().err
    assert goalgap("show", "CheeseCorner", "--level", "supervised") == 2
    assert "no level of CheeseCorner has a name" in capsys.readouterr().err


@pytest.mark.parametrize("agent", ["random", "noop", "oracle:cheese", "degraded:cheese:0.5", "mixture:cheese:corner"])
def test_reference_policies_are_evaluated_by_name(agent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("eval", "CheeseCorner", agent, "--levels", "20") == 0
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
    ("run", "goalgap/CheeseCornerDeploy-v0"): "names the split deploy, but agents are trained on train",
    ("train", "goalgap/CheeseCornerControl-v0"): "write CheeseCorner",
    ("eval", "CheeseCorner", "oracle:gold"): "choose from cheese, corner",
    ("eval", "CheeseCorner", "orakel:cheese"): "unknown reference policy 'orakel:cheese'",
    ("eval", "CheeseCorner", "no/such.zip"): "no agent at no/such.zip",
    ("eval", "no/such.zip", "CheeseCorner"): "no agent at no/such.zip",
    ("eval", "oracle:cheese", "CheeseCornr"): "did you mean 'CheeseCorner'",
    ("eval", "CheeseCorner"): "name an agent",
    ("eval", "CheeseCorner", "random", "--forget"): "random has no memory to forget",
    ("eval", "CheeseCorner", "random", "--argmax"): "random has no likeliest actions to take",
    ("eval", "CheeseCorner", "random", "--out", "/proc/nowhere"): "choose other --out",
    ("eval", "CheeseCorner", "random", "noop"): "these have 2 names, noop, random",
    ("eval", "CheeseCorner", "random", "random", "--training-seed", "1"): "a seed for each agent: 2, not 1",
    ("eval", "CheeseCorner", "random", "random", "--training-seed", "1", "1"): "two agents have training seed 1",
    ("run", "CheeseCorner", "--algorithm", "ars"): f"choose from {', '.join(ALGORITHMS)}",
    ("train", "CheeseCorner", "--steps", "0"): "steps is at least 1",
    ("standard", "CheeseCornr"): "did you mean 'CheeseCorner'",
    ("report",): "name the files of episodes",
    ("curves",): "name the files of episodes",
    ("report", "no/such.parquet"): "there is no file or folder no/such.parquet",
    ("report", "results/nope"): "there is no file or folder results/nope",
    ("report", __file__): "is no file of episodes (*.parquet)",
    ("leaderboard", "--entries", "nowhere"): "no entries",
    ("leaderboard", "CheeseCornr"): "did you mean 'CheeseCorner'",
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
    assert goalgap("eval", "CheeseCorner", agent, "--size", "13") == 2
    assert "give the environment these arguments" in capsys.readouterr().err
    assert goalgap("eval", "Probation", agent) == 2
    assert "goalgap/CheeseCorner-v0" in " ".join(capsys.readouterr().err.split())


def test_curves_of_agents_side_by_side(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert goalgap("eval", "ChimeBandit", "oracle:payoffs", "--levels", "24", "--out", "oracle") == 0
    assert goalgap("eval", "ChimeBandit", "random", "--levels", "24", "--out", "random") == 0
    capsys.readouterr()
    assert goalgap("curves", "oracle", "random", "--svg", "curves.svg") == 0
    assert "oracle:payoffs" in capsys.readouterr().out
    assert Path("curves.svg").read_text().count("<polyline") == 8
    assert goalgap("curves", only(results)) == 2
    assert "records no curves" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_each_algorithm_runs_into_a_folder_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ("CheeseCorner", "--size", 5, "--steps", 2000, "--results", tmp_path)
    assert goalgap("run", *told, "--algorithm", "RecurrentPPO", "--seeds", 1, "--levels", 8) == 0
    assert goalgap("train", *told, "--algorithm", "ARS") == 0
    capsys.readouterr()
    assert goalgap("train", *told) == 0
    assert re.search(r"to train: 1 agent, 8,192 transitions each, about \d seconds\n", capsys.readouterr().out)
    folders = {
        json.loads((path / "seed-0" / "agent.json").read_text())["recipe"]["algorithm"]: path
        for path in tmp_path.iterdir()
    }
    assert set(folders) == {"PPO", "ARS", "RecurrentPPO"}
    assert json.loads((folders["RecurrentPPO"] / "report.json").read_text())["agent"] == "RecurrentPPO"


@pytest.mark.parametrize(("command", "known"), [("run", ALGORITHMS), ("train", ALGORITHMS), ("eval", ALGORITHMS)])
def test_help_names_every_algorithm(command: str, known: Iterable[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap(command, "--help") == 0
    assert f"--algorithm {{{','.join(known)}}}" in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_may_be_left_out_in_words(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap(command, "--help") == 0
    told = capsys.readouterr().out
    assert "None" not in told
    assert " STR" not in told.partition("options")[0]  # what stands for what is named: ENV, AGENT, PATH
    assert ("--seeds" in told) == (command in ("run", "bench"))  # it has one meaning


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("--version") == 0
    assert capsys.readouterr().out == f"goalgap {__version__}\n"


def test_compiling_is_told_once_where_nothing_compiled_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    words = ("show", "CheeseCorner", "--size", 35, "--split", "train", "--level-seeds", 0)
    assert goalgap(*words) == 0
    assert capsys.readouterr().err == "compiling CheeseCorner, first time only\n"
    assert goalgap(*words) == 0
    assert capsys.readouterr().err == ""


def test_a_report_takes_the_place_of_no_other(results: Path, tmp_path: Path) -> None:
    """That of a file lies beside it under the file's name; that of several files is printed only."""
    folder = tmp_path / "seed-0"
    shutil.copytree(only(results) / "seed-0", folder)
    assert goalgap("report", folder) == 0
    page, files = (folder / "report.html").read_bytes(), {path.name for path in folder.iterdir()}
    assert goalgap("report", folder / "argmax-24.parquet") == 0
    assert {path.name for path in folder.iterdir()} - files == {"argmax-24-report.html", "argmax-24-report.json"}
    assert goalgap("report", folder / "argmax-24.parquet", folder / "sampled-24.parquet") == 0
    assert (folder / "report.html").read_bytes() == page


def test_two_processes_do_not_work_in_one_folder(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(only(results)):
        assert goalgap("run", "CheeseCorner", *TINY, "--results", results) == 2
    assert "another process is working" in " ".join(capsys.readouterr().err.split())
