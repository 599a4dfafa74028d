"""Agents whose goal is known, and what must be said of them: is the measurement right?

    from goalgap.testing.known import known_agents
    from goalgap.testing.known.judging import judged

    for agent in known_agents(GAME):
        print(agent.name, judged(Task.of(GAME), agent).right)

Of an environment of the suite these are its own; of one from outside, those whose class follows from their making.
"""

from importlib import import_module

from ...envs import SUITE
from ...envs.engine.game import Game
from .agents import Known, standard

__all__ = ["BATTERY", "Known", "known_agents", "standard"]

BATTERY: dict[str, tuple[Known, ...]] = {
    name: import_module(f".{game.module.rpartition('.')[2]}", __name__).AGENTS for name, game in SUITE.items()
}


def known_agents(game: Game) -> tuple[Known, ...]:
    """The known agents of a game."""
    return BATTERY.get(game.name) or tuple(standard(game))
