"""Mazes are what they are said to be, and the parts of them are held to plain flooding."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import cells_of, random_walls, steps_from, unpacked

from goalgap.envs.engine.kernels.compile import compiled
from goalgap.envs.engine.maze import carving
from goalgap.envs.engine.maze.cells import layout

SIZES = pytest.mark.parametrize("size", [5, 13])


def carved(perfect, size, n):
    """Mazes one after the other from one stream, uint64, shape (n, size + 2)."""
    mazes, rng, carve = np.zeros((n, size + 2), np.uint64), np.zeros(1, np.uint64), compiled(carving.carve)
    for walls in mazes:
        carve(walls, perfect, rng)
    return mazes


@SIZES
def test_perfect_mazes_are_trees_over_odd_cells(size):
    cells = ~unpacked(carved(1, size, 100))
    nodes = ((size + 1) // 2) ** 2
    assert cells[:, 1::2, 1::2].all()
    assert (cells.sum(axis=(1, 2)) == 2 * nodes - 1).all()
    np.testing.assert_array_equal(steps_from(cells, 1, 1) >= 0, cells)


def test_depth_first_search_makes_88_perfect_mazes_of_size_5_of_which_66_are_for_training():
    """Of the 192 trees that a grid of 3 x 3 has; one layout in four is held out."""
    mazes = {walls.tobytes(): walls for walls in carved(1, 5, 6000)}
    assert len(mazes) == 88
    word = compiled(layout)
    level = np.zeros(1, [("walls", "u8", (7,))])
    held_out = 0
    for level["walls"][0] in mazes.values():
        held_out += int(word(level[0])) % 4 == 0
    assert held_out == 22


@SIZES
def test_a_quarter_of_block_mazes_is_wall_anywhere_within_the_border(size):
    walls = unpacked(carved(0, size, 4000))
    assert walls[:, [0, -1]].all()
    assert walls[:, :, [0, -1]].all()
    share = walls[:, 1:-1, 1:-1].mean(axis=0)
    assert abs(share.mean() - 0.25) < 0.01
    assert np.abs(share - 0.25).max() < 0.035  # five standard deviations
    assert len({maze.tobytes() for maze in walls}) > 3900


@pytest.fixture(params=range(20))
def walls(request):
    return random_walls(np.random.default_rng(request.param), share=0.4)


@pytest.fixture(autouse=True)
def _silent():
    """Words overflow on purpose."""
    with np.errstate(over="ignore"):
        yield


def test_free_cells_are_those_without_walls(walls):
    np.testing.assert_array_equal(unpacked(carving.free_cells(walls)), ~unpacked(walls))


def test_what_a_cell_reaches_is_nothing_where_a_wall_stands(walls):
    for row in range(1, 6):
        for col in range(1, 6):
            expected = steps_from(~unpacked(walls)[None], [row], [col])[0] >= 0
            np.testing.assert_array_equal(unpacked(carving.reached_from(walls, row, col)), expected)


def test_the_main_part_is_that_of_a_random_cell(walls):
    """So larger parts come more often, and every part may come."""
    rng, free = np.zeros(1, np.uint64), ~unpacked(walls)
    found = {tuple(cells_of(carving.main_part(walls, rng))) for _ in range(100)}
    parts = {
        tuple(map(tuple, np.argwhere(steps_from(free[None], [row], [col])[0] >= 0).tolist()))
        for row, col in np.argwhere(free)
    }
    assert found <= parts
    assert {part for part in parts if len(part) > 3} <= found


@pytest.mark.parametrize(("cells", "roomy"), [(8, False), (9, True), (25, True)])
def test_a_third_of_the_playable_cells_is_roomy(cells, roomy):
    bits = np.zeros(7, np.uint64)
    for cell in range(cells):
        bits[1 + cell // 5] |= np.uint64(1 << (1 + cell % 5))
    assert carving.is_roomy(bits) == roomy


@pytest.mark.parametrize("side", [1, 3, 5])
def test_a_corner_is_the_top_left_square(side, walls):
    free = carving.free_cells(walls)
    expected = {(row, col) for row, col in cells_of(free) if row <= side and col <= side}
    assert set(cells_of(carving.corner_of(free, side))) == expected
