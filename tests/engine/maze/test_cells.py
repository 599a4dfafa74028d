"""Sets of cells are held to Python's own sets, places and moves to what is drawn.

Kernels are plain functions, and called as such; whatever uses them is tested compiled.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from helpers import bits_of, cells_of, random_walls, unpacked

from goalgap.envs.engine.maze import cells

ROOM = """
    #####
    #...#
    #.#.#
    #...#
    #####
"""


def stream(seed=0):
    return np.array([seed], np.uint64)


def place(row, col):
    return SimpleNamespace(row=row, col=col)


def test_a_set_of_cells_is_a_set():
    rng, bits, truth = np.random.default_rng(0), np.zeros(41, np.uint64), set()
    for row, col, adding in zip(*rng.integers(0, 41, (2, 3000)), rng.random(3000) < 0.6, strict=True):
        (cells.add if adding else cells.remove)(bits, row, col)
        (truth.add if adding else truth.discard)((int(row), int(col)))
        assert cells.contains(bits, row, col) == adding
    assert set(cells_of(bits)) == truth
    with np.errstate(over="ignore"):
        assert cells.count(bits) == len(truth)


@pytest.mark.parametrize("word", [1, 2, 3, 2**40, 2**63, 2**64 - 1, 0x5555555555555555, 12345678901234567890])
def test_bits_of_a_word_are_counted_and_the_lowest_is_found(word):
    with np.errstate(over="ignore"):
        assert cells.ones(np.uint64(word)) == word.bit_count()
        assert cells.lowest(np.uint64(word)) == (word & -word).bit_length() - 1


def test_every_cell_of_a_set_is_as_likely_to_be_taken_out():
    bits, rng, taken = bits_of(ROOM, "."), stream(), []
    with np.errstate(over="ignore"):
        for _ in range(1600):
            left = bits.copy()
            taken.append(cells.pop_random(left, rng))
            assert set(cells_of(left)) | {taken[-1]} == set(cells_of(bits))
            assert cells.count(left) == 7
    counts = np.array([taken.count(cell) for cell in cells_of(bits)])
    assert counts.sum() == 1600
    assert ((counts - 200) ** 2 / 200).sum() < 24.3  # chi-squared with 7 degrees of freedom, 0.1 %


def test_a_place_is_dropped_on_other_cells_until_there_are_none():
    bits, rng, spot, met = bits_of(ROOM, "."), stream(), place(0, 0), set()
    with np.errstate(over="ignore"):
        while cells.drop(spot, bits, rng):
            assert not cells.contains(bits, spot.row, spot.col)
            met.add((spot.row, spot.col))
    assert met == set(cells_of(bits_of(ROOM, ".")))
    assert (spot.row, spot.col) == (0, 0)


def test_moves_go_one_cell_and_bumping_into_a_wall_stays():
    walls = bits_of(ROOM)
    seen = []
    for start in ((1, 1), (1, 2)):
        for action, name in enumerate(cells.MOVES):
            spot = place(*start)
            cells.move(walls, spot, action)
            seen.append((start, name, (spot.row, spot.col)))
    assert seen == [
        ((1, 1), "up", (1, 1)), ((1, 1), "right", (1, 2)), ((1, 1), "down", (2, 1)), ((1, 1), "left", (1, 1)),
        ((1, 2), "up", (1, 2)), ((1, 2), "right", (1, 3)), ((1, 2), "down", (1, 2)), ((1, 2), "left", (1, 1)),
    ]  # fmt: skip


def test_places_are_compared_by_row_and_col():
    assert cells.same_place(place(2, 3), place(2, 3))
    assert cells.at(place(2, 3), 2, 3)
    for other in (place(3, 2), place(2, 2), place(3, 3)):
        assert not cells.same_place(place(2, 3), other)
        assert not cells.at(other, 2, 3)


def test_places_and_sets_are_shown_in_their_own_layer():
    walls, obs = random_walls(np.random.default_rng(0)), np.zeros((7, 7, 3), np.uint8)
    cells.paint_cells(walls, obs, 1)
    cells.show(place(4, 2), obs, 2)
    np.testing.assert_array_equal(obs[..., 1], unpacked(walls))
    assert np.argwhere(obs[..., 2]).tolist() == [[4, 2]]
    assert not obs[..., 0].any()


def test_the_layout_depends_on_every_wall():
    walls = random_walls(np.random.default_rng(0))
    words = set()
    with np.errstate(over="ignore"):
        for row in range(7):
            for col in range(7):
                other = walls.copy()
                other[row] ^= np.uint64(1 << col)
                words.add(int(cells.layout(SimpleNamespace(walls=other))))
        words.add(int(cells.layout(SimpleNamespace(walls=walls))))
    assert len(words) == 50


def test_a_set_can_be_cut_down_by_another():
    one, other = random_walls(np.random.default_rng(0)), random_walls(np.random.default_rng(1))
    kept, left = one.copy(), one.copy()
    cells.keep(kept, other)
    cells.leave_out(left, other)
    assert set(cells_of(kept)) == set(cells_of(one)) & set(cells_of(other))
    assert set(cells_of(left)) == set(cells_of(one)) - set(cells_of(other))
