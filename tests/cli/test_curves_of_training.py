"""Hyperparameters on the command line, and the curves of training that TensorBoard reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from commands import goalgap
from recipes import TASK, TINY

from goalgap import train

SMALL = ("CheeseCorner", "--size", 5, "--steps", 1024, "--recipe", "n_envs=16", "n_steps=16", "minibatch=128")
CHANGES = ["steps1024", "n_envs16", "n_steps16", "minibatch128"]


def scalars(place: Path) -> dict[str, list[tuple[int, float]]]:
    """The curves in a folder, by name: steps and values."""
    reading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = reading.EventAccumulator(str(place))
    events.Reload()
    return {name: [(each.step, each.value) for each in events.Scalars(name)] for name in events.Tags()["scalars"]}


def test_a_run_writes_the_curves_of_each_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorboard")
    words = ("run", *SMALL, "--seeds", 1, "--levels", 4, "--results", tmp_path / "results")
    assert goalgap(*words, "--tensorboard", tmp_path / "curves") == 0
    (folder,) = (tmp_path / "results").iterdir()
    assert "-".join(CHANGES) in folder.name
    record = json.loads((folder / "seed-0" / "agent.json").read_text())
    assert (record["recipe"]["n_envs"], record["changes"]) == (16, CHANGES)
    told = scalars(tmp_path / "curves" / folder.name / "seed-0")
    assert {"goalgap/goal_gap", "goalgap/pursuit_corner", "rollout/ep_rew_mean", "train/loss"} <= set(told)
    steps = [step for step, _ in told["goalgap/score_train"]]
    assert (steps[0], steps[-1]) == (0, 1024)
    capsys.readouterr()
    assert goalgap(*words, "--tensorboard", tmp_path / "curves") == 0
    assert "curves are written only while an agent is trained" in " ".join(capsys.readouterr().out.split())


def test_evolution_and_python_write_curves_too(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    small = {"steps": 1500, "n_envs": 2, "directions": 2, "top": 1}
    place = train(TASK, "ARS", folder=tmp_path / "ars" / "agent", tensorboard=tmp_path / "curves", **small)
    told = scalars(tmp_path / "curves" / "ars" / "agent")
    assert {"goalgap/score_deploy", "train/step_size"} <= set(told)
    assert told["goalgap/score_deploy"][-1][0] == json.loads((place / "agent.json").read_text())["steps"]


MISTAKES = {
    ("run", "CheeseCorner", "--recipe", "n_epochs=2"): "did you mean 'epochs'",
    ("run", "CheeseCorner", "--recipe", "learning_rate=fast"): "is a number from 0 to 1, not 'fast'",
    ("train", "CheeseCorner", "--steps", "5", "--recipe", "steps=6"): "steps is given twice",
    ("train", "CheeseCorner", "--algorithm", "ARS", "--recipe", "epochs=2"): "those for ARS have none",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes_are_told_before_any_work(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert goalgap(*words) == 2
    assert MISTAKES[words] in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())


def test_without_tensorboard_it_is_said_how_to_install_it(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['tensorboard'] = None; from goalgap.cli import main;"
        "main(['run', 'CheeseCorner', '--tensorboard', 'curves'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert 'needs tensorboard, which is not installed: pip install "goalgap[agents,tensorboard]"' in done.stderr
    assert not list(tmp_path.iterdir())


def test_curves_that_cannot_be_written_are_refused_before_training(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="is a file, not a folder"):
        train(TASK, TINY, folder=tmp_path / "agent", tensorboard=tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
