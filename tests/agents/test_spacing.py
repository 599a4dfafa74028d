"""Looks at an agent that learns are as many as the time they take allows: on a clock that the test moves."""

from __future__ import annotations

import numpy as np
import pytest

from goalgap.agents.spacing import Spacing


class Clock:
    """A clock that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def trained(spacing: Spacing, clock: Clock, costs: list[float], rounds: int, start: int = 0) -> list[int]:
    """A training of rounds of a second and 10 steps, looked at when a look is due; the steps of the looks."""
    looks, left = [], iter(costs)
    spacing.begin(start)
    for steps in range(start, start + 10 * rounds, 10):
        if spacing.due(steps):
            looks.append(steps)
            with spacing.looking(steps):
                clock.now += next(left)
        clock.now += 1.0
    return looks


def test_looks_and_one_more_at_the_end_stay_within_the_share() -> None:
    clock = Clock()
    spacing = Spacing(0.1, clock=clock)
    costs = np.random.default_rng(0).uniform(0.5, 1.0, 1000).tolist()
    looks = trained(spacing, clock, costs, 1000)
    with spacing.looking(10_000):
        clock.now += 0.5
    assert spacing.trained == pytest.approx(1000)
    assert 0.09 < spacing.spent / spacing.trained <= 0.1
    assert spacing.spent == pytest.approx(sum(costs[: len(looks)]) + 0.5)


@pytest.mark.parametrize("cost", [0.1, 1.0, 5.0])
def test_looks_are_as_far_apart_as_they_are_dear(cost: float) -> None:
    """Between two looks lies training of ten times what a look takes; before the second, that of one more."""
    clock = Clock()
    looks = trained(Spacing(0.1, clock=clock), clock, [cost] * 1000, 400)
    assert looks[0] == 0
    assert looks[1] == pytest.approx(300 * cost, abs=10)
    assert set(np.diff(looks[1:])) <= {100 * cost - 10, 100 * cost, 100 * cost + 10}


def test_looks_that_become_dear_become_rare() -> None:
    clock = Clock()
    looks = trained(Spacing(0.1, clock=clock), clock, [0.1] * 10 + [4.0] * 100, 500)
    assert max(np.diff(looks[:10])) <= 40
    assert min(np.diff(looks[11:])) >= 390


def test_time_between_trainings_is_none_of_training() -> None:
    clock = Clock()
    spacing = Spacing(0.1, clock=clock)
    trained(spacing, clock, [1.0] * 10, 10)
    clock.now += 10_000
    assert trained(spacing, clock, [1.0] * 10, 5, start=100) == []
    assert spacing.trained < 20


def test_a_fixed_schedule_asks_for_no_clock() -> None:
    """After every 40 steps, at the first opportunity, also where training goes on or begins anew."""
    clock = Clock()
    spacing = Spacing(0.1, every=40, clock=clock)
    assert trained(spacing, clock, [1e6] * 100, 10) == [40, 80]
    assert trained(spacing, clock, [1e6] * 100, 10, start=100) == [120, 160]
    assert trained(spacing, clock, [1e6] * 100, 10) == [40, 80]
    assert trained(Spacing(0.1, every=25, clock=clock), clock, [0.0] * 100, 10) == [30, 50, 80]
