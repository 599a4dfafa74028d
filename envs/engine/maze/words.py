"""Small boards as one 64-bit word: bit `row * rows + col` is a cell, border included, for boards of up to 8 x 8.

Sets of cells are then combined, grown and drawn from by a few machine instructions, and boxes that are pushed about can
be searched breadth-first: how the boxes lie is a number, `code`, with 6 bits a box, and where the robot can be by then
is a word.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..kernels.compile import kernel
from ..kernels.rng import Stream, below
from .cells import NONE, ONE, Bits, Place, at, lowest, ones

Word = Any  # a numpy.uint64


@kernel
def bit(k: Any) -> Word:
    """The set of one cell."""
    return ONE << np.uint64(k)


@kernel
def has(word: Word, k: int) -> bool:
    """Whether a set holds a cell."""
    return (word >> np.uint64(k)) & ONE == ONE


@kernel
def packed(cells: Bits) -> Word:
    """A set of cells, given as a word a row, as one word."""
    word = NONE
    for row in range(len(cells)):
        word |= cells[row] << np.uint64(row * len(cells))
    return word


@kernel
def beside(word: Word, by: int) -> Word:
    """The cells that lie `by` numbers before or after those of a set: 1 for the same row, `rows` for the same column.

    The border, which is no part of the set, keeps it from running over.
    """
    return (word << np.uint64(by)) | (word >> np.uint64(by))


@kernel
def around(word: Word, rows: int) -> Word:
    """The neighbours of the cells of a set."""
    return beside(word, 1) | beside(word, rows)


@kernel
def joined(word: Word, k: int, rows: int) -> Word:
    """The cells of a set that can be reached from one of them within it."""
    reach, old = bit(k), NONE
    while reach != old:
        old = reach
        reach |= around(reach, rows) & word
    return reach


@kernel
def pick(word: Word, rng: Stream) -> int:
    """A random cell of a set that is not empty."""
    for _ in range(below(rng, ones(word))):
        word &= word - ONE
    return lowest(word)


@kernel
def number(place: Place, rows: int) -> int:
    """The number of a place."""
    return np.int64(place.row) * rows + place.col


@kernel
def put(place: Place, k: int, rows: int) -> None:
    """Move a place to the cell of a number."""
    place.row, place.col = k // rows, k % rows


@kernel
def towards(one: Place, other: Place, rows: int) -> int:
    """A step, in numbers, from a place to another in the same row or column."""
    by = rows if one.col == other.col else 1
    return by if number(one, rows) <= number(other, rows) else -by


@kernel
def between(one: Place, other: Place, rows: int) -> Word:
    """The cells between two places in one row or column."""
    word, by = NONE, towards(one, other, rows)
    for k in range(number(one, rows) + by, number(other, rows), by):
        word |= bit(k)
    return word


@kernel
def loose(walls: Word, hole: Place, rows: int) -> Word:
    """The cells from which neither a corner nor the border, along which a box only slides, keeps a box from a hole."""
    cells = NONE
    for k in range(rows * rows):
        row, col = k // rows, k % rows
        if (row not in (1, rows - 2) or row == hole.row) and (col not in (1, rows - 2) or col == hole.col):
            cells |= bit(k)
    return cells & ~walls & ~(beside(walls, 1) & beside(walls, rows))


@kernel
def pushable(boxes: Word, onto: Word, free: Word, by: int) -> Word:
    """The boxes that one push, by a step of `by` numbers either way, would bring onto cells of a set."""
    step = np.uint64(by)
    return boxes & (((onto >> step) & (free << step)) | ((onto << step) & (free >> step)))


@kernel
def box_at(boxes: Any, row: int, col: int) -> int:
    """The box at a cell, by its number, or -1."""
    for i in range(len(boxes)):
        if at(boxes[i], row, col):
            return i
    return -1


@kernel
def encode(boxes: Any, rows: int) -> int:
    """How boxes lie, places of which those that are gone are (0, 0), as a number."""
    code = 0
    for i in range(len(boxes)):
        code |= number(boxes[i], rows) << 6 * i
    return code


@kernel
def occupied(code: Any) -> Word:
    """The cells of the boxes that lie as `code` says; one that is gone is 0, and left out."""
    word = NONE
    while code > 0:
        word |= bit(code & 63)
        code >>= 6
    return word & ~ONE


@kernel
def table(rows: int, boxes: int) -> tuple[Any, Any]:
    """For `join`: where the robot has been for each code, and a queue with room for all that can come."""
    return np.zeros((rows**2, rows**2 * 64 ** (boxes - 2)), np.uint64), np.empty(
        (rows ** (2 * boxes + 2), 2), np.uint64
    )


@kernel
def join(reached: Any, queue: Any, tail: int, code: Any, cells: Word) -> int:
    """While boxes lie as `code` says, let the robot be at some cells, if it was not before; returns the queue's end."""
    new = cells & ~reached[code & 63, code >> 6]
    if new == NONE:
        return tail
    reached[code & 63, code >> 6] |= new
    queue[tail, 0], queue[tail, 1] = np.uint64(code), new
    return tail + 1
