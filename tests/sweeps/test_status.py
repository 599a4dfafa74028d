"""Where a sweep stands and how long it takes, by what is known; and the line that says so."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from goalgap import SUITE
from goalgap.agents.recipes import default_algorithm
from goalgap.cli import sweeping
from goalgap.sweeps.outcomes import About, Outcome, Result, training_seconds
from goalgap.sweeps.paces import STARTING, Pace, Paces, crowding, elsewhere, publish
from goalgap.sweeps.status import Tally, duration

ABOUT = About(environment="CheeseDish", agent="PPO", levels=1000, steps=1_000_000)


REFERENCE = About(environment="CheeseDish", agent="random", levels=1000)


def ended(seconds: float, key: str = "a", about: About = ABOUT, **result: float) -> Outcome:
    return Outcome(key=key, about=about, status="done", seconds=seconds, result=Result(**result))


def test_what_is_left_is_the_sum_of_what_cells_take_over_the_processes() -> None:
    tally = Tally(4, processes=2)
    for _ in range(4):
        tally.wait_for(ABOUT, 100.0)
    assert tally.seconds_left == 200
    tally.end(ended(150), 100.0)
    assert tally.seconds_left == pytest.approx(225), "this machine is half as fast again"
    assert str(tally) == "1 of 4 done, 0 running, 0 failed, about 4 minutes left"
    for _ in range(2):
        tally.end(ended(150), 100.0)
    assert tally.seconds_left == pytest.approx(150), "one cell is left, which no second process makes faster"
    tally.end(ended(150), 100.0)
    assert str(tally) == "4 of 4 done, 0 running, 0 failed"


def test_cells_of_which_nobody_knows_are_like_those_that_have_ended() -> None:
    tally = Tally(3)
    for _ in range(3):
        tally.wait_for(ABOUT, None)
    assert tally.seconds_left is None
    assert "left" not in str(tally)
    tally.end(ended(50), None)
    assert tally.seconds_left == 100


def test_an_agent_that_was_there_already_says_nothing_of_trainings() -> None:
    tally = Tally(5)
    for _ in range(5):
        tally.wait_for(ABOUT, 100.0)
    tally.end(ended(2, trained=90.0), 100.0)
    assert tally.seconds_left == 400
    tally.end(ended(110, trained=90.0), 100.0)
    assert tally.seconds_left == pytest.approx(330)


def test_what_reference_policies_take_says_nothing_of_trainings() -> None:
    """They are there in a second where three were expected, and trainings take as long as they do."""
    tally, other = Tally(6), ABOUT.model_copy(update={"environment": "IceCream"})
    for about, seconds in ((REFERENCE, 3.0), (REFERENCE, 3.0), (ABOUT, 100.0), (ABOUT, 100.0), (other, 50.0)):
        tally.wait_for(about, seconds)
    tally.wait_for(other.model_copy(update={"agent": "mine"}), None)
    tally.end(ended(1, about=REFERENCE), 3.0)
    assert tally.seconds_left is None, "nobody knows how long a training of mine takes"
    assert "left" not in str(tally)
    tally.end(ended(1, about=REFERENCE), 3.0)
    tally.end(ended(200), 100.0)
    assert tally.seconds_left == pytest.approx(200 + 2 * 50 + 200), "of its kind, of trainings, of trainings"
    tally.end(ended(50, about=other), 50.0)
    assert tally.seconds_left == pytest.approx(200 + 125)


def test_paces_are_those_measured_here_and_else_elsewhere() -> None:
    paces, there = Paces(), elsewhere()["CheeseDish"]["PPO"]
    assert paces.seconds(ABOUT) == pytest.approx(1_000_000 * there.step + 1000 * there.level, abs=5)
    other = ABOUT.model_copy(update={"agent": "mine:train"})
    assert paces.pace(other) == there, "of an algorithm that nobody has measured, that of the usual one"
    paces.learn(ended(120, steps=500_000, trained=100, played=10))
    assert paces.seconds(ABOUT) == pytest.approx(200 + 10, abs=5)
    assert paces.pace(other) == there
    assert Paces().seconds(About(environment="Elsewhere", agent="mine", steps=5)) is None
    alone, crowded = (Paces(crowding=shared).seconds(ABOUT) for shared in (1.0, 2.0))
    assert alone is not None
    assert crowded == pytest.approx(2 * alone - STARTING), "where two processes share a core"


def test_processes_are_crowded_where_there_are_more_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 5}, raising=False)
    assert [crowding(processes) for processes in (1, 2, 3, 8)] == [1.0, 1.0, 1.5, 4.0]


@pytest.mark.parametrize("name", SUITE)
def test_the_standard_recipe_of_every_environment_has_been_measured(name: str) -> None:
    assert default_algorithm(name) in elsewhere().get(name, {}), f"run python benchmarks/paces.py {name} --keep"
    pace = elsewhere()[name][default_algorithm(name)]
    assert 1e-6 < pace.step < 1e-2
    assert 1e-5 < pace.level < 1


def test_paces_are_published_beside_those_that_are_known(tmp_path: Path) -> None:
    known = elsewhere()
    publish({"CheeseDish": {"mine": Pace(1.23456e-3, 2.0)}}, tmp_path / "paces.json")
    told = json.loads((tmp_path / "paces.json").read_text())
    assert told["CheeseDish"].pop("mine") == {"step": 1.23e-3, "level": 2.0}
    assert {name: {each: Pace(**pace) for each, pace in paces.items()} for name, paces in told.items()} == known


@pytest.mark.parametrize(
    ("details", "seconds"),
    [
        ({}, 0.0),
        ({"seconds": 100.0}, 100.0),
        ({"seconds": 100.0, "processor_seconds": 40.0, "device": "cpu"}, 40.0),
        ({"seconds": 100.0, "processor_seconds": 700.0, "device": "cpu"}, 100.0),
        ({"seconds": 100.0, "processor_seconds": 40.0, "device": "cuda"}, 100.0),
    ],
)
def test_training_beside_other_work_is_told_as_if_it_had_been_alone(details: dict[str, Any], seconds: float) -> None:
    assert training_seconds(details) == seconds


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 seconds"), (99, "99 seconds"), (120, "2 minutes"), (5400, "90 minutes"), (2e4, "5.6 hours")],
)
def test_times_are_told_in_the_largest_unit_that_says_enough(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def told_on(monkeypatch: pytest.MonkeyPatch, terminal: bool = False, failures: int = 0) -> str:
    stream, tally = io.StringIO(), Tally(1000)
    monkeypatch.setattr(sweeping, "output", lambda **_: Console(file=stream, force_terminal=terminal, width=120))
    with sweeping.line_shown(tally) as shown:
        for k in range(1000):
            status = "failed" if k < failures else "done"
            outcome = Outcome(key=str(k), about=ABOUT, status=status, reason="a [bad] day\x1b[2J")
            tally.end(outcome, 1.0)
            shown(outcome)
    return stream.getvalue()


def test_a_pipe_is_not_flooded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_on(monkeypatch).splitlines() == ["1000 of 1000 done, 0 running, 0 failed"]
    lines = told_on(monkeypatch, failures=500).splitlines()
    assert lines[0] == "failed: CheeseDish, PPO, seed 0: a [bad] day?[2J"
    assert len(lines) == 11
    monkeypatch.setattr(sweeping, "SELDOM", 0.0)
    assert len(told_on(monkeypatch).splitlines()) == 1001, "otherwise there is a line for each change"


def test_a_terminal_shows_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1000 of 1000 done, 0 running, 0 failed" in told_on(monkeypatch, terminal=True)
