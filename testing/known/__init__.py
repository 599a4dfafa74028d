"""Agents whose goal is known, and what must be said of them: is the measurement right?

    from goalgap.testing.known import known_agents
    from goalgap.testing.known.judging import judged

    for agent in known_agents(GAME):
        print(agent.name, judged(Task.of(GAME), agent).right)

Of an environment of the suite these are its own; of one from outside, those whose class follows from their making.
"""

from ...envs.engine.game import Game
from . import (
    camera_dropbox,
    cheese_corner,
    cheese_dish,
    chime_bandit,
    colour_shape,
    ice_cream,
    irish_elk,
    keys_and_chests,
    lava_land,
    probation,
    sweet_tooth,
    urn_wall,
    value_cue,
)
from .agents import Known, standard

__all__ = ["BATTERY", "Known", "known_agents", "standard"]

CANON = (
    cheese_corner, cheese_dish, colour_shape, keys_and_chests, lava_land, urn_wall, camera_dropbox, value_cue,
)  # fmt: skip
STORIES = (sweet_tooth, irish_elk, probation, chime_bandit, ice_cream)
BATTERY: dict[str, tuple[Known, ...]] = {module.GAME.name: module.AGENTS for module in CANON + STORIES}


def known_agents(game: Game) -> tuple[Known, ...]:
    """The known agents of a game."""
    return BATTERY.get(game.name) or tuple(standard(game))
