"""Chasing on an open field, by hand, and held to what it promises on random places."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import bits_of

from goalgap.envs.engine.maze import PLACE
from goalgap.envs.engine.maze.chasing import any_at, away, chase, enclose


def places(*cells):
    return np.array(list(cells), PLACE).view(np.recarray)


@pytest.mark.parametrize(
    ("prey", "coin", "after"),
    [
        ((3, 7), False, (3, 4)),
        ((1, 3), True, (2, 3)),
        ((5, 4), False, (4, 3)),
        ((2, 6), True, (3, 4)),
        ((5, 5), True, (4, 3)),
        ((5, 5), False, (3, 4)),
        ((1, 1), False, (3, 2)),
    ],
)
def test_who_chases_takes_the_longer_way_and_the_coin_tells_between_equals(prey, coin, after):
    chasers = places((3, 3))
    chase(chasers, 0, places(prey)[0], coin)
    assert (chasers[0].row, chasers[0].col) == after


def test_who_is_in_the_way_is_walked_around_or_waited_for():
    chasers = places((3, 3), (3, 4))
    chase(chasers, 0, places((4, 7))[0], coin=False)
    assert (chasers[0].row, chasers[0].col) == (4, 3)
    chasers = places((3, 3), (3, 4))
    chase(chasers, 0, places((3, 7))[0], coin=False)
    assert (chasers[0].row, chasers[0].col) == (3, 3)
    chasers = places((3, 3), (3, 4), (4, 3))
    chase(chasers, 0, places((4, 7))[0], coin=False)
    assert (chasers[0].row, chasers[0].col) == (3, 3)


def test_chasers_come_nearer_by_a_cell_and_never_meet_each_other():
    rng = np.random.default_rng(0)
    for _ in range(300):
        cells = rng.permutation(25)[:5]
        chasers = places(*((1 + cell // 5, 1 + cell % 5) for cell in cells.tolist()))
        prey = places(tuple(rng.integers(1, 6, 2).tolist()))[0]
        before = [away(place, prey.row, prey.col) for place in chasers]
        for i in range(5):
            if before[i]:
                chase(chasers, i, prey, bool(rng.integers(2)))
        for place, steps in zip(chasers, before, strict=True):
            assert away(place, prey.row, prey.col) in (steps, steps - 1)
        assert len({(place.row, place.col) for place in chasers}) == 5
        assert all(any_at(chasers, place.row, place.col) for place in chasers)
        assert not any_at(chasers, 9, 9)


def test_a_field_has_a_border_and_nothing_within():
    walls = np.zeros(5, np.uint64)
    enclose(walls)
    np.testing.assert_array_equal(walls, bits_of("##### #...# #...# #...# #####"))
