"""Playing a drawn level by a string of actions: `play` tells, for every reward, what was earned at which step.

An action is written as the first letter of its name: u, r, d, l for moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

import gymnasium

from goalgap import SUITE


@dataclass
class Played:
    """`earned` maps each reward to {step: amount}; `over` is the step of the end, and `how` its kind."""

    earned: dict
    returns: dict
    margin: float
    over: int = 0
    how: str = ""
    view: str = ""


def letters(name):
    """The letter of each action: a capital where an earlier action begins with the same one."""
    found = ""
    for action in SUITE[name].actions:
        found += action[0].upper() if action[0] in found else action[0]
    assert len(set(found)) == len(found)
    return found


def begun(name, level, **arguments):
    """A game of the drawn level, and its first info; a grid's size is that of the drawing."""
    if "#" in level:
        arguments = {"size": len(dedent(level).split()) - 2, **arguments}
    env = gymnasium.make(SUITE[name].id, render_mode="ansi", **arguments)
    _, info = env.reset(options={"level": level})
    return env, info


def play(name, level, actions, **arguments):
    """Play the actions, which must not go on after the end."""
    env, info = begun(name, level, **arguments)
    played = Played({goal: {} for goal in info["goals"]}, {}, info["margin"])
    for t, action in enumerate(actions, 1):
        _, _, terminated, truncated, info = env.step(letters(name).index(action))
        for goal, amount in info["goals"].items():
            if amount:
                played.earned[goal][t] = amount
        if terminated or truncated:
            played.over, played.how = t, "terminated" if terminated else "truncated"
            played.returns = info["returns"]
            assert t == len(actions), "actions are left over"
    played.view = env.render()
    return played


def oracle(name, level, goal, **arguments):
    """The actions of a goal's oracle, until there is nothing left to gain or the episode ends."""
    env, _ = begun(name, level, **arguments)
    batch, actions, over = env.unwrapped.batch, "", False
    names = [each.name for each in SUITE[name].goals]
    while not over and batch.values()[0, names.index(goal)] > 0:
        action = batch.best_actions(names.index(goal))[0]
        actions += letters(name)[action]
        over = any(env.step(action)[2:4])
    return actions
