"""`goalgap sweep`: what is typed, what it says, and that what it makes is what `goalgap run` makes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
import torch
from commands import goalgap
from instant import here
from recipes import TASK, TINY
from stable_baselines3.common.callbacks import BaseCallback

from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.algorithms.dqn import DQNRecipe
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.algorithms.recipe import Recipe
from goalgap.agents.diverging import DivergedError
from goalgap.agents.loading import load_agent
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import folder_of
from goalgap.agents.training import train
from goalgap.envs import task
from goalgap.eval.table.episodes import Episodes

REFERENCES = """
environments = ["CheeseCorner"]
algorithms = []
references = ["standard"]
levels = 8
"""
TRAINED = """
environments = ["CheeseCorner"]
seeds = [0, 1]
recipe = ["steps=2048"]
levels = 8
"""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of two small agents, which tests copy."""
    folder, played = tmp_path_factory.mktemp("once"), task("CheeseCorner")
    recipe = default_recipe(played, steps=2048)
    for seed in range(2):
        train(played, recipe, seed, folder_of(folder / "results", played, recipe) / f"seed-{seed}")
    return folder / "results"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory, with cells carried out in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules["goalgap.cli.execution"], "Local", lambda *_: here)
    (tmp_path / "references.toml").write_text(REFERENCES)
    (tmp_path / "trained.toml").write_text(TRAINED)
    (tmp_path / "file.toml").write_text(f'{REFERENCES}\nresults = "trained.toml"')
    (tmp_path / "long.toml").write_text(f'{REFERENCES}\nresults = "{"x" * 300}"')
    return tmp_path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    heard = capsys.readouterr()
    return " ".join(f"{heard.out} {heard.err}".split())


