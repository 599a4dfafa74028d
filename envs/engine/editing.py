"""Edited levels: small changes of levels, by which a curriculum searches near those that teach something.

What may change the goals' agreement is kept as rare as a training distribution has it, or not (Abdel Sadek et al. 2025,
appendix J). Of n edits:

* `identity`: all toggle walls, but one that may put the agent elsewhere; nothing that the goals are about moves;
* `constant`: so too, but the last puts what the goals are about where they agree, or, with the probability alpha of the
  task, anywhere;
* `binomial`: each does that, or moves the agent, with a probability of 1 / n each, and else toggles a wall;
* `unrestricted`: each puts what the goals are about anywhere, moves the agent or toggles a wall, a third of them each.
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
    how = Editing(EDITS.index(choose("way to edit levels", way, EDITS)), steps)
    task.loops.edit(made, np.ascontiguousarray(seeds, np.int64), task.drawing, how)
    return made
