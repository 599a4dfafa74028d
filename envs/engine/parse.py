"""Levels drawn by people: `parse` reads what `Art.level` writes.

Of a drawing, what a level or its first state holds under a layer's name, or its plural, is filled in from that layer
(`looks.text.fill`), and what is `hidden` from the lines below the drawing, behind a blank one (`looks.lines`). An
environment that has more to fill in declares a function `read(level, layers)`; it gets the level's record and each
layer, bool, shape (rows, cols), and raises ValueError where the drawing is no level. A level must look, at its start,
as it was drawn: so nothing drawn is ever ignored. A game that is not drawn has its level written field by field, and
may declare `check(level)`, which raises ValueError where the numbers are no level.
"""

from __future__ import annotations

from inspect import cleandoc

import numpy as np

from .batch import Batch
from .game import Game
from .levels import Levels, margins
from .looks import lines, text
from .looks.art import DrawnArt
from .task import Task


def parse(task: Task, drawing: str) -> Levels:
    """Read a level as an array of one record.

    Args:
        drawing: one line a row and one glyph a cell, border included, or one line a field where the game is no grid;
            surrounding space does not matter. Or the name of a level that the game has named.

    Returns:
        The level with seed -1, the horizon of the task's split and its margin, shape (1,).

    Raises:
        ValueError: it is no level of the task; says where, and which glyphs there are.
    """
    levels = task.blank_levels[[int(task.split == "deploy")]]
    levels["seed"], levels["margin"] = -1, np.nan
    art = task.game.art
    try:
        if isinstance(art, DrawnArt):
            _read_drawing(task, art, levels, task.game.named.get(drawing, drawing))
        else:
            lines.fill(levels[0], cleandoc(task.game.named.get(drawing, drawing)))
            if task.game.check is not None:
                task.game.check(levels[0])
    except ValueError as error:
        raise ValueError(f"not a level of {task.game.name}: {error}{_hint(task.game)}") from None
    margins(task, levels)
    return levels


def _read_drawing(task: Task, art: DrawnArt, levels: Levels, written: str) -> None:
    drawing, below = text.parts(written) if art.hidden else (written, "")
    layers = text.read(drawing, task.settings.board_shape(), task.game.things, art.legend)
    text.fill(levels[0], layers)
    lines.fill(levels[0], below, art.hidden)
    if task.game.read is not None:
        task.game.read(levels[0], layers)
    text.compare(drawing, _shown(task, levels))


def _shown(task: Task, levels: Levels) -> str:
    """What an episode on a level shows at its start."""
    return task.game.art.text(Batch.on(task, levels).scenes()[0])


def _hint(game: Game) -> str:
    """What there is to write: glyphs, and levels that have a name."""
    named = f". Levels with a name: {', '.join(game.named)}" if game.named else ""
    if not isinstance(game.art, DrawnArt):
        return named
    known = text.with_floor(game.art.legend)
    return named + f". Glyphs: {', '.join(f'{glyph} {_together(names)}' for glyph, names in known.items())}"


def _together(names: tuple[str, ...]) -> str:
    return " + ".join(names) or "floor"
