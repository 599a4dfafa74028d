"""What an agent sees of a platformer: a window of tiles around it, a layer for each kind of thing, and its speed.

The window moves with the agent, whose tile is in its middle. Beyond the sides and the bottom of a course there is
ground, above it sky. Layers follow one another in a row of bits; what is between two tiles is seen in both.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import Level, Obs
from ..maze.cells import NONE, ONE
from .bodies import FASTEST, LEAP, Body
from .enemies import KINDS, enemy_at, heading

SIDE = 13  # tiles; the agent's is in the middle
REACH = SIDE // 2
TILES = SIDE * SIDE
GROUND, CRATE, LAVA, COIN, BEFORE_KINDS = range(5)
RUN = (BEFORE_KINDS + len(KINDS)) * TILES
RISE = RUN + 2 * FASTEST + 1
BETWEEN = RISE + 2 * LEAP + 1
ALL = (ONE << np.uint64(SIDE)) - ONE
SIGNALS = {
    **dict.fromkeys(("ground", "crate", "lava", "coin", *KINDS), TILES),
    "run": RISE - RUN,
    "rise": BETWEEN - RISE,
    "between": 2,
}
"""What is seen, in order, and in how many bits: tiles row by row; speeds from the lowest; half a tile down, right."""


@kernel
def look(level: Level, body: Body, t: int, obs: Obs) -> None:
    """Show what is around a body, and how fast it is, at time t."""
    top, left = (body.row >> 1) - REACH, (body.col >> 1) - REACH
    upright = standing_columns(level, left)
    for i in range(SIDE):
        ground = crates = lava = NONE
        if top + i >= len(level.ground):
            ground = ALL
        elif top + i >= 0:
            ground, crates = cut(level.ground[top + i], left), cut(level.crates[top + i], left)
            lava = cut(level.lava[top + i], left)
        show_row(ground | upright, GROUND * TILES + i * SIDE, obs)
        show_row(crates, CRATE * TILES + i * SIDE, obs)
        show_row(lava, LAVA * TILES + i * SIDE, obs)
    show_box(2 * (level.coin.row - top), 2 * (level.coin.col - left), COIN, obs)
    for i in range(len(level.enemies)):
        if level.enemies[i].kind == 0:
            break
        row, col = enemy_at(level.enemies[i], t)
        show_box(row - 2 * top, col - 2 * left, BEFORE_KINDS + heading(level.enemies[i], t) - 1, obs)
    show_speed(body, obs)


@kernel
def cut(word: Any, left: int) -> Any:
    """The part of a row of cells that is in the window, whose first column is `left`."""
    return (word >> np.uint64(left) if left >= 0 else word << np.uint64(-left)) & ALL


@kernel
def standing_columns(level: Level, left: int) -> Any:
    """The columns of the window that are ground from top to bottom: what is beyond the sides, and the end wall."""
    columns = NONE
    for j in range(SIDE):
        if not 0 <= left + j < level.columns or left + j == level.finish:
            columns |= ONE << np.uint64(j)
    return columns


@kernel
def show_row(cells: Any, first: int, obs: Obs) -> None:
    """Show a row of cells from bit `first` of the observation on."""
    while cells != NONE:
        obs[first] = cells & ONE
        cells >>= ONE
        first += 1


@kernel
def show_box(row: int, col: int, layer: int, obs: Obs) -> None:
    """Show a box, whose half-tiles count from the window's corner, in the tiles of a layer on which it lies."""
    for i in range(row >> 1, (row + 3) >> 1):
        for j in range(col >> 1, (col + 3) >> 1):
            if 0 <= i < SIDE and 0 <= j < SIDE:
                obs[layer * TILES + i * SIDE + j] = 1


@kernel
def show_speed(body: Body, obs: Obs) -> None:
    """Show the speed of a body, and where it is between two tiles."""
    obs[RUN + FASTEST + body.run] = 1
    obs[RISE + LEAP + body.rise] = 1
    obs[BETWEEN] = body.row & 1
    obs[BETWEEN + 1] = body.col & 1
