"""`goalgap bench`: a method on several environments, as a sweep that ends in one score."""

from __future__ import annotations

import pickle
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from benched import ONE, TWO, method, prepared, said
from commands import goalgap
from instant import carried_out_at_once

from goalgap.agents.changes import changed_recipe
from goalgap.agents.mitigations import mitigated
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import folder_of
from goalgap.cli import execution
from goalgap.cli.bench import Setup
from goalgap.cli.results import find_episodes
from goalgap.envs import task
from goalgap.eval.suite import Suite
from goalgap.eval.table.episodes import Episodes
from goalgap.sweeps.engines.local import Local
from goalgap.sweeps.methods import Own
from goalgap.sweeps.outcomes import About
from goalgap.sweeps.store import Store
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.working import MOST_LOGGED


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return prepared(tmp_path, monkeypatch)


def trained(here: Path) -> list[str]:
    return sorted((here / "trained.txt").read_text().splitlines())


def test_a_function_is_trained_evaluated_and_summed_up_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bench", name := method(here, "train"), *TWO, "--budget", "0.5")
    assert goalgap(*words, "--dry-run") == 0
    assert f"{name}, x0.5, 4 cells: 0 of 4 done, 0 running, 0 failed, about " in said(capsys)
    assert not (here / "results").exists()
    assert goalgap(*words) == 0
    assert "train, x0.5: interquartile means" in said(capsys)
    wanted = [f"CheeseCorner {seed} 400000" for seed in (0, 1)] + [f"ChimeBandit {seed} 250000" for seed in (0, 1)]
    assert trained(here) == wanted
    place = here / "results" / "bench" / name.replace(":", ".")
    suite = Suite.model_validate_json((place.with_name(f"{place.name}-x0.5") / "suite.json").read_text())
    assert (suite.seeds, set(suite.environments)) == (2, {"CheeseCorner", "ChimeBandit"})
    (run,) = Episodes.read(place / "CheeseCorner-steps400000" / "seed-1-8.parquet").runs
    assert (run.agent, run.training_seed, run.details["budget"]) == (name, 1, 400_000)
    logs = [path.read_text() for path in here.glob("results/cells/*/*.log")]
    assert sum(f"CheeseCorner, {name}, seed 1" in log for log in logs) == 1
    assert len(logs) == 4
    assert goalgap(*words) == 0
    assert trained(here) == wanted
    assert "4 of 4 done" in said(capsys)
    shutil.rmtree(place)
    assert goalgap(*words, "--status") == 0
    assert "0 of 4 done" in said(capsys), "what is removed is trained anew"


def test_what_fails_is_told_and_takes_nothing_with_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bench", name := method(here, "moody"), *ONE, "--seeds", "3")
    for _ in range(2):
        assert goalgap(*words) == 2
        told = said(capsys)
        reason = f"the first is CheeseCorner, {name}, seed 1: RuntimeError: a bad day ("
        assert f"1 of 3 cells failed, the others are kept; {reason}" in told
        assert "--retry-failed tries them again" in told
    (here / "mended").touch()
    assert goalgap(*words, "--retry-failed") == 0
    assert "interquartile means" in said(capsys)
    assert [line.split()[1] for line in trained(here)] == ["0", "1", "2"]


