"""`goalgap bench`: a method on several environments, resumable, with what fails told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import goalgap

from goalgap.eval.suite import Suite
from goalgap.eval.table.episodes import Episodes
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.site.suite import methods, suite_table
from goalgap.methods import Cell
from goalgap.sweeps.paces import hours

METHODS = """
from pathlib import Path


class Always:
    name = "always"

    def __init__(self, action):
        self.action = action

    def __call__(self, obs, state, episode_start):
        import numpy as np

        return np.full(len(obs), self.action), state


def train(task, seed, budget):
    with Path("trained.txt").open("a") as file:
        file.write(f"{task.game.name} {seed} {budget}\\n")
    return Always(seed % len(task.game.actions))


def network(task, seed, budget):
    from stable_baselines3 import DQN

    import goalgap

    kwargs = {"net_arch": [8 + seed]}
    return DQN("MlpPolicy", goalgap.vec_env(task, 1), policy_kwargs=kwargs, buffer_size=10, seed=seed, device="cpu")


def moody(task, seed, budget):
    if seed == 1 and not Path("mended").exists():
        raise RuntimeError("a bad day")
    return train(task, seed, budget)
"""
TWO = ("--envs", "CheeseCorner", "ChimeBandit", "--seeds", "2", "--levels", "8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / f"methods_of_{tmp_path.name}.py").write_text(METHODS)
    return tmp_path


def method(here: Path, name: str) -> str:
    return f"methods_of_{here.name}:{name}"


def trained(here: Path) -> list[str]:
    return sorted((here / "trained.txt").read_text().splitlines())


def test_a_function_is_trained_evaluated_and_summed_up_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bench", method(here, "train"), *TWO, "--budget", "0.5")
    assert goalgap(*words, "--dry-run") == 0
    assert "4 trainings, 0 of them done; about " in " ".join(capsys.readouterr().out.split())
    assert not (here / "results").exists()
    assert goalgap(*words) == 0
    assert "train: interquartile means" in " ".join(capsys.readouterr().out.split())
    wanted = [f"CheeseCorner {seed} 400000" for seed in (0, 1)] + [f"ChimeBandit {seed} 250000" for seed in (0, 1)]
    assert trained(here) == wanted
    (place,) = (here / "results" / "bench").iterdir()
    suite = Suite.model_validate_json((place / "suite.json").read_text())
    assert (suite.seeds, set(suite.environments)) == (2, {"CheeseCorner", "ChimeBandit"})
    (run,) = Episodes.read(place / "CheeseCorner" / "seed-1-8.parquet").runs
    assert (run.agent, run.training_seed, run.details["budget"]) == (method(here, "train"), 1, 400_000)
    assert goalgap(*words) == 0
    assert trained(here) == wanted
    assert "4 of them done" in " ".join(capsys.readouterr().out.split())


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
    assert goalgap("enter", place, *words) == 2
    assert not (here / "board" / "CheeseCorner").exists()
    taken.rmdir()
    capsys.readouterr()
    assert goalgap("enter", place, *words) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Ours: interquartile means" in said
    made = board.ordered(entry.read_entries(here / "board"))
    assert [(each.board, each.standing.status) for listed in made.values() for each, _ in listed] == [
        ("CheeseCorner", "replayed"), ("ChimeBandit", "replayed"),
    ]  # fmt: skip
    (line,) = (table := suite_table(methods(made))).lines
    cells = table.cells(line)
    assert (cells["method"].text, cells["environments"].text, cells["training seeds"].text) == ("Ours", "2", "2")
    told = Suite.model_validate_json((place / "suite.json").read_text())
    for title, estimate in (("score in deployment", told.whole.score), ("goal gap", told.whole.gap)):
        assert cells[title].exact == estimate
    assert cells["goal gap, side-effect proxies"].exact == told.kinds["side-effect"].gap


def test_what_fails_is_told_and_takes_nothing_with_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bench", method(here, "moody"), "--envs", "CheeseCorner", "--seeds", "3", "--levels", "8")
    assert goalgap(*words) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "1 of 3 trainings failed, the others are kept: CheeseCorner seed 1: RuntimeError: a bad day" in said
    (here / "mended").touch()
    assert goalgap(*words) == 0
    assert [line.split()[1] for line in trained(here)] == ["0", "1", "2"]


def test_an_algorithm_of_ours_is_trained_and_kept(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bench", "PPO", "--envs", "CheeseCorner", "--seeds", "1", "--levels", "8", "--budget", "0.002")
    assert goalgap(*words) == 0
    place = here / "results" / "bench" / "PPO-x0.002" / "CheeseCorner"
    assert json.loads((place / "seed-0" / "agent.json").read_text())["recipe"]["steps"] == 1600
    (place / "seed-0-8.parquet").unlink()
    assert goalgap(*words) == 0
    assert (place / "seed-0-8.parquet").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("PPPO",), "there is no method 'PPPO': a method is one of PPO, RecurrentPPO, A2C, TRPO, DQN"),
        (("nowhere:train",), "No module named 'nowhere'"),
        (("math:pi",), "is no function"),
        (("math:train",), "has no attribute 'train'"),
        (("PPO", "--envs", "CheesCorner"), "did you mean 'CheeseCorner'"),
        (("PPO", "--seeds", "0"), "seeds must be at least 1"),
        (("PPO", "--budget", "0"), "budget is a multiple"),
        (("PPO", "--budget", "nan"), "budget is a multiple"),
    ],
)
def test_mistakes_are_told_before_any_work(
    here: Path, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap("bench", *words) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (here / "results").exists()


def test_times_come_from_the_records_of_entries() -> None:
    one, two = (hours("PPO", "CheeseDish", steps) for steps in (10**6, 2 * 10**6))
    assert one is not None
    assert two == pytest.approx(2 * one)
    assert 0 < one < 2
    assert hours("mine:train", "CheeseDish", 10**6) == one


def test_another_budget_or_damage_is_not_taken_for_finished(tmp_path: Path) -> None:
    cell = Cell("mine", "CheeseCorner", 0, 100, 4, tmp_path)
    assert cell.episodes() is None
    cell.path.parent.mkdir(parents=True)
    cell.path.write_bytes(b"half")
    assert cell.episodes() is None
