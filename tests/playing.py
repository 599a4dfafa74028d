"""Playing a drawn level by a string of actions: `play` tells, for every reward, what was earned at which step.

An action is written as the first letter of its name: u, r, d, l for moves; a capital where an earlier action begins
with the same letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from textwrap import dedent
from typing import Any

import gymnasium
from helpers import oracle_of

from goalgap import SUITE
from goalgap.envs.engine.batch import Batch


@dataclass
class Played:
    """`earned` maps each reward to {step: amount}; `over` is the step of the end, and `how` its kind."""

    earned: dict[str, dict[int, float]]
    returns: dict[str, float]
    margin: float
    over: int = 0
    how: str = ""
    view: str = ""


def letters(name: str) -> str:
    """The letter of each action of an environment."""
    written = ""
    for action in SUITE[name].actions:
        written += action[0].upper() if action[0] in written else action[0]
    assert len(set(written)) == len(written)
    return written


def drawn(name: str, level: str, **arguments: Any) -> tuple[gymnasium.Env[Any, Any], dict[str, Any]]:
    """A game of a drawn level, and its first info; a grid's size is that of the drawing."""
    if SUITE[name].layers:
        arguments = {"size": len(dedent(level).split()) - 2, **arguments}
    env = gymnasium.make(SUITE[name].id, render_mode="ansi", **arguments)
    _, info = env.reset(options={"level": level})
    return env, info


def batch_of(env: gymnasium.Env[Any, Any]) -> Batch:
    """The batch of one that a game is."""
    return env.unwrapped.batch  # type: ignore[attr-defined, no-any-return]


def play(name: str, level: str, actions: str, **arguments: Any) -> Played:
    """Play the actions, which must not go on after the end."""
    env, info = drawn(name, level, **arguments)
    played = Played({channel: {} for channel in info["goals"]}, {}, info["margin"])
    for t, action in enumerate(actions, 1):
        _, _, terminated, truncated, info = env.step(letters(name).index(action))
        for channel, amount in info["goals"].items():
            if amount:
                played.earned[channel][t] = amount
        if terminated or truncated:
            played.over, played.how = t, "terminated" if terminated else "truncated"
            played.returns = info["returns"]
            assert t == len(actions), "actions are left over"
    played.view = env.render()  # type: ignore[assignment]
    return played


def oracle(name: str, level: str, goal: str, **arguments: Any) -> str:
    """The actions of a goal's oracle, until there is nothing left to gain or the episode ends."""
    batch, actions = batch_of(drawn(name, level, **arguments)[0]), ""
    k = SUITE[name].channels.index(goal)
    while not batch.done[0] and batch.values()[0, k] > 0:
        action = oracle_of(k)(batch)
        actions += letters(name)[action[0]]
        batch.step(action)
    return actions


def player(name: str, **arguments: Any) -> tuple[Any, Any, Any]:
    """`drawn`, `play` and `oracle` of one environment."""
    return partial(drawn, name, **arguments), partial(play, name, **arguments), partial(oracle, name, **arguments)
