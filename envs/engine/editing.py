"""Edited levels: small changes of levels, by which a curriculum searches near those that teach something.

What may change the goals' agreement is kept as rare as a training distribution has it, or not (Abdel Sadek et al. 2025,
appendix J); of `steps` edits, most toggle a wall:

* `identity`: nothing that the goals are about moves; at last the agent is put elsewhere, or one wall more toggled;
* `constant`: at last what the goals are about is put where they agree, or, with the task's probability alpha, anywhere;
* `binomial`: each edit toggles a wall, moves the agent, or does that, with a third of probability each;
* `unrestricted`: as `binomial`, but always anywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...choices import choose
from .checks import as_array
from .kernels.loops import Editing
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
