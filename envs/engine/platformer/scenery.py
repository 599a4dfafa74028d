"""How people see a platformer: all of a course, in text and in pictures, where bodies stand between tiles."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ..looks.art import DrawnArt, Scene, paint
from ..looks.canvas import TRAIL, Colour, Walk, blend
from ..looks.sprites import CELL, Pixels, sprite
from ..maze.layers import layers
from .enemies import KINDS, enemy_at, heading

THINGS = layers(
    sky=None, ground="#", turf=None, end_wall="|", crate="=", lava="~", coin="o",
    walker_right=">", walker_left="<", saw_up="^", saw_down="v", runner="R",
)  # fmt: skip


class LandscapeArt(DrawnArt):
    """A course with its sky; in text what is between two tiles is written in the lower or the right one."""

    things: tuple[str, ...] = THINGS._fields

    def cells(self, scene: Scene) -> Pixels:
        cells = still(scene.level)
        for name, row, col in bodies(scene.level, scene.state):
            cells[*tile_of(row, col), self.things.index(name)] = 1
        return cells

    def image(self, scene: Scene, path: Walk = (), colour: Colour = TRAIL) -> Pixels:
        record = scene.level.tobytes(), scene.level.dtype
        image = paint(still(scene.level), scene.pictures, path, colour) if path else backdrop(*record).copy()
        for name, row, col in bodies(scene.level, scene.state):
            part = image[row * CELL // 2 :, col * CELL // 2 :][:CELL, :CELL]
            picture = scene.pictures[name]
            part[...] = blend(part, picture[..., :3], picture[..., 3:])
        return image


def tile_of(row: int, col: int) -> tuple[int, int]:
    """The tile that a box is shown in where only tiles are; its upper left half-tile is at (row, col)."""
    return (row + 1) // 2, (col + 1) // 2


@lru_cache(maxsize=64)
def backdrop(record: bytes, dtype: Any) -> Pixels:
    """The picture of a course without what moves: painted once, for it is the same in each frame of a film."""
    level = np.frombuffer(record, dtype)[0]
    return paint(still(level), {name: sprite(name) for name in THINGS._fields})


def still(level: Any) -> Pixels:
    """The board without what moves."""
    ground, crates, lava = (bits(level[name], level["columns"]) for name in ("ground", "crates", "lava"))
    wall = np.zeros_like(ground)
    wall[: level["end"]["row"] + 1, level["finish"]] = True
    ground &= ~wall
    coin = np.zeros_like(ground)
    coin[level["coin"]["row"], level["coin"]["col"]] = True
    turf = ground & ~np.pad(ground | wall, ((1, 0), (0, 0)), constant_values=True)[:-1]
    shown = {"sky": ground | True, "ground": ground, "turf": turf, "end_wall": wall, "crate": crates, "lava": lava}
    return np.stack([{**shown, "coin": coin}.get(name, coin & False) for name in THINGS._fields], -1).astype(np.uint8)


def bits(rows: Any, columns: int) -> Any:
    """A set of tiles, a word a row, as bool, shape (rows, columns)."""
    return (rows[:, None] >> np.arange(columns, dtype=np.uint64)) & np.uint64(1) == 1


def bodies(level: Any, state: Any) -> list[tuple[str, int, int]]:
    """What moves: its name, and its upper left half-tile (row, col)."""
    found, t, agent = list[tuple[str, int, int]](), int(state["t"]), state["agent"]
    for enemy in level["enemies"][level["enemies"]["kind"] > 0].view(np.recarray):
        row, col = enemy_at(enemy, t)
        found.append((KINDS[heading(enemy, t) - 1], int(row), int(col)))
    return [*found, ("runner", int(agent["row"]), int(agent["col"]))]


LANDSCAPE = LandscapeArt(THINGS.glyphs)
