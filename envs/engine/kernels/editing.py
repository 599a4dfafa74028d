"""The loop that edits levels, as those of `loops`; see `envs/engine/editing.py` for what the ways to edit mean."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .compile import kernel
from .contract import AGENT, AGREEING, ANYWHERE, THING, WALL, edit, layout
from .loops import HALF, Draw, Indices, Records, belongs
from .rng import below, draw, key

IDENTITY, CONSTANT, BINOMIAL, UNRESTRICTED = range(4)  # ways to edit levels
ATTEMPTS = 20
STREAM = 5  # of a seed, behind those of the splits


class Editing(NamedTuple):
    """How levels are edited: one of the ways above, the edits of each level, and the game's `scattered`."""

    way: int
    steps: int
    scattered: int


def edit_levels(levels: Records, seeds: Indices, how: Draw, editing: Editing) -> None:
    """Edit levels[k] by the chance of seeds[k], which become theirs; what would leave its split is tried anew."""
    rng = np.zeros(1, np.uint64)
    kept = levels[:1].copy()
    for k in range(len(levels)):
        rng[0] = key(seeds[k], STREAM)
        levels[k].seed = seeds[k]
        kept[0] = levels[k]
        for _ in range(ATTEMPTS):
            for t in range(editing.steps):
                edit(levels[k], how.arguments[0], what_to_edit(editing, t, how.alpha, rng), rng)
            if belongs(layout(levels[k]), how.split):
                break
            levels[k] = kept[0]


@kernel
def what_to_edit(editing: Any, t: int, alpha: Any, rng: Any) -> int:
    """What edit `t` of a level changes."""
    things = editing.scattered
    if editing.way <= CONSTANT:
        k = t - (editing.steps - 2 - things)
        if k < 0 or (k <= things and below(rng, 2) == 0):
            return WALL
        if k <= things:
            return AGENT if k == 0 else THING + k - 1
        if editing.way == IDENTITY:
            return WALL
    else:
        k = below(rng, editing.steps if editing.way == BINOMIAL else 3 + things) - 1
        if k >= 0:
            return AGENT if k == 0 else THING + k - 1 if k <= things else WALL
    anywhere = editing.way == UNRESTRICTED or (draw(rng) >> HALF) < alpha
    return ANYWHERE if anywhere else AGREEING
