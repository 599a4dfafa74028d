"""What nearness is worth, counted by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from goalgap.envs.engine.maze import PLACE
from goalgap.envs.engine.maze.routes import SHARES, TARGET, WHOLE, chain, fading, nearness, note

HALVES = fading(1, 2)


def noted(*things):
    """Targets of (row, col, worth)."""
    targets, n = np.empty(len(things), TARGET).view(np.recarray), 0
    for row, col, worth in things:
        n = note(targets, n, np.array([(row, col)], PLACE).view(np.recarray)[0], worth)
    assert n == len(things)
    return targets


def test_things_fade_by_the_same_share_a_step():
    np.testing.assert_array_equal(HALVES[:4], [2**30, 2**29, 2**28, 2**27])
    assert fading(2, 3)[5] == int(2**WHOLE * Fraction(2, 3) ** 5)
    assert (np.diff(fading(3, 4)[:60]) < 0).all()


def test_the_best_other_thing_counts_as_from_there():
    targets = noted((1, 1, 8), (1, 3, 4), (6, 1, 16))
    chain(targets, 3, HALVES, 50)
    assert targets["worth"].tolist() == [8 * SHARES + 50, 4 * SHARES + 50 * 2, 16 * SHARES + 50 * 8 // 32]


def test_without_a_share_each_counts_alone():
    targets = noted((1, 1, 8), (1, 3, 4))
    chain(targets, 2, HALVES, 0)
    assert targets["worth"].tolist() == [800, 400]


@pytest.mark.parametrize(("cell", "best"), [((1, 1), 8 * 2**30), ((1, 2), 4 * 2**30), ((1, 5), 16 * 2**29)])
def test_a_cell_is_worth_the_best_of_what_is_near(cell, best):
    assert nearness(noted((1, 1, 8), (1, 6, 16)), 2, HALVES, *cell) == best


def test_nothing_is_worth_nothing():
    assert nearness(noted(), 0, HALVES, 1, 1) == 0
