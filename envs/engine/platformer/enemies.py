"""What moves besides the agent in a platformer, as a function of the step alone: walkers pace to and fro, saws up and
down, two tiles from where they begin and back, half a tile a step. To touch one is deadly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.contract import Level
from .bodies import Body

Enemy = Any
"""A record of `ENEMY`: the tile where it begins, and its kind, 0 for none."""

ENEMY = np.dtype([("row", "i1"), ("col", "i1"), ("kind", "i1")])
KINDS = ("walker_right", "walker_left", "saw_up", "saw_down")
WALKER_RIGHT, WALKER_LEFT, SAW_UP, SAW_DOWN = 1, 2, 3, 4  # where they go first
PERIOD = 8
PACE = np.array([0, 1, 2, 3, 4, 3, 2, 1])  # half-tiles from where they begin
ROW_WAY = np.array([0, 0, 0, -1, 1])
COL_WAY = np.array([0, 1, -1, 0, 0])
BACK = np.array([0, WALKER_LEFT, WALKER_RIGHT, SAW_DOWN, SAW_UP])


@kernel
def enemy_at(enemy: Enemy, t: int) -> tuple[int, int]:
    """The upper left half-tile (row, col) of an enemy at time t."""
    away = PACE[t % PERIOD]
    return 2 * enemy.row + away * ROW_WAY[enemy.kind], 2 * enemy.col + away * COL_WAY[enemy.kind]


@kernel
def heading(enemy: Enemy, t: int) -> Any:
    """The kind that an enemy is from time t on, until it turns."""
    return np.int64(enemy.kind if t % PERIOD < PERIOD // 2 else BACK[enemy.kind])


@kernel
def meets_enemy(level: Level, body: Body, t: int) -> bool:
    """Whether a body touches an enemy at time t."""
    for i in range(len(level.enemies)):
        if level.enemies[i].kind == 0:
            break
        row, col = enemy_at(level.enemies[i], t)
        if abs(body.row - row) < 2 and abs(body.col - col) < 2:
            return True
    return False


@kernel
def add_enemy(level: Level, row: int, col: int, kind: int) -> bool:
    """Put an enemy into the first free place; False where there is none."""
    for i in range(len(level.enemies)):
        enemy = level.enemies[i]
        if enemy.kind == 0:
            enemy.row, enemy.col, enemy.kind = row, col, kind
            return True
    return False
