"""Levels as text, both ways: `Art.level` writes a level, `parse` reads one that a person drew.

Of a grid, what a level holds under a layer's name, or its plural, is filled in from that layer: sets of cells
like `walls`, and places like the mouse's. An environment that has more to fill in declares a function
`read(level, layers)`; it gets the level's record and each layer as a bool array (rows, cols), and
raises ValueError where the drawing is no level. A level must look, at its start, as it was drawn: so
nothing drawn is ever ignored. A game that is no grid has its level written field by field (see `lines`), and
may declare `check(level)`, which raises ValueError where the numbers are no level.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..levels import Levels, margins
from ..maze.cells import PLACE
from ..task import Task
from .art import FLOOR, GridArt
from .lines import fill

Mask = NDArray[np.bool_]


def parse(task: Task, text: str) -> Levels:
    """The level drawn in `text`, as an array of one record.

    Args:
        text: one line a row and one glyph a cell, border included, or one line a field where the game is no grid;
            surrounding space does not matter.

    Returns:
        The level with seed -1, the task's horizon and its margin.

    Raises:
        ValueError: the text is no level of the task; says where, and which glyphs there are.
    """
    levels = np.zeros(1, task.level_dtype)
    levels["seed"], levels["horizon"], levels["margin"] = -1, task.settings.horizon, np.nan
    art = task.game.art
    try:
        if isinstance(art, GridArt):
            _read_grid(task, art, levels, text)
        else:
            _read_lines(task, levels, text)
    except ValueError as error:
        hint = f". Glyphs: {_glyphs(art)}" if isinstance(art, GridArt) else ""
        raise ValueError(f"not a level of {task.game.name}: {error}{hint}") from None
    margins(task, levels)
    return levels


def _read_lines(task: Task, levels: Levels, text: str) -> None:
    fill(levels, cleandoc(text))
    if task.game.check is not None:
        task.game.check(levels[0])


def _read_grid(task: Task, art: GridArt, levels: Levels, text: str) -> None:
    rows = [line.rstrip() for line in cleandoc(text).splitlines()]
    _check_shape(rows, task.observation_space.shape[0])
    _fill(task, levels[0], _layers(task, art, rows))
    _compare(rows, _start(task, levels))


def one(layers: Mapping[str, Mask], name: str) -> tuple[int, int]:
    """The only cell (row, col) of a layer; ValueError where there is none or more than one."""
    cells = np.argwhere(layers[name])
    if len(cells) != 1:
        where = f" ({'; '.join(_at(row, col) for row, col in cells)})" if len(cells) else ""
        raise ValueError(f"there must be exactly one {name}, not {len(cells)}{where}")
    return int(cells[0, 0]), int(cells[0, 1])


def several(layers: Mapping[str, Mask], names: tuple[str, ...], total: int) -> NDArray[np.int64]:
    """The cells of some layers, one layer after the other, shape (total, 2); ValueError where they are not `total`."""
    cells = np.concatenate([np.argwhere(layers[name]) for name in names])
    if len(cells) != total:
        raise ValueError(f"there must be {total} of {' and '.join(names)} together, not {len(cells)}")
    return cells


def _fill(task: Task, level: Any, layers: Mapping[str, Mask]) -> None:
    """Sets of cells and places by their names, the rest by the environment's own `read`."""
    for record in (level, level["start"]):
        _fill_record(record, layers)
    if task.game.read is not None:
        task.game.read(level, layers)


def _fill_record(level: Any, layers: Mapping[str, Mask]) -> None:
    for name in level.dtype.names:
        layer = name if name in layers else name.removesuffix("s")
        if layer not in layers:
            continue
        if level.dtype[name] == PLACE:
            level[name] = one(layers, layer)
        elif level.dtype[name].shape == (len(layers[layer]),):
            level[name] = _bits(layers[layer])


def _bits(cells: Mask) -> NDArray[np.uint64]:
    """A set of cells as words: bit `col` of word `row`."""
    return cells.astype(np.uint64) @ (np.uint64(1) << np.arange(cells.shape[1], dtype=np.uint64))


def _layers(task: Task, art: GridArt, rows: list[str]) -> dict[str, Mask]:
    legend = _legend(art)
    layers = {name: np.zeros((len(rows), len(rows)), bool) for name in task.game.layers}
    for row, line in enumerate(rows):
        for col, glyph in enumerate(line):
            if glyph not in legend:
                raise ValueError(f"{_at(row, col)}: unknown glyph {glyph!r}")
            for name in legend[glyph]:
                layers[name][row, col] = True
    _check_border(layers["wall"])
    return layers


def _check_shape(rows: list[str], size: int) -> None:
    if len(rows) != size:
        raise ValueError(f"it has {len(rows)} lines; size {size - 2} with its border has {size}")
    for row, line in enumerate(rows):
        if len(line) != size:
            raise ValueError(f"line {row + 1} has {len(line)} glyphs; size {size - 2} with its border has {size}")


def _check_border(walls: Mask) -> None:
    inside = np.zeros_like(walls)
    inside[1:-1, 1:-1] = True
    for row, col in np.argwhere(~walls & ~inside)[:1]:
        raise ValueError(f"{_at(row, col)}: the border must be wall all around")


def _start(task: Task, levels: Levels) -> list[str]:
    from ..batch import Batch

    batch = Batch.on(task, levels)
    return task.game.art.text(batch.scenes()[0]).splitlines()


def _compare(drawn: list[str], seen: list[str]) -> None:
    for row, (line, truth) in enumerate(zip(drawn, seen, strict=True)):
        for col, (glyph, shown) in enumerate(zip(line, truth, strict=True)):
            if glyph != shown:
                raise ValueError(f"{_at(row, col)}: {glyph!r} is drawn where an episode would start with {shown!r}")


def _legend(art: GridArt) -> dict[str, tuple[str, ...]]:
    return {FLOOR: (), **art.legend}


def _glyphs(art: GridArt) -> str:
    return ", ".join(f"{glyph} {' + '.join(names) or 'floor'}" for glyph, names in _legend(art).items())


def _at(row: int, col: int) -> str:
    return f"line {row + 1}, column {col + 1}"
