"""How a body moves in a platformer: gravity, momentum, jumps; all in whole half-tiles, so that nothing is ever rounded.

A body is a box of one tile. Its place is that of its upper left half-tile, its speed is in half-tiles a step: `run` to
the right and `rise` upwards. In a step it first changes its speed, then moves half a tile at a time, sideways and then
up or down, so that it meets all that lies on its way. Ground stops it from all sides and takes its speed in that
direction; crates carry it and let it pass from below.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import Level
from ..maze.cells import NONE, ONE, Bits

Body = Any
"""A record of `BODY`."""

BODY = np.dtype([("row", "i2"), ("col", "i2"), ("run", "i1"), ("rise", "i1")])
FASTEST, LEAP = 2, 3  # half-tiles a step: to either side; upwards, and downwards at most
ACTIONS = ("right", "left", "up", "right up", "left up", "wait")
PUSH = np.array([1, -1, 0, 1, -1, 0])
LEAPS = np.array([0, 0, 1, 1, 1, 0])


@kernel
def covers(cells: Bits, row: int, col: int) -> bool:
    """Whether a box, its upper left half-tile at (row, col), lies on a cell of a set."""
    rows = cells[row >> 1] | cells[(row + 1) >> 1]
    return (rows >> np.uint64(col >> 1)) & (ONE | (ONE << np.uint64(col & 1))) != NONE


@kernel
def stands(level: Level, body: Body) -> bool:
    """Whether ground or a crate carries a body."""
    if body.row & 1:
        return False
    return covers(level.ground, body.row + 2, body.col) or covers(level.crates, body.row + 2, body.col)


@kernel
def push_off(body: Body, action: int, standing: bool) -> None:
    """Change the speed of a body: by what the action pushes, by friction where it stands, by gravity where not."""
    if PUSH[action] != 0:
        body.run = min(max(body.run + PUSH[action], -FASTEST), FASTEST)
    elif standing:
        body.run -= np.sign(body.run)
    if standing:
        body.rise = LEAP * LEAPS[action]
    else:
        body.rise = max(body.rise - 1, -LEAP)


@kernel
def move_sideways(level: Level, body: Body) -> None:
    """Move half a tile in the direction of `run`, or bump into ground and stop."""
    col = body.col + np.sign(body.run)
    if covers(level.ground, body.row, col):
        body.run = 0
    else:
        body.col = col


@kernel
def move_upright(level: Level, body: Body) -> None:
    """Move half a tile in the direction of `rise`, or stop: at ground or the edge of the sky, on ground or crates."""
    row = body.row - np.sign(body.rise)
    if row < 0 or covers(level.ground, row, body.col) or (body.rise < 0 and stands(level, body)):
        body.rise = 0
    else:
        body.row = row
