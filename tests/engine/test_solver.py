"""Brute force over `step` knows levels that can be solved by hand; that fast solvers agree with it is in tests/envs."""

from __future__ import annotations

import pytest
from helpers import batch_of, small

from goalgap import task
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.parse import parse
from goalgap.envs.engine.solver import brute_force

DRAWN = """
    #######
    #....c#
    #.###.#
    #.###.#
    #.###.#
    #.m...#
    #######
"""


@pytest.mark.parametrize(
    ("horizon", "cheese", "corner"), [(4, 0, 0), (5, 0, 0.95**4), (6, 0, 0.95**4), (7, 1, 0.95**4)]
)
def test_a_level_that_can_be_solved_by_hand(horizon, cheese, corner):
    """Seven steps to the cheese, five to the corner."""
    levels = parse(task("CheeseCorner", split="deploy", size=5, horizon=horizon), DRAWN)
    optima = [brute_force(task("CheeseCorner", size=5, horizon=horizon), levels, goal) for goal in (0, 1)]
    assert optima == pytest.approx([cheese * 0.95**6, corner])


def test_it_goes_on_from_any_state():
    made = task("CheeseCorner", size=5)
    batch = Batch.on(made, parse(made, DRAWN))
    for action in (3, 0, 0):  # left, up, up: two steps from the corner
        batch.step([action])
    assert brute_force(batch.task, batch.levels, 1, batch.states) == pytest.approx(0.95)
    for action in (0, 0):
        batch.step([action])
    assert brute_force(batch.task, batch.levels, 1, batch.states) == 0.0


def test_one_level_at_a_time():
    levels = batch_of(small("CheeseCorner"), 2).levels
    with pytest.raises(ValueError, match="one level at a time, not 2"):
        brute_force(small("CheeseCorner"), levels, 0)
