"""The loop that edits levels, as those of `loops`; see `envs/engine/editing.py` for what the ways to edit mean."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .compile import kernel
from .contract import AGENT, AGREEING, ANYWHERE, WALL, edit, layout
from .loops import HALF, Draw, Indices, Records, belongs
from .rng import below, draw, key

IDENTITY, CONSTANT, BINOMIAL, UNRESTRICTED = range(4)  # ways to edit levels
ATTEMPTS = 20
STREAM = 5  # of a seed, behind those of the splits


class Editing(NamedTuple):
    """How levels are edited: one of the ways above, and the edits of each level."""

    way: int
    steps: int


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
    if editing.way <= CONSTANT:
        if t < editing.steps - 2 or (t == editing.steps - 2 and below(rng, 2) == 0):
            return WALL
        if t == editing.steps - 2:
            return AGENT
        if editing.way == IDENTITY:
            return WALL
    else:
        drawn = below(rng, editing.steps if editing.way == BINOMIAL else 3)
        if drawn > 0:
            return AGENT if drawn == 1 else WALL
    anywhere = editing.way == UNRESTRICTED or (draw(rng) >> HALF) < alpha
    return ANYWHERE if anywhere else AGREEING
