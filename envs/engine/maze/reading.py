"""What an environment asks of a drawn grid when it fills in a level's record: where things lie."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def one(layers: Mapping[str, Mask], name: str) -> tuple[int, int]:
    """The only cell (row, col) of a layer; ValueError where there is none or more than one."""
    cells = np.argwhere(layers[name])
    if len(cells) != 1:
        where = f" ({'; '.join(line_and_column(row, col) for row, col in cells)})" if len(cells) else ""
        raise ValueError(f"there must be exactly one {name}, not {len(cells)}{where}")
    return int(cells[0, 0]), int(cells[0, 1])


def line_and_column(row: int, col: int) -> str:
    """A cell as people count it in text, from 1."""
    return f"line {row + 1}, column {col + 1}"
