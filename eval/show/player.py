"""Episodes to look at, as one HTML file that works offline: step by step, by outcome, training beside deployment.

It is made from recorded actions alone. The page holds each different tile of its pictures once, and of every step
what changed; a script of its own draws them, and nothing is fetched.
"""

from __future__ import annotations

import base64
import math
from typing import Any

from ...envs import known
from ...envs.engine.looks.canvas import FLOORS, blend
from ...envs.engine.looks.png import png
from ...envs.engine.looks.sprites import CELL
from ...terms import NONE, SPLITS
from ..measures.outcomes import outcome_names
from ..play.films import Film, Moment, films
from ..table.episodes import Episodes
from .atlas import Atlas, Pixels, changes
from .templating import templates

TITLES = {"train": "Training", "control": "Control", "deploy": "Deployment"}


def render(episodes: Episodes) -> str:
    """The page for the episodes of an agent in one way of acting.

    Raises:
        ValueError: this code plays another game than they were played in.
    """
    return templates().get_template("player.html.jinja").render(told(episodes))


def told(episodes: Episodes) -> dict[str, Any]:
    """What the template of the page is told; ValueError as of `render`."""
    shown, atlas = films(episodes), Atlas()
    recorded = [_film(film, atlas) for film in shown]
    game, task = episodes.game, shown[0].task
    roles = {reward.name: reward.role for reward in game.rewards} | {NONE: NONE}
    data = {
        "atlas": _uri(atlas.image()), "across": atlas.across, "episodes": recorded,
        "actions": task.game.actions, "events": [event.name for event in game.events],
        "goals": [{"name": goal.name, "role": goal.role} for goal in game.rewards],
    }  # fmt: skip
    return {
        "agent": ", ".join(dict.fromkeys(run.agent for run in episodes.runs)), "game": game,
        "question": known()[game.environment].summary, "rewards": game.rewards,
        "splits": [(split, TITLES[split]) for split in SPLITS if any(film.task.split == split for film in shown)],
        "outcomes": [(name, roles[name], _counts(shown, name)) for name in outcome_names(game)],
        "things": _things(task.game.sprites), "data": data, "many": len({film.training_seed for film in shown}) > 1,
    }  # fmt: skip


def _film(film: Film, atlas: Atlas) -> dict[str, Any]:
    """What the script is told of an episode; tiles are numbered as they come."""
    pictures = [film.task.game.art.rgb(moment.scene, scale=1) for moment in film.moments]
    frames = [atlas.frame(picture) for picture in pictures]
    return {
        "split": film.task.split, "level": film.level_seed, "seed": film.training_seed, "outcome": film.outcome,
        "end": "terminated" if film.terminated else "truncated", "cols": pictures[0].shape[1] // CELL,
        "rows": pictures[0].shape[0] // CELL, "base": frames[0],
        "oracle": [_plain(most) for most in film.oracle.values()],
        "steps": [_step(film, k, changes(frames[max(k - 1, 0)], frames[k])) for k in range(len(frames))],
    }  # fmt: skip


def _step(film: Film, k: int, changed: list[int]) -> dict[str, Any]:
    moment: Moment = film.moments[k]
    step: dict[str, Any] = {"d": changed, "r": [round(moment.returns[name], 4) for name in film.oracle]}
    if moment.action:
        step["a"] = moment.action
    if moment.earned:
        step["e"] = list(moment.earned.items())
    if moment.cell:
        step["p"] = moment.cell
    return step


def _plain(number: float) -> float | None:
    return None if math.isnan(number) else round(number, 4)


def _counts(shown: list[Film], outcome: str) -> list[tuple[str, int]]:
    """In how many episodes of each split something was gone for."""
    return [
        (split, sum(film.outcome == outcome for film in shown if film.task.split == split))
        for split in SPLITS
        if any(film.task.split == split for film in shown)
    ]


def _things(sprites: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and picture of each thing, on the floor."""
    return [(name, _uri(blend(FLOORS[0], picture[..., :3], picture[..., 3:]))) for name, picture in sprites.items()]


def _uri(image: Pixels) -> str:
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()
