"""Grids that are seen as pixels: each layer has a tile, a small picture, which kernels stamp into the observation.

A tile covers what lay in its cell, and the floor is black. All tiles of a game are different, so that what people see,
text and pictures, is made of the layers that `decode` reads off the pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..kernels.compile import kernel
from ..kernels.contract import Obs
from .cells import Bits, Place, contains

Tiles = NDArray[np.uint8]
"""The tile of each layer, uint8, shape (layers, side, side, 3): red, green, blue."""


def tile(drawing: str, colour: tuple[int, int, int]) -> Tiles:
    """A tile in one colour on black, uint8, shape (side, side, 3).

    Args:
        drawing: its rows, with spaces between them; "." is black.
        colour: red, green, blue, 0 .. 255.
    """
    ink = np.array([[dot != "." for dot in row] for row in drawing.split()])
    return ink[..., None] * np.array(colour, np.uint8)


@kernel
def stamp(place: Place, obs: Obs, tiles: Tiles, layer: int) -> None:
    """Show a place by the tile of a layer."""
    stamp_at(place.row, place.col, obs, tiles, layer)


@kernel
def stamp_cells(bits: Bits, obs: Obs, tiles: Tiles, layer: int) -> None:
    """Show a set of cells by the tile of a layer."""
    for row in range(len(bits)):
        for col in range(len(bits)):
            if contains(bits, row, col):
                stamp_at(row, col, obs, tiles, layer)


@kernel
def stamp_at(row: int, col: int, obs: Obs, tiles: Tiles, layer: int) -> None:
    """Show the cell (row, col) by the tile of a layer."""
    side = tiles.shape[1]
    for i in range(side):
        for j in range(side):
            for k in range(3):
                obs[row * side + i, col * side + j, k] = tiles[layer, i, j, k]


def decode(obs: NDArray[np.uint8], tiles: Tiles) -> NDArray[np.uint8]:
    """The layers of observations, shape (..., rows * side, cols * side, 3): 1 where a layer's tile is.

    Returns:
        uint8, shape (..., rows, cols, layers).
    """
    side, (*games, height, width, _) = tiles.shape[1], obs.shape
    cells = obs.reshape(*games, height // side, side, width // side, side, 3).swapaxes(-4, -3)
    return (cells[..., None, :, :, :] == tiles).all(axis=(-3, -2, -1)).astype(np.uint8)


def encode(layers: NDArray[np.uint8], tiles: Tiles) -> NDArray[np.uint8]:
    """The pixels that show layers, shape (..., rows, cols, layers): of each cell the tile of its topmost.

    Returns:
        uint8, shape (..., rows * side, cols * side, 3).
    """
    *games, rows, cols, n = layers.shape
    topmost, side = n - 1 - layers[..., ::-1].argmax(-1), tiles.shape[1]
    cells = tiles[topmost] * (layers.max(-1) > 0)[..., None, None, None]
    return cells.swapaxes(-4, -3).reshape(*games, rows * side, cols * side, 3)
