"""Grids as rows of bits, sets of cells and places: bit `col` of word `row` is a cell.

One row is one 64-bit word, so filling a maze, flooding it and measuring distances are a few
machine instructions a row. Every grid carries a border of walls; (row, col) counts from the
border's top-left corner, so the playable cells are 1 .. size in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..arguments import Arguments, argument
from ..kernels.compile import Kernel, kernel
from ..kernels.contract import Level, Obs
from ..kernels.rng import Stream, below, mix

Bits = Any
"""A set of cells: an array of one uint64 a row."""
Place = Any
"""A record of `row` and `col`, `PLACE`; (0, 0) is a corner of the border, and stands for nowhere."""

MOVES = ("up", "right", "down", "left")
ROW_STEP = np.array([-1, 0, 1, 0])
COL_STEP = np.array([0, 1, 0, -1])
ONE = np.uint64(1)
NONE = np.uint64(0)
PLACE = np.dtype([("row", "i4"), ("col", "i4")])
LARGEST = 41


@dataclass(frozen=True)
class Grid(Arguments):
    """The arguments of every grid."""

    size: int = argument(9, "playable rows and columns", low=5, high=LARGEST)

    @classmethod
    def kernels(cls) -> dict[str, Kernel]:
        """A layout is the walls."""
        return {"layout": layout}

    def level_fields(self) -> list[Any]:
        """`walls`, one word a row, border included."""
        return [("walls", "u8", (self.size + 2,))]

    def board_shape(self) -> tuple[int, int]:
        """Rows and columns, border included."""
        return self.size + 2, self.size + 2


@dataclass(frozen=True)
class Maze(Grid):
    """The arguments of every maze."""

    maze: Literal["blocks", "perfect"] = argument(
        "blocks", "25 % of the cells are walls, or a perfect maze (odd sizes)", choices=("blocks", "perfect")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.maze == "perfect" and self.size % 2 == 0:
            raise ValueError(f"a perfect maze needs an odd size: {self.size} is even; take {self.size + 1}")


@kernel
def contains(bits: Bits, row: int, col: int) -> bool:
    """Whether a set holds a cell."""
    return (bits[row] >> np.uint64(col)) & ONE == ONE


@kernel
def add(bits: Bits, row: int, col: int) -> None:
    """Put a cell into a set."""
    bits[row] |= ONE << np.uint64(col)


@kernel
def remove(bits: Bits, row: int, col: int) -> None:
    """Take a cell out of a set."""
    bits[row] &= ~(ONE << np.uint64(col))


@kernel
def keep(bits: Bits, others: Bits) -> None:
    """Leave in a set only the cells that another set holds too."""
    for row in range(len(bits)):
        bits[row] &= others[row]


@kernel
def leave_out(bits: Bits, others: Bits) -> None:
    """Take the cells of another set out of a set."""
    for row in range(len(bits)):
        bits[row] &= ~others[row]


@kernel
def count(bits: Bits) -> int:
    """How many cells a set holds."""
    total = 0
    for row in range(len(bits)):
        total += ones(bits[row])
    return total


@kernel
def ones(word: Any) -> int:
    """How many bits of a word are set."""
    word = word - ((word >> ONE) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))  # type: ignore[return-value]


@kernel
def lowest(word: Any) -> int:
    """The column of the lowest bit of a word that is not zero."""
    return ones((word & (~word + ONE)) - ONE)


@kernel
def pop_random(bits: Bits, rng: Stream) -> tuple[int, int]:
    """Take a random cell out of a set: its (row, col), or (0, 0) when the set is empty."""
    total = count(bits)
    if total == 0:
        return 0, 0
    left, row = below(rng, total), 0
    while left >= ones(bits[row]):
        left -= ones(bits[row])
        row += 1
    word = bits[row]
    for _ in range(left):
        word &= word - ONE
    col = lowest(word)
    remove(bits, row, col)
    return row, col


@kernel
def drop(place: Place, cells: Bits, rng: Stream) -> bool:
    """Move a place to a random cell, which is taken out of the set; False when the set is empty."""
    place.row, place.col = pop_random(cells, rng)
    return bool(place.row > 0)


@kernel
def at(place: Place, row: int, col: int) -> bool:
    """Whether a place is the cell (row, col)."""
    return bool(place.row == row and place.col == col)


@kernel
def same_place(one: Place, other: Place) -> bool:
    """Whether two places are the same cell."""
    return bool(one.row == other.row and one.col == other.col)


@kernel
def ahead(walls: Bits, place: Place, action: int) -> tuple[int, int]:
    """The cell up, right, down or left of a place; the place itself where a wall is there."""
    row, col = place.row + ROW_STEP[action], place.col + COL_STEP[action]
    return (place.row, place.col) if contains(walls, row, col) else (row, col)


@kernel
def move(walls: Bits, place: Place, action: int) -> None:
    """Go one cell up, right, down or left; bumping into a wall stays."""
    row, col = place.row + ROW_STEP[action], place.col + COL_STEP[action]
    if not contains(walls, row, col):
        place.row = row
        place.col = col


@kernel
def show(place: Place, obs: Obs, channel: int) -> None:
    """Show a place in one layer of an observation."""
    obs[place.row, place.col, channel] = 1


@kernel
def show_all(places: Any, obs: Obs, channel: int) -> None:
    """Show places in one layer of an observation, but those that are nowhere."""
    for i in range(len(places)):
        if places[i].row > 0:
            show(places[i], obs, channel)


@kernel
def mark_border(rows: int, count: int, obs: Obs, channel: int) -> None:
    """Show a number, up to twice `rows`, as marks along the top border, and along the bottom one where that is full."""
    for i in range(count):
        obs[(i // rows) * (rows - 1), i % rows, channel] = 1


@kernel
def paint_cells(bits: Bits, obs: Obs, channel: int) -> None:
    """Show a set of cells in one layer of an observation."""
    for row in range(len(bits)):
        for col in range(len(bits)):
            obs[row, col, channel] = np.uint8((bits[row] >> np.uint64(col)) & ONE)


@kernel
def layout(level: Level) -> Any:
    """64 bits that depend on every wall."""
    word = NONE
    for row in range(len(level.walls)):
        word = mix(word ^ level.walls[row]) + ONE
    return word
