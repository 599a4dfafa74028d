"""Tiles: layers as pixels, both ways, and what a game says of tiles that cannot be told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from goalgap import SUITE
from goalgap.envs.engine.maze.tiles import decode, encode, tile

GAME = SUITE["ColourShape"]
SIDE = GAME.tiles.shape[1]


def test_a_tile_is_a_drawing_in_one_colour():
    drawn = tile("#. .#", (255, 128, 0))
    assert (drawn.dtype, drawn.shape) == (np.uint8, (2, 2, 3))
    assert drawn.tolist() == [[[255, 128, 0], [0, 0, 0]], [[0, 0, 0], [255, 128, 0]]]


def test_pixels_show_the_topmost_layer_of_each_cell():
    board = np.random.default_rng(0).integers(0, 2, (5, 4, 3, len(GAME.tiles)), np.uint8)
    board[0, 0, 0] = 0
    pixels = encode(board, GAME.tiles)
    assert pixels.shape == (5, 4 * SIDE, 3 * SIDE, 3)
    for game, row, col in np.ndindex(5, 4, 3):
        shown = pixels[game, row * SIDE : (row + 1) * SIDE, col * SIDE : (col + 1) * SIDE]
        layers = np.flatnonzero(board[game, row, col])
        np.testing.assert_array_equal(shown, GAME.tiles[layers[-1]] if len(layers) else 0)
        assert np.flatnonzero(decode(pixels, GAME.tiles)[game, row, col]).tolist() == layers[-1:].tolist()


def test_what_no_tile_shows_is_no_layer():
    assert not decode(np.full((SIDE, SIDE, 3), 77, np.uint8), GAME.tiles).any()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda tiles: tiles[:-1], r"tiles are uint8 of shape \(8, side, side, 3\), one a layer, not uint8 of shape"),
        (lambda tiles: tiles[..., :2], "one a layer, not uint8 of shape"),
        (lambda tiles: tiles[:, :2], "one a layer, not uint8 of shape"),
        (lambda tiles: tiles.astype(float), "one a layer, not float64"),
        (lambda tiles: tiles[[0, 1, 2, 3, 4, 5, 1, 7]], "'blue_gem' has the tile of yellow_line: draw each thing"),
        (
            lambda tiles: tiles * (np.arange(8) != 2).astype(np.uint8)[:, None, None, None],
            "'red_line' has .* the floor",
        ),
    ],
)
def test_tiles_that_cannot_be_told_apart_are_refused(change, told):
    with pytest.raises(ValueError, match=told):
        replace(GAME, tiles=change(GAME.tiles))
