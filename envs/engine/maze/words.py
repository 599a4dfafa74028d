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
from .cells import NONE, ONE, Bits, lowest, ones

Word = Any  # a numpy.uint64


@kernel
def bit(k: int) -> Word:
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
def occupied(code: int) -> Word:
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
def join(reached: Any, queue: Any, tail: int, code: int, cells: Word) -> int:
    """While boxes lie as `code` says, let the robot be at some cells, if it was not before; returns the queue's end."""
    new = cells & ~reached[code & 63, code >> 6]
    if new == NONE:
        return tail
    reached[code & 63, code >> 6] |= new
    queue[tail, 0], queue[tail, 1] = np.uint64(code), new
    return tail + 1
