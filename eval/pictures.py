"""Deployment episodes as pictures: the level as the agent first saw it, and the way it went.

The levels are the first ones, taken in order and dealt to the training seeds in turn: nothing is picked.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..envs.engine.art import GridArt
from ..envs.engine.png import png
from ..envs.engine.spec import Game
from .episodes import Episodes
from .replay import Cells, recorded, walks
from .scores import LOST, outcomes
from .verdict import number

COLOURS = {"intended": (0, 158, 115), "proxy": (213, 94, 0), LOST: (120, 113, 128)}


@dataclass(frozen=True)
class Picture:
    """One episode: a PNG as a data URI, what it is of, what came of it, and the outcome's name and role."""

    uri: str
    title: str
    lines: tuple[str, ...]
    outcome: str
    role: str


def pictures(episodes: Episodes, count: int = 6) -> list[Picture]:
    """Pictures of the first deployment levels; ValueError when this code plays another game than they did."""
    deploy = episodes.where(split="deploy")
    deploy = deploy.where(deterministic=bool(deploy.column("deterministic").all()))
    if not len(deploy):
        return []
    seeds = np.unique(deploy.column("training_seed"))
    dealt = {int(level): int(seeds[k % len(seeds)]) for k, level in enumerate(_levels(deploy)[:count])}
    who, level = deploy.column("training_seed"), deploy.column("level_seed")
    rows = [row for row in range(len(deploy)) if dealt.get(int(level[row])) == who[row]]
    return _draw(Episodes(deploy.world, deploy.runs, deploy.table.take(rows)).sorted())


def _levels(episodes: Episodes) -> NDArray[np.int64]:
    return np.unique(episodes.column("level_seed"))


def _draw(shown: Episodes) -> list[Picture]:
    task = shown.world.task("deploy")
    first, cells = walks(task, recorded(shown))
    roles = {reward.name: reward.role for reward in shown.world.rewards}
    drawn = []
    for row, goal in enumerate(outcomes(shown)):
        outcome = shown.world.goals[goal] if goal >= 0 else LOST
        role = roles.get(outcome, LOST)
        image = _image(task.game, first[row], cells[row], COLOURS[role])
        level, seed = (shown.column(name)[row] for name in ("level_seed", "training_seed"))
        drawn.append(Picture(_uri(image), f"Level {level}, training seed {seed}", _lines(shown, row), outcome, role))
    return drawn


def _image(game: Game, obs: NDArray[np.uint8], path: Cells, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    if isinstance(game.art, GridArt):
        return game.art.rgb(obs, game.layers, path, colour, scale=1)
    return game.art.picture(game, obs)


def _lines(shown: Episodes, row: int) -> tuple[str, ...]:
    """What was reached when, and what was earned of each goal beside what its oracle would have earned."""
    return tuple(_line(shown, row, goal) for goal in shown.world.goals)


def _line(shown: Episodes, row: int, goal: str) -> str:
    step = shown.column(f"reached.{goal}")[row]
    earned, most = (number(float(shown.column(f"{kind}.{goal}")[row])) for kind in ("return", "oracle"))
    when = f"first at step {step}" if step >= 0 else "never"
    return f"{goal}: {when}; earned {earned}, its oracle {most}"


def _uri(image: NDArray[np.uint8]) -> str:
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()
