"""Deployment episodes as pictures: the level as the agent first saw it and the way it went, or how it ended.

The levels are the first ones, taken in order and dealt to the training seeds in turn: nothing is picked.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.looks.goals import ROLES
from ...envs.engine.looks.png import png
from ...terms import NONE
from ..measures.outcomes import named_outcomes
from ..play.games import recorded_task
from ..play.replay import recorded, walks
from ..table.episodes import Episodes
from ..table.selection import dealt

COLOURS = {**ROLES, NONE: (120, 113, 128)}


@dataclass(frozen=True)
class Picture:
    """One episode: a PNG as a data URI, its title, its outcome with that goal's role, and what came of each goal."""

    uri: str
    title: str
    outcome: str
    role: str
    goals: tuple[GoalResult, ...]


@dataclass(frozen=True)
class GoalResult:
    """What an episode got of one goal: when first, how much, and how much its oracle would have got."""

    goal: str
    reached: str
    earned: float
    oracle: float


def pictures(episodes: Episodes, count: int = 6) -> list[Picture]:
    """Pictures of the first deployment levels; ValueError when this code plays another game than they did."""
    deploy = episodes.where(split="deploy")
    deploy = deploy.where(deterministic=bool(deploy.column("deterministic").all()))
    return _draw(dealt(deploy, count)) if len(deploy) else []


def _draw(shown: Episodes) -> list[Picture]:
    task = recorded_task(shown.game, "deploy")
    scenes, cells = walks(task, recorded(shown))
    roles = {reward.name: reward.role for reward in shown.game.rewards}
    levels, seeds = shown.column("level_seed"), shown.column("training_seed")
    drawn = []
    for row, outcome in enumerate(named_outcomes(shown)):
        role = roles.get(outcome, NONE)
        image = task.game.art.rgb(scenes[row], cells[row], COLOURS[role], scale=1)
        goals = tuple(_result(shown, row, goal) for goal in shown.game.goals)
        title = f"Level {levels[row]}, training seed {seeds[row]}"
        drawn.append(Picture(_uri(image), title, outcome, role, goals))
    return drawn


def _result(shown: Episodes, row: int, goal: str) -> GoalResult:
    step = int(shown.column("reached", goal)[row])
    earned, oracle = (float(shown.column(group, goal)[row]) for group in ("return", "oracle"))
    return GoalResult(goal, f"step {step}" if step >= 0 else "never", earned, oracle)


def _uri(image: NDArray[np.uint8]) -> str:
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()
