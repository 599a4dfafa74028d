"""What an environment means, on levels one can look at: a drawing, a string of actions, and what was earned when.

An action is written as the first letter of its name: u, r, d, l for moves; a capital where an earlier action begins
with the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ..envs import find
from ..envs.engine.faces.single import GoalGapEnv
from ..envs.engine.game import Game
from ..envs.engine.looks.text import parts, rows_of
from ..envs.engine.task import Task
from .expecting import expect


@dataclass
class Played:
    """What came of playing.

    Attributes:
        earned: for each reward and event, what it gave, by the number of the step, counted from 1.
        returns: the discounted returns, by name, once the episode has ended.
        margin: of the level.
        over: the step in which the episode ended, else 0.
        how: "terminated", "truncated", or "" where it goes on.
        view: the game as it stands at the end, as text.
    """

    earned: dict[str, dict[int, float]]
    returns: dict[str, float]
    margin: float
    over: int = 0
    how: str = ""
    view: str = ""


def play(game: Game | str, level: str, actions: str, **arguments: Any) -> Played:
    """Play a string of actions on a drawn level.

    Args:
        game: the environment, or its name or id.
        level: as text, and the size of a grid is taken from it; or the name of one, drawn for the default arguments.
        actions: letters of `letters`; AssertionError where some are left after the end.
        arguments: as in `Task.of`.
    """
    env, info = start(game, level, **arguments)
    played = Played({name: {} for name in info["goals"]}, {}, info["margin"])
    for t, action in enumerate(_numbers(env.task.game, actions), 1):
        expect(not played.over, f"{actions[t - 1 :]!r} is left of {actions!r}: the episode ended in step {t - 1}")
        _, _, terminated, truncated, info = env.step(action)
        for name, amount in info["goals"].items():
            if amount:
                played.earned[name][t] = amount
        if terminated or truncated:
            played.over, played.how = t, "terminated" if terminated else "truncated"
            played.returns = info["returns"]
    played.view = env.render()
    return played


def oracle(game: Game | str, level: str, goal: str, **arguments: Any) -> str:
    """The actions of a goal's oracle on a drawn level, until there is nothing left to gain or the episode ends."""
    env, _ = start(game, level, **arguments)
    channel, actions, over = env.task.channels.index(goal), "", False
    while not over and env.batch.values()[0, channel] > 0:
        action = env.batch.best_actions(channel)[0]
        actions += letters(env.task.game)[action]
        over = any(env.step(action)[2:4])
    return actions


def start(game: Game | str, level: str, **arguments: Any) -> tuple[GoalGapEnv, dict[str, Any]]:
    """A game at the start of a drawn or named level, with `render_mode="ansi"`, and its first info."""
    chosen = find(game)[0] if isinstance(game, str) else game
    if level not in chosen.named and "size" in [each.name for each in fields(chosen.arguments)]:
        arguments = {"size": len(rows_of(parts(level)[0])) - 2, **arguments}
    env = GoalGapEnv(Task.of(chosen, **arguments), "ansi")
    return env, env.reset(options={"level": level})[1]


def letters(game: Game | str) -> str:
    """The letter of each action, in their order."""
    chosen = find(game)[0] if isinstance(game, str) else game
    written = ""
    for action in chosen.actions:
        written += action[0].upper() if action[0] in written else action[0]
    expect(len(set(written)) == len(written), f"{chosen.name}: more than two actions begin alike: {written}")
    return written


def _numbers(game: Game, actions: str) -> list[int]:
    known = letters(game)
    for letter in actions:
        meant = ", ".join(f"{known[i]} {name}" for i, name in enumerate(game.actions))
        expect(letter in known, f"{game.name} has no action {letter!r} of {actions!r}: there are {meant}")
    return [known.index(letter) for letter in actions]
