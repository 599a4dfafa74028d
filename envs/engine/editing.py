"""Edited levels: small changes of levels, by which a curriculum searches near those that teach something.

What may change the goals' agreement is kept as rare as a training distribution has it, or not (Abdel Sadek et al. 2025,
appendix J). An edit toggles a wall, moves the agent, moves one of the game's `scattered` (a key, or a chest), or sets
what decides whether the goals agree. Of n edits:

* `identity`: all toggle walls, but that one may move the agent, and one each of what is scattered, each by a toss; what
  decides whether the goals agree is left alone;
* `constant`: so too, but the last sets that so that they agree, or, with the probability alpha of the task, do not;
* `binomial`: each does that, moves the agent or one of what is scattered, with a probability of 1 / n each, and else
  toggles a wall;
* `unrestricted`: each sets that so that they do not agree, moves something or toggles a wall, each as often.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...choices import choose
from .checks import as_array
from .kernels.editing import Editing
from .levels import Levels
from .task import Task

EDITS = ("identity", "constant", "binomial", "unrestricted")


def check_edits(task: Task) -> None:
    """ValueError where an environment has no edits."""
    if not task.game.editable:
        raise ValueError(
            f"{task.game.name} has no kernel `edit`, so no curriculum can edit its levels: "
            "choose a curriculum without edits, such as robust-plr"
        )


def edit_levels(task: Task, levels: Levels, seeds: Any, way: str, steps: int) -> Levels:
    """A level made of each level, with layouts of the same split; one whose edits find no such layout stays as it was.

    Args:
        levels: records of the task's levels, shape (n,).
        seeds: of the new levels, and of the chance in them, integers, shape (n,).
        way: one of `EDITS`.
        steps: edits of each level.

    Raises:
        ValueError: there is no such way, or the environment has no edits.
    """
    check_edits(task)
    made = np.array(as_array(levels))
    made["margin"] = np.nan
    how = Editing(EDITS.index(choose("way to edit levels", way, EDITS)), steps, task.game.scattered)
    task.loops.edit(made, np.ascontiguousarray(seeds, np.int64), task.drawing, how)
    return made
