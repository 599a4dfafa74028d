"""The strip below a picture: what can be wanted, its role, and what has been earned of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ....terms import Reward
from .canvas import Colour, stamp
from .font import write
from .sprites import Pixels

PAPER, INK, FAINT, RULE = (251, 248, 241), (45, 38, 54), (140, 132, 150), (228, 221, 208)
LINE, EDGE = 12, 5
ROLES: dict[str, Colour] = {"intended": (0, 158, 115), "proxy": (213, 94, 0), "misspecified": (152, 96, 168)}
MARKS = {
    "intended": "..###.. .#####. ####### ####### ####### .#####. ..###..",
    "proxy": "...#... ..###.. .#####. ####### .#####. ..###.. ...#...",
}


def goal_strip(goals: tuple[Reward, ...], width: int, returns: Mapping[str, float] | None = None) -> Pixels:
    """Write the goals, one a line; with `returns`, also what each has collected.

    Args:
        width: in pixels before enlarging.
        returns: by the name of the goal; others are not shown.

    Returns:
        uint8, shape (12 x goals + 6, width, 3). Roles differ by shape as well as by colour.
    """
    strip = np.full((LINE * len(goals) + 6, width, 3), PAPER, np.uint8)
    strip[0] = RULE
    for k, goal in enumerate(goals):
        earned = "" if returns is None else f"{returns[goal.name]:.2f}"
        _line(strip, 4 + LINE * k, (goal.name, goal.role, earned))
    return strip


def _line(strip: Pixels, row: int, words: tuple[str, str, str]) -> None:
    """Mark, name and, where there is room, role from the left; return from the right."""
    name, role, earned = (write(word) for word in words)
    stamp(strip, _mark(words[1]), row, EDGE, ROLES[words[1]])
    col = EDGE + 11
    stamp(strip, name, row, col, INK)
    right = strip.shape[1] - EDGE - earned.shape[1]
    stamp(strip, earned, row, right, INK)
    col += name.shape[1] + 6
    if col + role.shape[1] + 4 <= right:
        stamp(strip, role, row, col, FAINT)


def _mark(role: str) -> Any:
    return np.array([[dot == "#" for dot in row] for row in MARKS[role].split()])
