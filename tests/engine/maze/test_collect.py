"""Collecting is held to brute force over cells, what has been taken and tokens in hand, in small random grids."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import cell, cells_of, random_walls, unpacked

from goalgap.envs.engine.kernels.compile import compiled
from goalgap.envs.engine.maze.cells import COL_STEP, PLACE, ROW_STEP
from goalgap.envs.engine.maze.collect import WANTED, collect

KINDS = {  # worth, tokens, and whether it ends everything
    "good and bad": [(1.0, 0, False), (-1.0, 0, False), (2.0, 0, False), (-0.25, 0, False)],
    "keys and chests": [(0.0, 1, False), (1.0, -1, False), (1.0, 1, False), (0.125, -1, False)],
    "ends": [(1.0, 0, False), (-1.0, 0, True), (2.0, 0, True), (0.5, 1, False), (3.0, -1, True)],
}


def drawn(seed, kinds, n=4):
    """A grid, a place and things on different cells; the first of its neighbours is free, or a wall to bump into."""
    rng = np.random.default_rng(seed)
    walls = random_walls(rng, share=0.2)
    spots = rng.permutation(np.argwhere(~unpacked(walls)))[: n + 1]
    place, things = np.zeros(1, PLACE), np.zeros(n, WANTED)
    place[0] = tuple(spots[0])
    for thing, spot, kind in zip(things, spots[1:], rng.integers(0, len(kinds), n), strict=True):
        thing["place"] = tuple(spot)
        thing["worth"], thing["tokens"], thing["ends"] = kinds[kind]
    return walls, place[0], int(rng.integers(0, 2)), things


def brute_force(walls, place, held, limit, things, home=None):
    """The most worth, and the fewest steps to it, of all ways to walk; with a home, of those that end there."""
    where = {tuple(thing["place"].tolist()): i for i, thing in enumerate(things)}
    states, best = {(*place.tolist(), frozenset(), held, False)}, (0.0, 0)
    blocked = set(cells_of(walls))
    for t in range(1, limit + 1):
        states = {after for state in states for after in steps_of(state, blocked, where, things)}
        ends = [state for state in states if home is None or state[:2] == home]
        most = max((sum(things["worth"][list(end[2])]) + end[3] * (home is not None) for end in ends), default=0.0)
        best = (most, t) if most > best[0] else best
    return best


def steps_of(state, blocked, where, things):
    row, col, taken, held, over = state
    for action in range(0 if over else 4):
        cell = (row + int(ROW_STEP[action]), col + int(COL_STEP[action]))
        cell = (row, col) if cell in blocked else cell
        i = where.get(cell)
        if i is None or i in taken or things[i]["tokens"] + held < 0:
            yield *cell, taken, held, False
        else:
            yield *cell, taken | {i}, held + int(things[i]["tokens"]), bool(things[i]["ends"])


@pytest.mark.parametrize("kinds", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("limit", [0, 1, 5, 12])
def test_no_way_to_walk_collects_more_or_as_much_any_sooner(kinds, limit):
    fast = compiled(collect)
    for seed in range(25):
        walls, place, held, things = drawn(seed, kinds)
        claimed = fast(walls, place, held, limit, things, 0)
        assert claimed == pytest.approx(brute_force(walls, place, held, limit, things), abs=1e-12), seed


def test_without_things_there_is_nothing_to_gain():
    walls, place, held, things = drawn(0, KINDS["good and bad"])
    assert compiled(collect)(walls, place, held, 9, things[:0], 0) == (0.0, 0)


@pytest.mark.parametrize("limit", [0, 1, 5, 12])
def test_what_must_be_brought_home_counts_there(limit):
    """Each token pays 1 then, those in hand too."""
    fast, kinds = compiled(collect), [(0.0, 1, False), (-2.0, 1, False), (0.5, 1, False), (-0.5, 1, False)]
    for seed in range(25):
        walls, place, held, things = drawn(seed, kinds, 5)
        things, home = things[:4], cell(things[4]["place"])
        claimed = fast(walls, place, held, limit, things, 7 * home[0] + home[1])
        assert claimed == pytest.approx(brute_force(walls, place, held, limit, things, home), abs=1e-12), seed
