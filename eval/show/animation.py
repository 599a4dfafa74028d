"""Episodes as a moving picture, GIF, or APNG, which keeps every colour: level after level, splits side by side."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.looks.canvas import enlarge
from ...envs.engine.looks.font import write
from ...envs.engine.looks.goals import INK, PAPER, goal_strip
from ...envs.engine.looks.sprites import CELL
from ...terms import SPLITS
from ..play.films import Film, films
from ..table.episodes import Episodes

Pixels = NDArray[np.uint8]

FORMATS = {".gif": "GIF", ".png": "PNG", ".apng": "PNG"}
GAP, LINE, HOLD = 8, 12, 6  # pixels between pictures, of a line of text; frames that an end is shown for
WIDE = 24 * CELL  # pixels that are shown of a wider board
TITLES = {"train": "training", "control": "control", "deploy": "deployment"}


def render(episodes: Episodes, kind: str, fps: int = 8, scale: int = 2, every: int = 1, note: str = "") -> bytes:
    """The moving picture of the episodes of an agent in one way of acting.

    Args:
        kind: a file's ending, one of `FORMATS`.
        fps: steps a second.
        scale: how often each pixel is repeated.
        every: steps from picture to picture.
        note: what is kept in a GIF as its comment.

    Raises:
        ValueError: this code plays another game than they were played in.
        ImportError: Pillow is not installed.
    """
    from PIL import Image

    images = [Image.fromarray(enlarge(frame, scale)) for frame in frames(episodes, every)]
    made, times = BytesIO(), 1000 // fps
    first, *rest = [image.quantize(dither=Image.Dither.NONE) for image in images] if kind == ".gif" else images
    first.save(made, FORMATS[kind], save_all=True, append_images=rest, duration=times, loop=0, comment=note)
    return made.getvalue()


def frames(episodes: Episodes, every: int = 1) -> Iterator[Pixels]:
    """A picture of every so many steps and some of each end, uint8, shape (height, width, 3); all of the same size."""
    shown = films(episodes)
    splits = [[film for film in shown if film.task.split == split] for split in SPLITS]
    for together in zip_longest(*filter(None, splits)):
        longest = max(len(film.moments) for film in together if film)
        for t in [*range(0, longest, every), *[longest] * HOLD]:
            yield np.concatenate(list(_beside(together, t)), axis=1)


def _beside(together: tuple[Film | None, ...], t: int) -> Iterator[Pixels]:
    width = next(_picture(film, 0).shape for film in together if film)
    for k, film in enumerate(together):
        if k:
            yield _blank(width[0], GAP)
        yield _picture(film, t) if film else _blank(*width[:2])


def _picture(film: Film, t: int) -> Pixels:
    """A title, the board, and below it the goals with what was earned of each."""
    moment = film.moments[min(t, len(film.moments) - 1)]
    board = _around(film.task.game.art.rgb(moment.scene, scale=1), moment.cell)
    title = _blank(LINE, board.shape[1])
    ink = write(f"{TITLES[film.task.split]} {film.level_seed}")[:, : board.shape[1] - 4]
    title[2 : 2 + ink.shape[0], 2 : 2 + ink.shape[1]][ink] = INK
    return np.concatenate([title, board, goal_strip(film.task.game.goals, board.shape[1], moment.returns)])


def _around(board: Pixels, cell: tuple[int, int] | None) -> Pixels:
    """What is seen of a board that is too wide to be shown whole: more of what lies ahead of the agent than behind."""
    behind = cell[1] * CELL - WIDE // 3 if cell else 0
    left = min(max(behind, 0), max(board.shape[1] - WIDE, 0))
    return board[:, left : left + WIDE]


def _blank(height: int, width: int) -> Pixels:
    blank: Any = np.full((height, width, 3), PAPER, np.uint8)
    return blank  # type: ignore[no-any-return]