def test_a_dry_run_says_what_is_to_be_done_and_how_long_it_takes(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("sweep", "trained.toml", "--dry-run") == 0
    told = said(capsys)
    assert "trained.toml, 2 cells: 0 of 2 done, 0 running, 0 failed, about" in told
    assert "left, 2 at a time" in told
    assert "Times are by what was measured on another machine" in told
    assert not (place / "results").exists()


def test_references_are_swept_once_and_reported_at_any_time(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("sweep", "references.toml")
    assert goalgap(*words, "--table", "first.parquet", "--csv", "shown.csv") == 0
    assert "6 of 6 done, 0 running, 0 failed" in said(capsys)
    tables = {path: path.read_bytes() for path in place.rglob("sampled-8.*")}
    assert len(tables) == 12
    assert goalgap(*words, "--status", "--table", "again.parquet", "--svg", "drawn.svg") == 0
    told = said(capsys)
    assert "6 of 6 done" in told
    assert "CheeseCorner" in told
    assert (place / "first.parquet").read_bytes() == (place / "again.parquet").read_bytes()
    assert goalgap(*words) == 0
    assert {path: path.read_bytes() for path in tables} == tables
    rows = pyarrow.parquet.read_table(place / "first.parquet").to_pylist()
    assert all((place / "results" / row["path"]).exists() for row in rows)
    found = {row["agent"]: (row["finding"], row["goal"], row["score.deploy"]) for row in rows}
    assert found["oracle:cheese"] == ("goal", "cheese", pytest.approx(1))
    assert found["oracle:corner"][:2] == ("goal", "corner")
    assert found["random"][0] == "not learned"
    assert "oracle:corner" in (place / "shown.csv").read_text()
    assert "oracle:corner" in (place / "drawn.svg").read_text()


def test_nothing_is_drawn_of_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """But what else was asked for is there."""
    assert goalgap("sweep", "references.toml", "--status", "--svg", "none.svg", "--csv", "none.csv") == 0
    assert "not drawn: none.svg, for no cell is done" in said(capsys)
    assert not (place / "none.svg").exists()
    assert (place / "none.csv").read_text().count("1 of 1 left") == 6


def test_a_disturbed_sweep_of_references_gives_the_same_bytes(place: Path) -> None:
    """Damaged outcomes, damaged episodes and another order of cells."""
    assert goalgap("sweep", "references.toml", "--table", "first.csv") == 0
    before = {path: path.read_bytes() for path in place.rglob("sampled-8.parquet")}
    for k, path in enumerate(sorted(place.rglob("cells/*/*.json"))):
        path.write_bytes(path.read_bytes()[: 50 * k])
    for path in sorted(before)[:2]:
        path.write_bytes(b"half")
    assert goalgap("sweep", "references.toml", "--shard", "2/2") == 0
    assert goalgap("sweep", "references.toml", "--table", "second.csv") == 0
    assert {path: path.read_bytes() for path in before} == before
    assert (place / "first.csv").read_bytes() == (place / "second.csv").read_bytes()


def test_a_shard_without_cells_has_an_empty_table(place: Path) -> None:
    assert goalgap("sweep", "references.toml", "--shard", "9/9", "--table", "none.csv") == 0
    assert (place / "none.csv").exists()


def test_what_a_sweep_trains_run_takes_and_the_other_way_round(
    place: Path, once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("sweep", "trained.toml", "--shard", "1/2") == 0
    run = ("run", "CheeseCorner", "--steps", "2048", "--levels", "8", "--seeds", "2")
    (folder,) = (place / "results").glob("CheeseCorner-*")
    other = "seed-0" if (folder / "seed-1").exists() else "seed-1"
    shutil.copytree(once / folder.name / other, folder / other)
    capsys.readouterr()
    assert goalgap(*run) == 0
    assert "trained already: seed 0, 1" in said(capsys)
    tables = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("seed-*/*")}
    assert goalgap("sweep", "trained.toml", "--table", "cells.csv") == 0
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("seed-*/*")} == tables
    rows = pyarrow.csv.read_csv(place / "cells.csv").to_pylist()
    logs = [path.read_text() for path in (place / "results" / "cells").rglob("*.log")]
    assert len(logs) == 2
    assert all("CheeseCorner, PPO, seed" in text for text in logs)
    assert [(row["seed"], row["mode"]) for row in rows] == [(s, m) for s in (0, 1) for m in ("sampled", "argmax")]
    assert goalgap("sweep", "trained.toml", "--dry-run") == 0
    assert "2 of 2 done" in said(capsys)
    shutil.rmtree(folder / "seed-0")
    assert goalgap("sweep", "trained.toml", "--dry-run") == 0
    assert "1 of 2 done" in said(capsys)


@pytest.mark.parametrize("name", ["agent.zip", "agent.json"])
def test_a_damaged_agent_fails_its_cell_with_what_to_do(
    name: str, place: Path, once: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(once, place / "results")
    (seed,) = place.glob("results/CheeseCorner-*/seed-1")
    (seed / name).write_bytes(b"{")
    assert goalgap("sweep", "trained.toml") == 2
    told = said(capsys)
    assert "1 of 2 cells failed, the others are kept; the first is CheeseCorner, PPO, seed 1: AgentError" in told
    assert f"remove the folder {seed} and train it again" in told
    assert "--retry-failed tries them again" in told
    assert goalgap("sweep", "trained.toml", "--status") == 0
    assert "the first is CheeseCorner, PPO, seed 1: AgentError" in said(capsys)


def test_training_that_diverges_is_a_failure_with_its_reason(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(PPORecipe, "callbacks", lambda *_: [Poison()])
    assert goalgap("sweep", "trained.toml") == 2
    assert "DivergedError: training diverged before" in said(capsys)
    assert not list(place.glob("results/CheeseCorner-*/seed-*"))


class Poison(BaseCallback):
    """Makes a weight NaN, as a loss that is NaN does."""

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        with torch.no_grad():
            next(self.model.policy.parameters()).view(-1)[0] = np.nan


@pytest.mark.parametrize("recipe", [TINY, DQNRecipe(steps=1024, n_envs=16, buffer=1000, minibatch=32, warmup=64)])
def test_no_agent_is_kept_whose_weights_are_no_numbers(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PPO dies of it somewhere in torch, DQN goes on without a word."""
    monkeypatch.setattr(ALGORITHMS[recipe.algorithm], "callbacks", lambda *_: [Poison()])
    with pytest.raises(DivergedError, match="no finite numbers; try a lower learning_rate"):
        train(TASK, recipe, 0, tmp_path / "agent")
    assert not (tmp_path / "agent").exists()


def test_the_slurm_script_works_through_its_shard(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("sweep", "references.toml", "--emit-slurm", "3", "--processes", "1") == 0
    script = capsys.readouterr().out
    assert "#SBATCH --array=1-3" in script
    told = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "SLURM_ARRAY_TASK_ID": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "2 of 2 done" in told.stderr
    assert len(list(place.rglob("sampled-8.parquet"))) == 2
    assert all(len(Episodes.read(path)) == 24 for path in place.rglob("sampled-8.parquet"))


MISTAKES = {
    ("none.toml",): "there is no file none.toml",
    (".",): ". is a folder: write a file",
    ("references.toml", "--status", "--retry-failed"): "leave out --dry-run and --retry-failed",
    ("references.toml", "--emit-slurm", "2", "--shard", "1/2"): "add other options to its last line",
    ("references.toml", "--emit-slurm", "2", "--table", "x.csv"): "add other options to its last line",
    ("references.toml", "--dry-run", "--table", "x.csv"): "--table is of what has come out",
    ("references.toml", "--dry-run", "--csv", "x.csv"): "--csv is of what has come out",
    ("references.toml", "--emit-slurm", "2", "--svg", "x.svg"): "add other options to its last line",
    ("references.toml", "--svg", "x.png"): "x.png must end in .svg",
    ("references.toml", "--shard", "3/2"): "a shard is I/N",
    ("references.toml", "--table", "x.xlsx"): "x.xlsx must end in .csv or .parquet",
    ("references.toml", "--processes", "0"): "processes must be at least 1",
    ("references.toml", "--emit-slurm", "0"): "shards must be at least 1",
    ("references.toml", "--address", "auto"): "add --engine ray",
    ("file.toml",): "a part of the path is a file",
    ("file.toml", "--dry-run"): "a part of the path is a file",
    ("long.toml", "--dry-run"): "the name is too long",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_mistakes_are_told_before_anything_starts(
    words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("sweep", *words) == 2
    assert MISTAKES[words] in said(capsys)
    assert not (place / "results").exists()


@pytest.mark.slow
def test_a_killed_sweep_goes_on_and_comes_to_the_same_agents(tmp_path: Path) -> None:
    """With processes of its own, one of which trains several seeds; killed while it trains, and undisturbed."""
    tables = []
    for name in ("killed", "undisturbed"):
        file = tmp_path / f"{name}.toml"
        file.write_text(TRAINED.replace("[0, 1]", "[0, 1, 2]") + f'results = "{tmp_path / name}"\n')
        words = [sys.executable, "-m", "goalgap", "sweep", str(file), "--processes", "1", "--table", f"{file}.csv"]
        if name == "killed":
            first = subprocess.Popen(words, start_new_session=True)
            while not list((tmp_path / name).rglob("cells/*/*.json")):
                time.sleep(0.05)
            time.sleep(0.5)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        subprocess.run(words, check=True)
        tables.append(Path(f"{file}.csv").read_bytes())
    assert tables[0] == tables[1]
    folders = [sorted((tmp_path / name).glob("CheeseCorner-*/seed-*")) for name in ("killed", "undisturbed")]
    for one, other in zip(*folders, strict=True):
        weights, same = (load_agent(folder, task("CheeseCorner")).model.policy.state_dict() for folder in (one, other))
        assert all(torch.equal(weights[name], same[name]) for name in weights)


@pytest.mark.parametrize("place_of", ["a full disk", "a pipe that nobody reads"])
def test_what_is_said_by_the_way_ends_no_sweep(place: Path, place_of: str) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    writes = writes if place_of.startswith("a pipe") else os.open("/dev/full", os.O_WRONLY)
    command = [sys.executable, "-m", "goalgap", "sweep", "references.toml"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writes, text=True, check=False)
    os.close(writes)
    assert done.returncode == 0
    assert "oracle:cheese" in done.stdout
