"""Painting with NumPy: tiles with depth, trails, signs. Sizes are in pixels before enlarging."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sprites import CELL, Pixels, sprite

Mask = NDArray[np.bool_]
Colour = tuple[int, int, int]
Walk = Sequence[tuple[int, int]]

FLOORS: tuple[Colour, Colour] = ((246, 241, 231), (240, 234, 222))
SHADE = (45, 38, 54)
TRAIL = (67, 97, 238)
RING = np.pad(np.ones((6, 6), bool), 1) | np.pad(np.ones((4, 8), bool), ((2, 2), (0, 0)))
RING |= RING.T
FRONT = 10  # the first row of a wall's front, which is seen where no wall stands below


def blend(under: Any, colour: Any, alpha: Any) -> Pixels:
    """`colour` over `under`, alpha 0 .. 255; exact integer arithmetic, shapes broadcast."""
    weight = np.asarray(alpha, np.uint32)
    mixed = np.asarray(under, np.uint32) * (255 - weight) + np.asarray(colour, np.uint32) * weight
    return ((mixed + 127) // 255).astype(np.uint8)


def composite(tiles: Pixels, where: Mask, picture: Pixels) -> None:
    """Blend a picture, or one for each tile, by its alpha over the tiles chosen.

    Args:
        tiles: shape (rows, cols, 16, 16, 3), painted in place.
        where: shape (rows, cols).
        picture: shape (16, 16, 4), or (tiles chosen, 16, 16, 4).
    """
    tiles[where] = blend(tiles[where], picture[..., :3], picture[..., 3:])


def draw_floor(tiles: Pixels) -> None:
    """Paint a quiet chequerboard, so that cells can be counted."""
    odd = np.indices(tiles.shape[:2]).sum(axis=0) % 2 == 1
    tiles[~odd], tiles[odd] = FLOORS


def draw_walls(tiles: Pixels, walls: Mask, block: Pixels) -> None:
    """Draw walls with a shadow at their foot; the shared block as one mass, seen a little from the front."""
    above = _neighbour(walls, (-1, 0))
    joined = _joined(walls, block) if np.array_equal(block, sprite("wall")) else block
    composite(tiles, walls, joined)
    foot = tiles[:, :, :3]
    foot[above & ~walls] = blend(foot[above & ~walls], SHADE, np.array([56, 40, 20])[:, None, None])


def _joined(walls: Mask, block: Pixels) -> Pixels:
    """The block of each wall without the edges that it shares with a wall beside it."""
    above, left, right, below = (_neighbour(walls, step) for step in ((-1, 0), (0, -1), (0, 1), (1, 0)))
    blocks = np.tile(block, (*walls.shape, 1, 1, 1))
    blocks[below, FRONT:] = blocks[below, FRONT - 1 : FRONT]
    blocks[left, :, 0] = blocks[left, :, 1]
    blocks[right, :, -1] = blocks[right, :, -2]
    blocks[above, 0] = blocks[above, 1]
    return blocks[walls]


def _neighbour(walls: Mask, step: tuple[int, int]) -> Mask:
    """Whether a wall stands beside each cell; outside there is none."""
    rows, cols = walls.shape
    padded = np.pad(walls, 1)
    return padded[1 + step[0] : 1 + step[0] + rows, 1 + step[1] : 1 + step[1] + cols]


def draw_trail(image: Pixels, path: Walk, colour: Colour = TRAIL) -> None:
    """Draw a walk through cells (row, col) into an image: paler where it began, a ring where it ended."""
    centres = [(row * CELL + CELL // 2, col * CELL + CELL // 2) for row, col in path]
    steps = [(start, end) for start, end in pairwise(centres) if start != end]
    for age, (start, end) in enumerate(steps, 1):
        _box(image, start, end, 1, blend(FLOORS[0], colour, 120 + 135 * age // len(steps)))
    for row, col in centres[-1:]:
        stamp(image, RING, row - 4, col - 4, colour)
        _box(image, (row, col), (row, col), 1, FLOORS[0])


def _box(image: Pixels, start: tuple[int, int], end: tuple[int, int], reach: int, colour: Any) -> None:
    top, left = min(start[0], end[0]) - reach, min(start[1], end[1]) - reach
    bottom, right = max(start[0], end[0]) + reach, max(start[1], end[1]) + reach
    image[top:bottom, left:right] = colour


def stamp(image: Pixels, ink: Mask, row: int, col: int, colour: Colour) -> None:
    """Colour the pixels of `ink`, its top-left corner at (row, col); what does not fit is cut off."""
    part = image[row : row + ink.shape[0], col : col + ink.shape[1]]
    part[ink[: part.shape[0], : part.shape[1]]] = colour


def enlarge(image: Pixels, scale: int) -> Pixels:
    """Every pixel as `scale` x `scale` pixels."""
    return image if scale == 1 else image.repeat(scale, axis=0).repeat(scale, axis=1)
