"""Boards as one word, held to the same done cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import bits_of, cells_of, random_walls, reachable, unpacked

from goalgap.envs.engine.kernels.compile import compiled
from goalgap.envs.engine.maze import PLACE
from goalgap.envs.engine.maze import words as module

ROWS = 7
names = ("around", "between", "encode", "has", "join", "joined", "loose", "occupied", "packed", "pick", "pushable")
around, between, encode, has, join, joined, loose, occupied, packed, pick, pushable = (
    compiled(getattr(module, name)) for name in names
)


def word_of(cells):
    return np.uint64(sum(1 << ROWS * row + col for row, col in cells))


def cells_in(word):
    return {(k // ROWS, k % ROWS) for k in range(64) if int(word) >> k & 1}


def place(row, col):
    return np.array([(row, col)], PLACE)[0]


@pytest.fixture(params=range(20))
def walls(request):
    return random_walls(np.random.default_rng(request.param))


def test_a_set_is_packed_and_joined_as_cells_are(walls):
    open_cells = ~unpacked(walls)
    assert cells_in(packed(walls)) == set(cells_of(walls))
    board = word_of(np.argwhere(open_cells).tolist())
    for row, col in np.argwhere(open_cells).tolist():
        reached = reachable(open_cells[None], [row], [col])[0]
        assert cells_in(joined(board, ROWS * row + col, ROWS)) == set(map(tuple, np.argwhere(reached).tolist()))
    beside = {(r + 1, c) for r, c in cells_in(board)} | {(r - 1, c) for r, c in cells_in(board)}
    beside |= {(r, c + 1) for r, c in cells_in(board)} | {(r, c - 1) for r, c in cells_in(board)}
    assert cells_in(around(board, ROWS)) == beside


def test_every_cell_of_a_set_is_picked_and_no_other():
    rng, word = np.zeros(1, np.uint64), word_of([(1, 1), (2, 5), (6, 6)])
    assert {int(pick(word, rng)) for _ in range(100)} == {8, 19, 48}
    assert [bool(has(word, k)) for k in (8, 9, 48)] == [True, False, True]


@pytest.mark.parametrize(
    ("one", "other", "cells"),
    [
        ((2, 1), (2, 4), {(2, 2), (2, 3)}),
        ((2, 4), (2, 1), {(2, 2), (2, 3)}),
        ((0, 3), (3, 3), {(1, 3), (2, 3)}),
        ((1, 1), (1, 2), set()),
        ((0, 0), (0, 0), set()),
    ],
)
def test_cells_between_two_places(one, other, cells):
    assert cells_in(between(place(*one), place(*other), ROWS)) == cells


def test_boxes_at_the_border_or_in_a_corner_are_not_loose():
    walls = packed(bits_of("####### #.....# #..#..# #.....# #.....# #.....# #######"))
    inner = {(row, col) for row in range(2, 5) for col in range(2, 5)} - {(2, 3)}
    assert cells_in(loose(walls, place(3, 3), ROWS)) == inner
    assert cells_in(loose(walls, place(3, 5), ROWS)) == inner | {(2, 5), (3, 5), (4, 5)}


def test_what_one_push_brings_onto_a_cell():
    free = word_of([(row, col) for row in range(1, 6) for col in range(1, 6)]) & ~word_of([(5, 3)])
    onto, boxes = word_of([(3, 3)]), word_of([(2, 3), (4, 3), (3, 4)])
    assert cells_in(pushable(boxes, onto, free, ROWS)) == {(2, 3)}
    assert cells_in(pushable(boxes, onto, free, 1)) == {(3, 4)}


def test_how_boxes_lie_is_a_number_and_those_that_are_gone_are_left_out():
    boxes = np.array([(2, 3), (0, 0), (4, 1)], PLACE)
    code = encode(boxes, ROWS)
    assert [code >> 6 * i & 63 for i in range(3)] == [17, 0, 29]
    assert cells_in(occupied(code)) == {(2, 3), (4, 1)}


def test_the_robot_joins_each_cell_once():
    reached, queue = compiled(module.table)(ROWS, 2)
    code = encode(np.array([(2, 3), (4, 1)], PLACE), ROWS)
    assert join(reached, queue, 0, code, word_of([(1, 1)])) == 1
    assert join(reached, queue, 1, code, word_of([(1, 1)])) == 1
    assert join(reached, queue, 1, code, word_of([(1, 1), (1, 2)])) == 2
    assert [cells_in(cells) for cells in queue[:2, 1]] == [{(1, 1)}, {(1, 2)}]
    assert queue[:2, 0].tolist() == [code, code]