def test_whatever_a_function_does_is_the_failure_of_its_cell(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = method(here, "hostile")
    assert goalgap("bench", name, *ONE, "--seeds", "6") == 2
    assert "xxxx" not in said(capsys)
    cells = Setup(envs=("CheeseCorner",), seeds=6, levels=8).cells(name)
    outcomes = [Store(here / "results").outcome(cell) for cell in cells]
    reasons = [outcome.reason for outcome in outcomes if outcome and not outcome.done]
    told = (
        "ValueError: after a flood",
        "the model sees observations",
        "TypeError: a policy is a function",
        "FileNotFoundError: no agent at nowhere.zip",
        "must return integers in 0 .. 3",
        "TypeError: policy 'print' must return (actions, state)",
    )
    assert len(reasons) == 6
    for reason, words in zip(reasons, told, strict=True):
        assert words in reason
    log = Store(here / "results").path(cells[0].key, ".log").read_text()
    assert len(log) < MOST_LOGGED + 10_000
    assert "after a flood" in log


def test_each_training_of_a_function_has_a_process_of_its_own(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(execution, "Local", Local)
    assert goalgap("bench", name := method(here, "process"), *ONE, "--seeds", "4") == 2
    told = said(capsys)
    assert f"the first is CheeseCorner, {name}, seed 2: its process ended with exit code 0" in told
    assert f"{name}, seed 3: its process was killed by SIGKILL" in told
    assert len(set((here / "processes.txt").read_text().split())) == 4
    logs = [path.read_text() for path in here.glob("results/cells/*/*.log")]
    assert sorted(line for log in logs for line in log.splitlines() if "this" in line) == [
        f"this is {k}" for k in range(4)
    ]
    (died,) = (log.splitlines() for log in logs if "this is 2" in log)
    assert died[-2:] == ["SystemExit: 0", "its process ended with exit code 0"]


def test_shards_share_the_work_and_the_last_one_makes_the_score(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the script for Slurm has them, which types the command again."""
    name = method(here, "train")
    assert goalgap("bench", name, *TWO, "--emit-slurm", "2", "--processes", "1") == 0
    typed = capsys.readouterr().out.splitlines()[-1]
    for shard, score in ((1, False), (2, True)):
        words = shlex.split(typed.replace("$SLURM_ARRAY_TASK_ID", str(shard)))
        assert words[2:5] == ["-m", "goalgap", "bench"]
        assert goalgap(*words[4:]) == 0
        told = said(capsys)
        assert "2 of 2 done" in told
        assert ("interquartile means" in told, "once all 4 cells are done" in told) == (score, not score)
    assert len(trained(here)) == 4


def test_two_at_once_train_each_seed_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goalgap.sweeps.sweep.PAUSE", 0.01)
    cells = Setup(envs=("CheeseCorner",), levels=8).cells(method(here, "train"))
    carried_out_at_once([Sweep(cells, Store(here / "results")) for _ in range(2)])
    assert [line.split()[1] for line in trained(here)] == list("01234")


def test_an_algorithm_of_ours_shares_its_agents_with_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bench", "PPO", *ONE, "--seeds", "1", "--budget", "0.002")
    assert goalgap(*words) == 0
    assert goalgap("run", *ONE[1:], "--seeds", "1", "--steps", "1600") == 0
    assert "trained already: seed 0" in said(capsys)
    (suite,) = here.glob("results/bench/PPO-x0.002/suite.json")
    (found,) = find_episodes((suite.parent,))
    assert [(run.agent, run.deterministic) for run in found.runs] == [("PPO", False)], "what the suite is made of"


@pytest.mark.parametrize("name", ["CheeseCorner", "IceCream"])
def test_the_usual_budget_is_that_of_the_standard_recipe(name: str, tmp_path: Path) -> None:
    (cell,) = Setup(envs=(name,), seeds=1, results=tmp_path).cells("PPO")
    assert cell.place == folder_of(tmp_path, task(name), default_recipe(task(name)))
    (cell,) = Setup(envs=(name,), seeds=1, results=tmp_path).cells("ARS")
    assert cell.about.steps == pytest.approx(default_recipe(task(name)).steps, rel=0.1)


def test_a_mitigation_is_a_method_on_what_it_suits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `goalgap run --mitigation` has it; where it has nothing to work with is told, with where it has."""
    setup = Setup(envs=("CheeseCorner",), seeds=1, mitigation="accel", alpha=0.01, results=tmp_path)
    (cell,) = setup.cells("PPO")
    played = task("CheeseCorner", alpha=0.01)
    assert cell.place == folder_of(tmp_path, played, changed_recipe(played, "PPO", mitigated((), "accel")))
    assert setup.name("PPO") == ["PPO", "accel", "alpha0.01"]
    assert goalgap("bench", "PPO", "--mitigation", "accel", "--dry-run") == 2
    told = said(capsys)
    assert "ColourShape, PPO, accel: ColourShape has no kernel `edit`" in told
    assert "without these: --envs CheeseCorner CheeseDish KeysAndChests" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("PPPO",), "unknown algorithm 'PPPO': choose from PPO, RecurrentPPO, A2C"),
        (("mine",), "; a function of yours, train(task, seed, budget), is named MODULE:FUNCTION"),
        (("nowhere:train",), "No module named 'nowhere'"),
        (("math:pi",), "is no function"),
        (("math:train",), "has no attribute 'train'"),
        (("math:sqrt", "--mitigation", "accel"), "CheeseCorner, math:sqrt, accel: a function trains as it says"),
        (("math:sqrt", "--recipe", "learning_rate=1"), "a function trains as it says"),
        (("PPO", "--envs", "CheesCorner"), "did you mean 'CheeseCorner'"),
        (("PPO", "--envs", "CheesCorner", "IceCream"), "without these: --envs IceCream"),
        (("PPO", "--envs", "IceCream", "IceCream"), "environments has 'IceCream' twice; name it once"),
        (("PPO", "--seeds", "0"), "seeds must be at least 1"),
        (("PPO", "--budget", "0"), "goalgap bench: budget"),
        (("PPO", "--budget", "nan"), "goalgap bench: budget"),
        (("PPO", "--alpha", "2"), "goalgap bench: alphas"),
        (("PPO", "--recipe", "steps=5"), "budget and steps of the recipe both say how long to train"),
        (("ARS", "--mitigation", "plr"), "CheeseCorner, ARS, plr: recipes for PPO"),
        (("PPO", "--shard", "3/2"), "a shard is I/N"),
        (("PPO", "--emit-slurm", "2", "--status"), "add other options to its last line"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_any_work(
    here: Path, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("bench", *words) == 2
    heard = said(capsys)
    assert told in heard
    assert heard.count(told) == 1
    assert not (here / "results").exists()


def test_a_module_that_cannot_be_imported_is_told_with_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for k, (text, told) in enumerate((("\ndef train(:", "line 2)"), ("import sys\n\n1 / 0", "line 3)"))):
        (here / f"broken{k}_{here.name}.py").write_text(text)
        assert goalgap("bench", f"broken{k}_{here.name}:train", *ONE) == 2
        heard = said(capsys)
        assert f"broken{k}_{here.name} cannot be imported: " in heard
        assert told in heard


def own(folder: Path, **changes: Any) -> Own:
    told = {"environment": "CheeseCorner", "agent": "mine:train", "steps": 100, "levels": 4, **changes}
    return Own(folder, task("CheeseCorner", alpha=told.pop("alpha", 0.0), size=told.pop("size", 9)), About(**told))


def test_each_training_has_a_name_and_a_file_of_its_own(tmp_path: Path) -> None:
    changes = ({}, {"steps": 101}, {"levels": 5}, {"seed": 1}, {"alpha": 0.1}, {"alpha": 0.1000001}, {"size": 11})
    cells = [own(tmp_path, **each) for each in changes]
    assert len({cell.key for cell in cells}) == len({cell.path for cell in cells}) == len(changes)
    assert len({cell.claim for cell in cells}) == len(changes) - 1, "levels are no matter of training"
    assert pickle.loads(pickle.dumps(cells[0])) == cells[0]  # noqa: S301


@pytest.mark.parametrize("found", [None, b"half"])
def test_whatever_is_not_whole_is_trained(found: bytes | None, here: Path) -> None:
    cell = own(here, agent=method(here, "train"))
    for damage in (found, b"half"):
        if damage:
            cell.path.parent.mkdir(parents=True, exist_ok=True)
            cell.path.write_bytes(damage)
        cell.run(lambda _: None)
    assert len(trained(here)) == 2
    cell.run(lambda _: None)
    assert len(trained(here)) == 2, "a process that was killed before it could tell loses nothing"
    shutil.copy(cell.path, (other := own(here, agent=method(here, "train"), seed=1)).path)
    shutil.copy(cell.path.with_suffix(".json"), other.path.with_suffix(".json"))
    other.run(lambda _: None)
    assert len(trained(here)) == 3, "what another seed played is no result of this one"
