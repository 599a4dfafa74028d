"""Walking is held to distances by plain flooding, in small random grids."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from helpers import bits_of, cells_of, random_walls, steps_from, unpacked

from goalgap.envs.engine.maze import walking

GRIDS = [random_walls(np.random.default_rng(seed)) for seed in range(20)]


@pytest.fixture(autouse=True)
def _silent():
    """Words overflow on purpose."""
    with np.errstate(over="ignore"):
        yield


@pytest.fixture(params=GRIDS, ids=range(20))
def walls(request):
    return request.param


def drawn(walls, n=2, seed=0):
    """Different free cells."""
    free = np.argwhere(~unpacked(walls))
    return [tuple(cell) for cell in np.random.default_rng(seed).permutation(free)[:n].tolist()]


def truth(walls, start):
    return steps_from(~unpacked(walls)[None], *([number] for number in start))[0]


def one_cell(cell):
    bits = np.zeros(7, np.uint64)
    bits[cell[0]] |= np.uint64(1 << cell[1])
    return bits


def test_flooding_reaches_what_walking_reaches(walls):
    for start in drawn(walls, 3):
        reach = one_cell(start)
        walking.flood(walls, reach)
        np.testing.assert_array_equal(unpacked(reach), truth(walls, start) >= 0)


def test_a_set_grows_by_one_step_until_it_cannot(walls):
    (start,) = drawn(walls, 1)
    frontier, scratch, steps = one_cell(start), np.zeros(7, np.uint64), truth(walls, start)
    for distance in range(1, steps.max() + 1):
        assert walking.dilate(walls, frontier, scratch)
        np.testing.assert_array_equal(unpacked(frontier), (steps >= 0) & (steps <= distance))
    assert not walking.dilate(walls, frontier, scratch)


def test_beside_a_set_are_its_neighbours(walls):
    cells = unpacked(walls)
    around = np.logical_or.reduce([np.roll(cells, by, axis) for by in (1, -1) for axis in (0, 1)])
    words = np.array([walking.beside(walls, row) for row in range(1, 6)])
    np.testing.assert_array_equal(((words[:, None] >> np.arange(1, 6, dtype=np.uint64)) & 1 == 1), around[1:-1, 1:-1])


def test_the_nearest_of_a_set_is_as_near_as_any(walls):
    start, *targets = drawn(walls, 4)
    bits = sum(one_cell(cell) for cell in targets)
    ways = {cell: truth(walls, start)[cell] for cell in targets}
    near = [way for way in ways.values() if way >= 0]
    steps, row, col = walking.nearest(walls, *start, bits)
    assert steps == (min(near) if near else -1)
    assert (ways[row, col] == steps) if near else (row, col) == (0, 0)


def test_steps_to_a_cell_and_to_where_one_is(walls):
    start, end = drawn(walls)
    place = SimpleNamespace(row=start[0], col=start[1])
    assert walking.steps_to(walls, place, *end) == truth(walls, start)[end]
    assert walking.steps_to(walls, place, *start) == 1


def test_a_greedy_tour_visits_all_or_says_that_it_cannot(walls):
    start, *targets = drawn(walls, 4)
    bits, left, here, total = sum(one_cell(cell) for cell in targets), set(targets), start, 0
    while left and total >= 0:
        steps, row, col = walking.nearest(walls, *here, sum(one_cell(cell) for cell in left))
        total, here = total + steps if steps >= 0 else -1, (row, col)
        left -= {here}
    assert walking.greedy_tour(walls, *start, bits) == total


def test_cells_on_a_shortest_way_are_cut_and_no_others(walls):
    (start,) = drawn(walls, 1)
    away = truth(walls, start)
    end = np.unravel_index(away.argmax(), away.shape)
    back = truth(walls, end)
    cells = (away >= 0).astype(np.uint64) @ (np.uint64(1) << np.arange(7, dtype=np.uint64))
    walking.cut_shortest_ways(cells, walls, SimpleNamespace(row=start[0], col=start[1]), *end)
    np.testing.assert_array_equal(unpacked(cells), (away >= 0) & (away + back > away[end]))


@pytest.mark.parametrize(
    ("steps", "left", "expected"),
    [(1, 1, (1.0, 1)), (3, 9, (0.25, 3)), (3, 3, (0.25, 3)), (4, 3, (0.0, 0)), (-1, 9, (0.0, 0))],
)
def test_arriving_is_worth_what_is_left_of_one_by_then(steps, left, expected):
    assert walking.arrival(steps, left, 0.5) == expected


def test_a_way_can_be_seen():
    walls = bits_of("##### #.#.# #.#.# #...# #####")
    assert walking.nearest(walls, 1, 1, bits_of("..... ...*. ..... ..... .....", "*")) == (6, 1, 3)
    assert len(list(cells_of(walls))) == 18


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_what_is_within_some_steps_of_a_set(walls, steps):
    one, other = drawn(walls)
    near = walking.within(walls, one_cell(one) | one_cell(other), steps)
    far = [truth(walls, start) for start in (one, other)]
    np.testing.assert_array_equal(unpacked(near), np.any([(way >= 0) & (way <= steps) for way in far], axis=0))


def test_what_is_near_a_place_is_within_two_steps_and_joins_what_is_there(walls):
    for start in drawn(walls, 40):
        cells = one_cell((0, 6))
        walking.add_near(walls, SimpleNamespace(row=start[0], col=np.int64(start[1])), cells)
        np.testing.assert_array_equal(cells, walking.within(walls, one_cell(start), 2) | one_cell((0, 6)))


@pytest.mark.parametrize(("least", "most"), [(1, 1), (2, 3)])
def test_a_ring_is_what_is_so_many_steps_away_from_a_set(walls, least, most):
    one, other = drawn(walls)
    steps = np.array([truth(walls, start) for start in (one, other)])
    nearest = np.where(steps < 0, 99, steps).min(axis=0)
    found = walking.ring(walls, one_cell(one) | one_cell(other), least, most)
    np.testing.assert_array_equal(unpacked(found), (nearest >= least) & (nearest <= most))


def test_a_visit_goes_to_the_nearest_and_takes_it_out_of_the_set():
    corridor, targets = bits_of("####### #.....# #######"), bits_of("....... .*.*.*. .......", "*")
    assert walking.visit(corridor, 1, 2, targets.copy(), 0) == (0, 1, 2)
    assert walking.visit(corridor, 1, 4, left := targets.copy(), 2) == (3, 1, 1)
    assert cells_of(left) == [(1, 5)]
    assert walking.visit(corridor, 1, 4, targets.copy(), 4) == (-1, 0, 0)
