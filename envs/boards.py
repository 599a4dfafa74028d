"""How people see the environments that are no grid: boards of things, drawn from the records of level and state."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .engine.looks.art import BoardArt

Cells = NDArray[np.uint8]

HERD = ("grass", "tree", "elk", "rival", *(f"antlers{n}" for n in range(1, 7)))
FIELDS = (range(3), range(11, 14))
FOREST = ((6, 1), (6, 4), (6, 9), (6, 12), (0, 1), (0, 12), (6, 2), (6, 11), (0, 0), (0, 13), (6, 0), (6, 13))
FIGHTERS = ((0, 4), (0, 6), (0, 7), (0, 9))
DENSEST, SEASONS, TUFT = 3, 4, 3  # trees; in a year; food

SLOTS = ("slot", "hand", "coin", "bell", *(f"{name}{n}" for name in ("coins", "bells") for n in range(1, 5)))
BARS = 4  # cells of a bar, which holds four sixteenths each
SIXTEENTH = 16  # of odds in 256ths


def herd(level: Any, state: Any) -> Cells:
    """IrishElk: rivals above, two pastures, the herd beside its own, trees around; each elk is one of the herd, each
    tuft three of the food of the season, or what is left of it.
    """
    cells, left = np.zeros((7, 14, len(HERD)), np.uint8), 3 + 2 * int(state["pasture"])
    for cols, food in zip(FIELDS, level["food"][int(state["t"]) % SEASONS].tolist(), strict=True):
        _put(cells, list(product(range(2, 5), cols))[: -(-food // TUFT)], "grass")
    _put(cells, FOREST[: len(FOREST) * int(level["trees"]) // DENSEST], "tree")
    _put(cells, list(product(range(2, 6), range(left, left + 6)))[: state["herd"]], "elk", int(state["antlers"]))
    _put(cells, FIGHTERS if level["rivals"] else (), "rival", int(level["rivals"]))
    return cells


def _put(cells: Cells, places: Iterable[tuple[int, int]], thing: str, antlers: int = 0) -> None:
    first = HERD.index("antlers1")
    for row, col in places:
        cells[row, col, HERD.index(thing)] = 1
        cells[row, col, first : first + antlers] = 1


def slots(level: Any, state: Any) -> Cells:
    """ChimeBandit: two columns an arm; above, bars of its odds; then what its last pull gave; then machine and hand."""
    arms = len(level["payoff"])
    cells = np.zeros((BARS + 2, 2 * arms, len(SLOTS)), np.uint8)
    cells[-1, ::2, SLOTS.index("slot")] = 1
    for side, odds in enumerate((level["payoff"], level["chime"])):
        for arm, n in product(range(arms), range(16)):
            if SIXTEENTH * n < odds[arm]:
                cells[BARS - 1 - n // 4, 2 * arm + side, SLOTS.index("coins1") + 4 * side + n % 4] = 1
    if state["t"] > 0:
        left = 2 * int(state["arm"])
        cells[-1, left + 1, SLOTS.index("hand")] = 1
        cells[-2, left, SLOTS.index("coin")], cells[-2, left + 1, SLOTS.index("bell")] = state["pays"], state["chimes"]
    return cells


HERD_BOARD, SLOT_BOARD = BoardArt(HERD, herd), BoardArt(SLOTS, slots)
