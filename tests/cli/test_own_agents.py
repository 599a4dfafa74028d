"""Agents that a user trained by plain stable-baselines3: their seeds in one verdict, typed and in Python."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
import sb3_contrib
import stable_baselines3
from commands import goalgap
from recipes import TINY
from stable_baselines3 import PPO

import goalgap as package
from goalgap import api, task
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.training import train
from goalgap.api import OtherArgumentsWarning
from goalgap.cli.agents import environment_first
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError

TOLD = ("--alpha", 0.03, "--reward", "corner")
FEW = ("--levels", 12)
NET = """
from stable_baselines3.common.torch_layers import FlattenExtractor

class Own(FlattenExtractor):
    pass
"""
WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "stable_baselines3", "sb3_contrib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import contextlib, io, json
from commands import goalgap

for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as told:
        code = goalgap(*words)
    print(json.dumps([code, " ".join((told.getvalue() or out.getvalue()).split())]))
"""


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three agents that have not learned anything: a, b and c."""
    place, env = tmp_path_factory.mktemp("zips"), package.vec_env("CheeseCorner", n_envs=4)
    paths = [place / f"{name}.zip" for name in "abc"]
    for seed, path in enumerate(paths):
        PPO("MlpPolicy", env, n_steps=8, batch_size=32, seed=seed, device="cpu").save(path)
    return paths


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_several_seeds_are_one_verdict(zips: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert goalgap("eval", "CheeseCorner", *zips, "--name", "mine", *TOLD, *FEW, "--out", out) == 0
    assert {path.name for path in out.glob("[!.]*")} == {
        "report.html", "report.json", "sampled-12.json", "sampled-12.parquet"
    }  # fmt: skip
    report = package.Report.model_validate_json((out / "report.json").read_text())
    assert (report.agent, report.alpha, report.reward, report.main.training_seeds) == (
        "mine",
        0.03,
        "corner",
        (0, 1, 2),
    )
    assert all({"algorithm", "sha256", "weights"} == set(run.details) for run in report.runs)
    assert len({run.details["weights"] for run in report.runs}) == 3
    assert goalgap("report", out) == 0


def test_training_seeds_are_those_that_are_said(zips: list[Path], tmp_path: Path) -> None:
    words = ("--name", "mine", *TOLD, *FEW, "--training-seed", 3, 7, 9, "--out", tmp_path)
    assert goalgap("eval", *zips, "CheeseCorner", *words) == 0  # the environment may stand last
    assert json.loads((tmp_path / "report.json").read_text())["modes"]["sampled"]["training_seeds"] == [3, 7, 9]


def test_python_does_what_the_command_does(zips: list[Path], tmp_path: Path) -> None:
    words = ("--name", "mine", *TOLD, *FEW, "--training-seed", 3, 7, 9, "--out", tmp_path / "typed")
    assert goalgap("eval", "CheeseCorner", *zips, *words) == 0
    task = package.task("CheeseCorner", alpha=0.03, reward="corner")
    episodes = package.evaluate(task, dict(zip((3, 7, 9), zips, strict=True)), levels=12, name="mine")
    package.Report.of(episodes).save(tmp_path / "called")
    typed, called = (Episodes.read(tmp_path / place / "sampled-12.parquet") for place in ("typed", "called"))
    assert called.table.equals(typed.table)
    assert [run.details for run in called.runs] == [run.details for run in typed.runs]
    pages = [(tmp_path / place / "report.html").read_text() for place in ("typed", "called")]
    assert pages[0].count("<svg") == pages[1].count("<svg") > 1


def test_policies_of_seeds_are_one_agent() -> None:
    seeds = package.evaluate("CheeseCorner", {0: "random", 5: "random"}, levels=6)
    assert [run.training_seed for run in seeds.runs] == [0, 5]
    actions = [seeds.where(training_seed=seed).table["actions"] for seed in (0, 5)]
    assert not actions[0].equals(actions[1])  # each seed has chance of its own
    with pytest.raises(ValueError, match=r"these have 2 names, noop, random: give .* one name"):
        package.evaluate("CheeseCorner", {0: "random", 1: "noop"}, levels=6)
    with pytest.raises(ValueError, match="nobody to evaluate"):
        package.evaluate("CheeseCorner", {}, levels=6)
    for wrong in ("0", -1, True, 0.5):
        with pytest.raises(TypeError, match="training seed: policy"):
            package.evaluate("CheeseCorner", {wrong: "random"}, levels=6)  # type: ignore[dict-item]


def test_a_saved_report_is_of_one_agent(tmp_path: Path) -> None:
    report = package.Report.of(package.evaluate("CheeseCorner", "random", levels=6))
    report.save(str(tmp_path / "random"))
    again = package.Report.model_validate_json((tmp_path / "random" / "report.json").read_text())
    assert again == report
    with pytest.raises(ValueError, match="has no episodes: take the one"):
        again.save(tmp_path / "other")
    other = package.Report.of(package.evaluate("CheeseCorner", "noop", levels=6))
    with pytest.raises(EpisodesError, match=r"is of random in CheeseCorner .* choose a folder for each agent"):
        other.save(tmp_path / "random")
    assert package.Report.of(Episodes.read(tmp_path / "random" / "sampled-6.parquet")) == report


@pytest.mark.parametrize("told", [(), ("--alpha", 0), ("--reward", "cheese")], ids=str)
def test_what_a_zip_was_trained_with_must_be_said(
    told: tuple[object, ...], zips: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("eval", "CheeseCorner", zips[0], *told, "--out", tmp_path / "out") == 2
    missing = [f"{name} {value}" for name, value in (("--alpha", 0), ("--reward", "cheese")) if name not in told]
    assert f"a.zip does not say what it was trained with: add {' '.join(missing)}," in said(capsys)
    assert not list(tmp_path.iterdir())


def test_zips_of_several_names_need_one(zips: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("eval", "CheeseCorner", *zips, *TOLD) == 2
    assert "these have 3 names, a, b, c: give the agent" in said(capsys)


def test_a_zip_is_read_as_what_it_is_said_to_be(zips: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("eval", "CheeseCorner", zips[0], *TOLD, "--levels", 4, "--algorithm", "PPO") == 0
    assert goalgap("eval", "CheeseCorner", zips[0], *TOLD, "--levels", 4, "--algorithm", "ARS") == 2
    assert "--algorithm says which it is, of PPO, RecurrentPPO, A2C, TRPO, DQN" in said(capsys)


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name not in ("PPO", "RecurrentPPO", "ARS")])
def test_agents_of_other_algorithms_are_evaluated(algorithm: str, tmp_path: Path) -> None:
    """Those without chances of their actions are recorded as what they are: taking the best."""
    package_of_it = sb3_contrib if hasattr(sb3_contrib, algorithm) else stable_baselines3
    memory = {"buffer_size": 100} if algorithm.endswith("DQN") else {}
    env = package.vec_env("CheeseCorner", n_envs=2)
    getattr(package_of_it, algorithm)("MlpPolicy", env, device="cpu", **memory).save(tmp_path / "own.zip")
    words = (*TOLD, "--levels", 4, "--algorithm", algorithm, "--out", tmp_path / "out")
    assert goalgap("eval", "CheeseCorner", tmp_path / "own.zip", *words) == 0
    (report,) = (tmp_path / "out").glob("report.json")
    (mode,) = json.loads(report.read_text())["modes"]
    assert mode == ("argmax" if algorithm.endswith("DQN") else "sampled")


def test_networks_of_own_parts_are_evaluated_in_python_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file names classes, and none of the user's is imported for it: the error says how its owner evaluates it."""
    (tmp_path / "own_net.py").write_text(NET)
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as there:
        there.syspath_prepend(tmp_path)
        policy = {"features_extractor_class": importlib.import_module("own_net").Own}
        env = package.vec_env("CheeseCorner", n_envs=2)
        PPO("MlpPolicy", env, n_steps=8, batch_size=16, policy_kwargs=policy, device="cpu").save("own.zip")
        model = PPO.load("own.zip")
    monkeypatch.delitem(sys.modules, "own_net")
    assert goalgap("eval", "CheeseCorner", "own.zip", *TOLD, "--levels", 4) == 2
    told = said(capsys)
    assert "features_extractor_class: one of PatchFeatures, PixelFeatures, SmallCnn," in told
    assert (
        "not \"<class 'own_net.Own'>\". A network with a policy or features of your own is opened with --trust" in told
    )
    assert "model = PPO.load('own.zip'), which runs code from the file, and give it to goalgap.evaluate" in told
    assert "own_net" not in sys.modules
    assert len(package.evaluate("CheeseCorner", model, levels=4).table) == 12


