"""What an agent sees of a platformer, as a picture: the window around it in pixels, and its speed in a corner.

A tile has 4 x 4 pixels, so half a tile is two of them, and all stands where it is. In the upper left corner two squares
show the speed, to the right and upwards, from black to white. The same is seen as in `window`, but for the layers.
"""

from __future__ import annotations

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import Level, Obs
from ..maze.cells import contains
from ..maze.tiles import tile
from .bodies import FASTEST, LEAP, Body
from .enemies import enemy_at, heading
from .window import REACH, SIDE

PIXELS = 4  # on a side of a tile; 2 of half a tile
PICTURE = (SIDE * PIXELS, SIDE * PIXELS, 3)
SKY = np.array([120, 190, 235], np.uint8)
GROUND, CRATE, LAVA, COIN, RUNNER, BEFORE_KINDS = range(6)
TILES = np.stack(
    [
        tile("#### #### #### ####", (120, 75, 40)),
        tile("#### #..# #..# ####", (190, 140, 90)),
        tile("#### #### #### ####", (235, 60, 30)),
        tile(".##. #### #### .##.", (255, 215, 0)),
        tile(".##. #### .##. #..#", (30, 50, 160)),
        tile("..## .### #### #.#.", (220, 90, 160)),
        tile("##.. ###. #### .#.#", (220, 90, 160)),
        tile(".##. #### #..# .##.", (90, 95, 105)),
        tile(".##. #..# #### .##.", (90, 95, 105)),
    ]
)


@kernel
def picture(level: Level, body: Body, t: int, obs: Obs) -> None:
    """Show what is around a body, and how fast it is, at time t."""
    top, left = (body.row >> 1) - REACH, (body.col >> 1) - REACH
    for i in range(len(obs)):
        for j in range(len(obs)):
            for k in range(3):
                obs[i, j, k] = SKY[k]
    for i in range(SIDE):
        for j in range(SIDE):
            layer = tile_at(level, top + i, left + j)
            if layer >= 0:
                stamp(2 * i, 2 * j, layer, obs)
    stamp(2 * (level.coin.row - top), 2 * (level.coin.col - left), COIN, obs)
    for i in range(len(level.enemies)):
        if level.enemies[i].kind == 0:
            break
        row, col = enemy_at(level.enemies[i], t)
        stamp(row - 2 * top, col - 2 * left, BEFORE_KINDS + heading(level.enemies[i], t) - 1, obs)
    stamp(body.row - 2 * top, body.col - 2 * left, RUNNER, obs)
    shade(0, (body.run + FASTEST) * 255 // (2 * FASTEST), obs)
    shade(PIXELS, (body.rise + LEAP) * 255 // (2 * LEAP), obs)


@kernel
def tile_at(level: Level, row: int, col: int) -> int:
    """The layer of what stands still at a tile, wherever it is; -1 for the sky."""
    if row >= len(level.ground) or not 0 <= col < level.columns or col == level.finish:
        return GROUND
    if row < 0:
        return -1
    if contains(level.ground, row, col):
        return GROUND
    if contains(level.crates, row, col):
        return CRATE
    return LAVA if contains(level.lava, row, col) else -1


@kernel
def stamp(row: int, col: int, layer: int, obs: Obs) -> None:
    """Stamp a tile's ink, whose upper left half-tile is at (row, col) of the window, as far as it is in there."""
    for i in range(PIXELS):
        for j in range(PIXELS):
            y, x = row * PIXELS // 2 + i, col * PIXELS // 2 + j
            inked = TILES[layer, i, j, 0] | TILES[layer, i, j, 1] | TILES[layer, i, j, 2]
            if inked and 0 <= y < len(obs) and 0 <= x < len(obs):
                for k in range(3):
                    obs[y, x, k] = TILES[layer, i, j, k]


@kernel
def shade(left: int, grey: int, obs: Obs) -> None:
    """Paint a square of the upper left corner."""
    for i in range(PIXELS):
        for j in range(PIXELS):
            for k in range(3):
                obs[i, left + j, k] = grey
