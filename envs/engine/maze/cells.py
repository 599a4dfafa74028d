"""Grids as rows of bits: bit `col` of word `row` is a cell.

One row is one 64-bit word, so filling a maze, flooding it and measuring distances are a few
machine instructions a row. Every grid carries a border of walls; (row, col) counts from the
border's top-left corner, so the playable cells are 1 .. size in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..arguments import Arguments, argument
from ..kernels.compile import kernel
from ..kernels.rng import Stream, below, draw, mix

Bits = Any  # an array of one uint64 a row

MOVES = ("up", "right", "down", "left")
ROW_STEP = np.array([-1, 0, 1, 0])
COL_STEP = np.array([0, 1, 0, -1])
ONE = np.uint64(1)
NONE = np.uint64(0)
PLACE = np.dtype([("row", "i4"), ("col", "i4")])
LARGEST = 41


@dataclass(frozen=True)
class MazeArguments(Arguments):
    """The arguments of every grid."""

    size: int = argument(9, "playable rows and columns", low=5, high=LARGEST)
    maze: Literal["blocks", "perfect"] = argument(
        "blocks", "25 % of the cells are walls, or a perfect maze (odd sizes)", choices=("blocks", "perfect")
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.maze == "perfect" and self.size % 2 == 0:
            raise ValueError(f"a perfect maze needs an odd size: {self.size} is even; take {self.size + 1}")


@kernel
def has(bits: Bits, row: int, col: int) -> bool:
    return (bits[row] >> np.uint64(col)) & ONE == ONE


@kernel
def put(bits: Bits, row: int, col: int) -> None:
    bits[row] |= ONE << np.uint64(col)


@kernel
def cut(bits: Bits, row: int, col: int) -> None:
    bits[row] &= ~(ONE << np.uint64(col))


@kernel
def move(walls: Bits, place: Any, action: int) -> None:
    """Go one cell up, right, down or left; bumping into a wall stays."""
    row, col = place.row + ROW_STEP[action], place.col + COL_STEP[action]
    if not has(walls, row, col):
        place.row = row
        place.col = col


@kernel
def carve(walls: Bits, perfect: int, rng: Stream) -> None:
    """Draw a maze into `walls`."""
    if perfect:
        carve_perfect(walls, rng)
    else:
        carve_blocks(walls, rng)


@kernel
def inside(rows: int) -> Any:
    """The playable cells of one row as bits."""
    return (ONE << np.uint64(rows - 1)) - np.uint64(2)


@kernel
def carve_blocks(walls: Bits, rng: Stream) -> None:
    """Each playable cell is a wall with probability 1/4."""
    rows = len(walls)
    full = (ONE << np.uint64(rows)) - ONE
    walls[0] = walls[rows - 1] = full
    for row in range(1, rows - 1):
        walls[row] = (draw(rng) & draw(rng) & inside(rows)) | (full ^ inside(rows))


@kernel
def carve_perfect(walls: Bits, rng: Stream) -> None:
    """A spanning tree over the cells with odd coordinates, by depth-first search."""
    rows = len(walls)
    for row in range(rows):
        walls[row] = (ONE << np.uint64(rows)) - ONE
    stack = np.empty(rows * rows, np.int64)
    row, col = 1 + 2 * below(rng, (rows - 1) // 2), 1 + 2 * below(rng, (rows - 1) // 2)
    cut(walls, row, col)
    stack[0], depth = row * rows + col, 1
    while depth > 0:
        row, col = stack[depth - 1] // rows, stack[depth - 1] % rows
        ways, way = 0, 0
        for action in range(4):
            r, c = row + 2 * ROW_STEP[action], col + 2 * COL_STEP[action]
            if 0 < r < rows - 1 and 0 < c < rows - 1 and has(walls, r, c):
                ways += 1
                if below(rng, ways) == 0:
                    way = action
        if ways == 0:
            depth -= 1
            continue
        cut(walls, row + ROW_STEP[way], col + COL_STEP[way])
        row, col = row + 2 * ROW_STEP[way], col + 2 * COL_STEP[way]
        cut(walls, row, col)
        stack[depth] = row * rows + col
        depth += 1


@kernel
def flood(walls: Bits, reach: Bits) -> None:
    """Grow the set `reach` to all cells that walking from it can reach."""
    growing = True
    while growing:
        growing = False
        for sweep in range(2):
            for k in range(1, len(walls) - 1):
                row = k if sweep == 0 else len(walls) - 1 - k
                old = reach[row]
                new = (old | reach[row - 1] | reach[row + 1]) & ~walls[row]
                new |= ((new << ONE) | (new >> ONE)) & ~walls[row]
                reach[row] = new
                growing |= new != old


@kernel
def free_cells(walls: Bits) -> Bits:
    """The playable cells that are no walls, as a new set."""
    free = np.zeros(len(walls), np.uint64)
    for row in range(1, len(walls) - 1):
        free[row] = ~walls[row] & inside(len(walls))
    return free


@kernel
def main_part(walls: Bits, rng: Stream) -> Bits:
    """The cells that walking from a random free cell can reach, as a new set."""
    reach = np.zeros(len(walls), np.uint64)
    row, col = pick(free_cells(walls), rng)
    put(reach, row, col)
    flood(walls, reach)
    return reach


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
def pick(bits: Bits, rng: Stream) -> tuple[int, int]:
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
    cut(bits, row, col)
    return row, col


@kernel
def distances(walls: Bits, row: int, col: int, steps: Any) -> None:
    """Walking distance of every cell from (row, col) into `steps`; -1 where there is no way."""
    rows = len(walls)
    for r in range(rows):
        for c in range(rows):
            steps[r, c] = -1
    queue = np.empty(rows * rows, np.int64)
    queue[0], head, tail = row * rows + col, 0, 1
    steps[row, col] = 0
    while head < tail:
        row, col = queue[head] // rows, queue[head] % rows
        head += 1
        for action in range(4):
            r, c = row + ROW_STEP[action], col + COL_STEP[action]
            if steps[r, c] < 0 and not has(walls, r, c):
                steps[r, c] = steps[row, col] + 1
                queue[tail] = r * rows + c
                tail += 1


@kernel
def nearest(walls: Bits, row: int, col: int, goods: Bits) -> tuple[int, int, int]:
    """Walking distance, row and col of the nearest cell of a set; the distance is -1 when there is no way."""
    rows = len(walls)
    wave, fresh = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
    put(wave, row, col)
    steps = 0
    while True:
        for r in range(rows):
            if wave[r] & goods[r] != NONE:
                return steps, r, lowest(wave[r] & goods[r])
        if not spread(walls, wave, fresh):
            return -1, 0, 0
        steps += 1


@kernel
def tour(walls: Bits, row: int, col: int, goods: Bits) -> int:
    """Steps to visit all cells of a set, always the nearest next; -1 when one is out of reach."""
    total = 0
    for _ in range(count(goods)):
        steps, row, col = nearest(walls, row, col, goods)
        if steps < 0:
            return -1
        cut(goods, row, col)
        total += steps
    return total


@kernel
def spread(walls: Bits, wave: Bits, fresh: Bits) -> bool:
    """Grow a set by one step in every direction, with `fresh` as scratch; False when it cannot grow."""
    rows, growing = len(walls), False
    for row in range(1, rows - 1):
        fresh[row] = (wave[row] | wave[row - 1] | wave[row + 1] | (wave[row] << ONE) | (wave[row] >> ONE)) & ~walls[row]
    for row in range(1, rows - 1):
        growing |= fresh[row] != wave[row]
        wave[row] = fresh[row]
    return growing


@kernel
def paint_bits(bits: Bits, obs: Any, channel: int) -> None:
    """Set one channel of an observation to a set of cells."""
    for row in range(len(bits)):
        for col in range(len(bits)):
            obs[row, col, channel] = np.uint8((bits[row] >> np.uint64(col)) & ONE)


@kernel
def layout_hash(walls: Bits) -> Any:
    """64 bits that depend on every wall."""
    word = NONE
    for row in range(len(walls)):
        word = mix(word ^ walls[row]) + ONE
    return word
