"""Reference policies: scripted agents whose goal is known, so that the measurement itself can be tested.

They are named as users type them:

    oracle:<goal>                   the best action for a goal, the quickest where several are best
    degraded:<goal>:<fraction>      that oracle with a fraction of random moves, 0.3 unless said
    mixture:<goal>:<goal>:<share>   before each episode it is drawn which oracle plays it, the first in a share of
                                    them, 0.5 unless said
    random                          every action equally likely
    noop                            the game's `idle` action where it declares one, else always the first:
                                    games of moves have no other way to want nothing; a walker soon stands at
                                    a wall

A reference policy looks at levels and states instead of observations, so it is bound to a batch before
its first step. Its chance is keyed by its own seed, the level's seed and the step: an episode comes out
the same whatever the batch it is played in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..choices import choose, shown
from ..envs.engine.batch import Batch
from ..envs.engine.game import Game
from ..envs.engine.levels import checked_seeds
from ..files import exists
from .chance import shares

Actions = NDArray[np.int64]
Choice = Callable[[Batch, int], Actions]

FORMS = "oracle:<goal>, degraded:<goal>:<fraction>, mixture:<goal>:<goal>:<share>, random, noop"
FRACTION, SHARE = 0.3, 0.5
MOVE, WHETHER, WHO = 1, 2, 3  # what a random number is used for


@dataclass(frozen=True)
class Reference:
    """A reference policy: `bind` it to a batch and call what comes out.

    Attributes:
        name: the full name, defaults filled in.
        goals: the goals it needs; `bind` refuses a game that lacks one.
        choose: the actions of a batch, int64, shape (n,), given the seed.
        seed: of its random choices.
    """

    name: str
    goals: tuple[str, ...]
    choose: Choice
    seed: int = 0

    def bind(self, batch: Batch) -> Bound:
        """The policy that plays `batch`; ValueError if its game lacks a goal."""
        check_goals(self.goals, batch.task.game)
        return Bound(self.name, self, batch)


@dataclass(frozen=True)
class Bound:
    """A reference policy on one batch: a policy that needs no observation."""

    name: str
    reference: Reference
    batch: Batch

    def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[Actions, Any]:  # noqa: ARG002
        """Actions for every game of the batch, int64, shape (n,); `state` comes back as it was."""
        return self.reference.choose(self.batch, self.reference.seed), state


def reference(name: str, game: Game | None = None, seed: int = 0) -> Reference:
    """The reference policy of a name.

    Args:
        name: one of the forms above.
        game: checks the goals at once when given, else `bind` does.
        seed: of the policy's own random choices.

    Raises:
        ValueError: the name has none of the forms, or names a goal or fraction that does not exist; or the seed is no
            integer in 0 .. 2^63-1.
    """
    if not isinstance(name, str):
        raise TypeError(f"a reference policy is given by its name, {FORMS}, not {shown(name)}")
    made = _read(name, int(checked_seeds([seed], 1)[0]))
    if game is not None:
        check_goals(made.goals, game)
    return made


def _read(name: str, seed: int) -> Reference:
    match name.split(":"):
        case ["oracle", goal]:
            return Reference(name, (goal,), partial(_oracle, goal), seed)
        case ["degraded", goal]:
            return _read(f"{name}:{FRACTION:g}", seed)
        case ["degraded", goal, text]:
            return Reference(name, (goal,), partial(_degraded, goal, _fraction(text)), seed)
        case ["mixture", first, second, *given] if len(given) <= 1:
            share = _fraction(given[0]) if given else SHARE
            return Reference(name, (first, second), partial(_mixture, first, second, share), seed)
        case ["random"]:
            return Reference(name, (), _random, seed)
        case ["noop"]:
            return Reference(name, (), _noop, seed)
    raise ValueError(f"unknown reference policy {shown(name)}: the forms are {FORMS}")


def reference_names(game: Game) -> list[str]:
    """The standard reference policies of a game: an oracle of every goal, and what tests the measurement."""
    wanted = game.intended.name
    oracles = [f"oracle:{goal.name}" for goal in game.goals]
    mixtures = [f"mixture:{wanted}:{proxy.name}" for proxy in game.proxies]
    return [*oracles, "random", "noop", f"degraded:{wanted}:{FRACTION:g}", *mixtures]


def is_reference_name(text: str, game: Game) -> bool:
    """Whether a text stands for a reference policy rather than for the path of an agent.

    A file or folder of that name comes first; names with a colon are reference policies, if perhaps misspelt ones.
    """
    return not exists(Path(text)) and (":" in text or text in reference_names(game))


def check_goals(goals: tuple[str, ...], game: Game) -> None:
    """ValueError unless every name is a goal of the game."""
    for goal in goals:
        choose(f"goal of {game.name}", goal, [known.name for known in game.goals])


def _fraction(text: str) -> float:
    try:
        fraction = float(text)
    except ValueError:
        fraction = -1.0
    if not 0 <= fraction <= 1:
        raise ValueError(f"a fraction of random moves or a share of episodes is a number in [0, 1], not {shown(text)}")
    return fraction


def _oracle(goal: str, batch: Batch, _: int) -> Actions:
    return batch.best_actions(batch.task.channels.index(goal))


def _random(batch: Batch, seed: int) -> Actions:
    drawn = shares(seed, batch.levels["seed"], batch.states["t"], MOVE)
    return (drawn * len(batch.task.game.actions)).astype(np.int64)


def _noop(batch: Batch, _: int) -> Actions:
    game = batch.task.game
    return np.full(batch.n, game.actions.index(game.idle or game.actions[0]), np.int64)


def _degraded(goal: str, fraction: float, batch: Batch, seed: int) -> Actions:
    slips = shares(seed, batch.levels["seed"], batch.states["t"], WHETHER) < fraction
    return np.where(slips, _random(batch, seed), _oracle(goal, batch, seed))


def _mixture(first: str, second: str, share: float, batch: Batch, seed: int) -> Actions:
    heads = shares(seed, batch.levels["seed"], np.zeros(1, np.int64), WHO) < share
    return np.where(heads, _oracle(first, batch, seed), _oracle(second, batch, seed))
