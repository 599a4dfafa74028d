"""A room is an empty rectangle with walls around it and one door, which leads to the street."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from helpers import bits_of, cells_of, steps_from, unpacked

from goalgap.envs.engine.maze.carving import carve, main_part
from goalgap.envs.engine.maze.cells import COL_STEP, ROW_STEP
from goalgap.envs.engine.maze.rooms import off_the_way, open_door, place_room


@pytest.fixture(autouse=True)
def _silent():
    """Words overflow on purpose."""
    with np.errstate(over="ignore"):
        yield


def built(seed, perfect, size):
    rng, walls = np.array([seed], np.uint64), np.zeros(size + 2, np.uint64)
    carve(walls, perfect, rng)
    room = place_room(walls, perfect, rng)
    closed = walls.copy()
    street = main_part(walls, rng)
    return SimpleNamespace(
        walls=walls, room=room, closed=closed, street=street, door=open_door(walls, street, room, rng)
    )


def box(cells, ring=0):
    """All cells of the rectangle that some cells span, and of a ring around it."""
    rows, cols = ([cell[axis] for cell in cells] for axis in (0, 1))
    return set(product(range(min(rows) - ring, max(rows) + ring + 1), range(min(cols) - ring, max(cols) + ring + 1)))


@pytest.mark.parametrize(("perfect", "size", "sides"), [(0, 5, {2}), (0, 9, {3, 4}), (1, 5, {3}), (1, 9, {3})])
def test_a_room_is_a_rectangle_walled_in_until_its_door_is_opened(perfect, size, sides):
    doors, met = 0, set()
    for seed in range(40):
        made = built(seed, perfect, size)
        cells, street, closed = set(cells_of(made.room)), set(cells_of(made.street)), set(cells_of(made.closed))
        met |= {len({cell[axis] for cell in cells}) for axis in (0, 1)}
        assert cells == box(cells)
        assert box(cells, ring=1) <= closed
        row, col, way = made.door
        if row > 0:  # else no cell of the street lies beside the ring
            doors += 1
            assert closed - set(cells_of(made.walls)) == cells | {(row, col)}
            assert (row + ROW_STEP[way], col + COL_STEP[way]) in cells
            assert (row - ROW_STEP[way], col - COL_STEP[way]) in street
    assert met == sides
    assert doors > 20


def test_without_a_street_beside_it_a_room_has_no_door():
    walls, room = bits_of("##### ##### ##### ##### #####"), bits_of("..... ..... ..r.. ..... .....", "r")
    assert open_door(walls, np.zeros(5, np.uint64), room, np.zeros(1, np.uint64)) == (0, 0, 0)
    np.testing.assert_array_equal(walls, bits_of("##### ##### ##.## ##### #####"))


def test_what_is_off_the_way_lies_on_no_shortest_way_through_the_room():
    room = bits_of("####### #.....# #.....# #.....# #.....# #.....# #######", ".")
    for start in ((1, 1), (3, 2), (5, 5)):
        for end in ((1, 4), (4, 4), (3, 2)):
            away, back = (steps_from(unpacked(room)[None], [row], [col])[0] for row, col in (start, end))
            aside = off_the_way(room, SimpleNamespace(row=start[0], col=start[1]), *end)
            np.testing.assert_array_equal(unpacked(aside), (away >= 0) & (away + back > away[end]))