def test_a_run_is_evaluated_by_its_folder_with_the_seeds_it_has(tmp_path: Path) -> None:
    small = {"steps": 128, "n_envs": 8, "n_steps": 8, "minibatch": 64, "hidden": (8,)}
    for seed in (4, 6):
        package.train("CheeseCorner", seed=seed, folder=tmp_path / "run" / f"seed-{seed}", **small)
    assert goalgap("eval", "CheeseCorner", tmp_path / "run", *FEW, "--out", tmp_path / "out") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["agent"], report["modes"]["sampled"]["training_seeds"]) == ("PPO", [4, 6])


def test_the_environment_stands_first_or_last() -> None:
    assert environment_first("CheeseCorner", ("a.zip", "b.zip")) == ("CheeseCorner", ("a.zip", "b.zip"))
    assert environment_first("a.zip", ("b.zip", "CheeseCorner")) == ("CheeseCorner", ("a.zip", "b.zip"))
    assert environment_first("oracle:cheese", ("goalgap/CheeseCorner-v0",))[1] == ("oracle:cheese",)
    assert environment_first("CheeseCornr", ("oracle:cheese",))[0] == "CheeseCornr"
    assert environment_first("oracle:cheese", ("CheeseCornr",))[0] == "CheeseCornr"


def test_without_torch_references_are_evaluated_and_mistakes_are_told_as_what_they_are(
    zips: list[Path], tmp_path: Path
) -> None:
    """Only what must train or open an agent says what to install, and before it makes any folder."""
    install = 'this needs torch, which is not installed: pip install "goalgap[agents]"'
    expected: list[tuple[tuple[object, ...], int, str]] = [
        (("eval", "CheeseCorner", "oracle:cheese", *FEW), 0, "oracle:cheese"),
        (("eval", "CheeseCorner", "my_agent.zip"), 2, "no agent at my_agent.zip"),
        (("eval", "CheeseCorner", "oracle:chese"), 2, "did you mean 'cheese'"),
        (("eval", "CheeseCorner", zips[0], *TOLD, "--algorithm", "PP0"), 2, "did you mean 'PPO'"),
        (("eval", "CheeseCorner", zips[0], *TOLD, "--out", "out"), 2, install),
        (("run", "CheeseCorner"), 2, install),
        (("train", "CheeseCorner"), 2, install),
    ]
    typed = json.dumps([list(map(str, words)) for words, *_ in expected])
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    command = [sys.executable, "-c", WITHOUT, typed]
    printed = subprocess.check_output(command, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths})
    for line, (words, code, told) in zip(printed.splitlines(), expected, strict=True):
        ended, answer = json.loads(line)
        assert (ended, told in answer) == (code, True), f"{words}: {answer}"
    assert not list(tmp_path.iterdir())


