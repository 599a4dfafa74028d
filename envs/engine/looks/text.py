"""Grids as text, both ways: a line for each row, border included, and a glyph for each cell.

A legend says for each glyph which layers it stands for; the floor, where nothing lies, is ".". A layer that no glyph
stands for is not written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..maze.cells import PLACE
from ..maze.reading import Mask, line_and_column, one

Legend = Mapping[str, tuple[str, ...]]

FLOOR = "."


def write(obs: NDArray[np.uint8], layers: Sequence[str], legend: Legend) -> str:
    """Write an observation, shape (rows, cols, layers); a cell without a glyph of its own shows its topmost layer."""
    glyphs = {frozenset(names): glyph for glyph, names in with_floor(legend).items()}
    written = [k for k, name in enumerate(layers) if any(name in names for names in glyphs)]
    names = [layers[k] for k in written]
    return "\n".join("".join(_glyph(cell, names, glyphs) for cell in row) for row in obs[..., written])


def read(text: str, shape: tuple[int, int], layers: Sequence[str], legend: Legend) -> dict[str, Mask]:
    """Read a drawn grid of so many rows and columns, border included: each layer, bool, of that shape.

    Raises:
        ValueError: it has another shape, an unknown glyph, or a border with a gap; says where.
    """
    rows, known = rows_of(text), with_floor(legend)
    _check_shape(rows, shape)
    drawn = {name: np.zeros(shape, bool) for name in layers}
    for row, line in enumerate(rows):
        for col, glyph in enumerate(line):
            if glyph not in known:
                raise ValueError(f"{line_and_column(row, col)}: unknown glyph {glyph!r}")
            for name in known[glyph]:
                drawn[name][row, col] = True
    if "wall" in drawn:
        _check_border(drawn["wall"])
    return drawn


def fill(level: Any, layers: Mapping[str, Mask]) -> None:
    """Fill in a level's record what has the name of a layer, or its plural: places, and sets of cells.

    So is the first state filled in, where the level holds one in its field `start`. ValueError where the place of a
    thing is not exactly one.
    """
    parts = (level, level["start"]) if "start" in level.dtype.names else (level,)
    for part in parts:
        for name in part.dtype.names:
            layer = name if name in layers else name.removesuffix("s")
            if layer in layers and part.dtype[name] == PLACE:
                part[name] = one(layers, layer)
            elif layer in layers and part.dtype[name].shape == (len(layers[layer]),):
                part[name] = _bits(layers[layer])


def compare(drawn: str, shown: str) -> None:
    """ValueError at the first cell where a drawn grid and the one that an episode shows at its start differ."""
    for row, (line, truth) in enumerate(zip(rows_of(drawn), shown.splitlines(), strict=True)):
        for col, (glyph, seen) in enumerate(zip(line, truth, strict=True)):
            if glyph != seen:
                where = line_and_column(row, col)
                raise ValueError(f"{where}: {glyph!r} is drawn where an episode would start with {seen!r}")


def with_floor(legend: Legend) -> dict[str, tuple[str, ...]]:
    """A legend with the glyph of the floor, which comes first."""
    return {FLOOR: (), **legend}


def parts(written: str) -> tuple[str, str]:
    """A drawn grid, and what is written below it, behind a blank line."""
    drawing, _, below = "\n".join(line.rstrip() for line in cleandoc(written).splitlines()).partition("\n\n")
    return drawing, below


def rows_of(text: str) -> list[str]:
    """The lines of a drawn grid, without the space around it."""
    return [line.rstrip() for line in cleandoc(text).splitlines()]


def _glyph(cell: NDArray[np.uint8], layers: Sequence[str], glyphs: Mapping[frozenset[str], str]) -> str:
    active = [name for name, present in zip(layers, cell.tolist(), strict=True) if present]
    if frozenset(active) in glyphs:
        return glyphs[frozenset(active)]
    return glyphs[min((names for names in glyphs if active[-1] in names), key=len)]


def _bits(cells: Mask) -> NDArray[np.uint64]:
    """A set of cells as words: bit `col` of word `row`."""
    return cells.astype(np.uint64) @ (np.uint64(1) << np.arange(cells.shape[1], dtype=np.uint64))


def _check_shape(rows: list[str], shape: tuple[int, int]) -> None:
    height, width = shape
    whole = f"size {height - 2} with its border" if height == width else f"a drawing of {height} x {width}"
    if len(rows) != height:
        raise ValueError(f"it has {len(rows)} lines; {whole} has {height}")
    for row, line in enumerate(rows):
        if len(line) != width:
            raise ValueError(f"line {row + 1} has {len(line)} glyphs; {whole} has {width}")


def _check_border(walls: Mask) -> None:
    inside = np.zeros_like(walls)
    inside[1:-1, 1:-1] = True
    for row, col in np.argwhere(~walls & ~inside)[:1]:
        raise ValueError(f"{line_and_column(row, col)}: the border must be wall all around")
