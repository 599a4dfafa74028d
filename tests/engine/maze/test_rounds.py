"""Rounds of stops: ways that end at stops, and the best round by trying all."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from helpers import bits_of, steps_from, unpacked

from goalgap.envs.engine.kernels.compile import compiled
from goalgap.envs.engine.maze import rounds

WALLS = bits_of("#####  #...#  #.#.#  #...#  #####")
CORNERS = [(1, 1), (1, 3), (3, 3), (3, 1)]


def number(row, col):
    return 5 * row + col


@pytest.mark.parametrize("start", CORNERS)
def test_steps_go_up_to_stops_and_on_through_none(start):
    away = compiled(rounds.steps_from)
    nothing, stop = np.zeros(5, np.uint64), bits_of("..... ...x. ..... ..... .....", "x")
    free = ~unpacked(WALLS)[None]
    plain = steps_from(free, [start[0]], [start[1]])[0]
    assert np.where(plain < 0, rounds.FAR, plain).ravel().tolist() == away(WALLS, nothing, number(*start)).tolist()
    blocked = free.copy()
    blocked[0, 1, 3] = start == (1, 3)
    around = steps_from(blocked, [start[0]], [start[1]])[0]
    met = away(WALLS, stop, number(*start)).reshape(5, 5)
    others = np.argwhere(blocked[0] & (np.arange(25).reshape(5, 5) != number(1, 3)))
    assert [met[row, col] for row, col in others] == [around[row, col] for row, col in others]
    assert met[1, 3] == plain[1, 3]


def test_onward_takes_the_first_of_the_shortest_ways_that_passes_no_stop():
    steps, onward = compiled(rounds.steps_from), compiled(rounds.onward)
    away = steps(WALLS, np.zeros(5, np.uint64), number(1, 1))
    assert onward(away, np.zeros(5, np.uint64), number(3, 3)) == number(2, 3)
    assert onward(away, bits_of("..... ..... ...x. ..... .....", "x"), number(3, 3)) == number(3, 2)


def test_shuffling_gives_all_orders_of_the_first_numbers_alike():
    shuffle, rng, met = compiled(rounds.shuffle), np.zeros(1, np.uint64), []
    for _ in range(2400):
        order = np.arange(5, dtype=np.uint8)
        shuffle(order, 4, rng)
        assert order[4] == 4
        met.append(tuple(order[:4].tolist()))
    counts = [met.count(order) for order in permutations(range(4))]
    assert min(counts) > 60
    assert max(counts) < 140


def best(after, steps, last, left):
    """What the best visits pay, by trying all."""
    visits = [k for k in range(len(after)) if k != last and steps[last, k] <= left]
    return max([0, *((1 if after[last] == k else -1) + best(after, steps, k, left - steps[last, k]) for k in visits)])


@pytest.mark.parametrize("seed", range(5))
def test_plans_are_the_best_of_all_visits(seed):
    """Also where it pays to be fined for a short cut, and of a stop that cannot be reached."""
    rng = np.random.default_rng(seed)
    steps = rng.integers(2, 6, (4, 4)).astype(np.uint16)
    steps[:, 3] = rounds.FAR if seed == 0 else steps[:, 3]
    after = np.array([1, 2, 0, 3] if seed == 0 else [1, 2, 3, 0], np.uint8)
    plan = compiled(rounds.plan)(after, steps, 16)
    assert plan[..., 0].tolist() == [[best(after, steps, k, t) for k in range(4)] for t in range(17)]
    assert (plan[..., 1] <= np.arange(17)[:, None]).all()
    assert ((plan[..., 1] == 0) == (plan[..., 0] == 0)).all()