def test_agents_that_say_otherwise_than_is_typed_are_not_evaluated_as_it_is_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, levels = tmp_path / "agent", ("--levels", 2)
    train(replace(task("CheeseCorner", size=5), alpha=0.5), TINY, 0, place)
    for command, (typed, told) in product(
        ("eval", "ask"),
        [
            (("--alpha", 0.25), "says that its alpha is 0.5: leave out --alpha 0.25"),
            (("--reward", "corner"), "says that its reward is 'cheese': leave out --reward corner"),
            (("--algorithm", "DQN"), "says that its algorithm is 'PPO': leave out --algorithm DQN"),
        ],
    ):
        assert goalgap(command, "CheeseCorner", place, "--size", 5, *levels, *typed) == 2
        assert told in " ".join(capsys.readouterr().err.split())
    assert goalgap("eval", "CheeseCorner", place, "--size", 5, "--alpha", 0.5, *levels) == 0
    assert "was trained with" not in capsys.readouterr().err


def test_who_plays_with_other_arguments_than_it_was_trained_with_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(task("CheeseCorner", size=5, region=3), TINY, 0, tmp_path / "agent")
    assert goalgap("eval", "CheeseCorner", tmp_path / "agent", "--size", 5, "--levels", 2) == 0
    told = "was trained with region=3, and plays region=1: what follows is not of what it was trained on"
    assert f"agent {told}" in " ".join(capsys.readouterr().err.split())
    with pytest.warns(OtherArgumentsWarning, match=told):
        api.evaluate(task("CheeseCorner", size=5), tmp_path / "agent", levels=2)


def test_an_option_that_is_given_twice_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The parser would drop the first without a word, and another experiment would be run."""
    for typed in (("--set", "region=3", "--set", "maze=perfect"), ("--recipe=epochs=2", "--recipe", "dropout=0.1")):
        assert goalgap("recipe", "CheeseCorner", *typed) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert f"'{typed[0].partition('=')[0]}' is given twice: give it once, with all its values behind it" in told


def test_who_names_a_folder_of_runs_is_not_told_to_remove_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(task("CheeseCorner", size=5), TINY, 0, tmp_path / "results" / "run" / "seed-0")
    assert goalgap("eval", "CheeseCorner", tmp_path / "results", "--size", 5, "--levels", 2) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "holds no agent: agent.zip is missing; a run below it is" in told
    assert "remove" not in told
