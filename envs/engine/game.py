"""What an environment declares: its goals, its arguments, its kernels, its art.

A `Game` is data and pure functions; it holds no episode. Everything that lists environments,
rewards, arguments or layers derives the list from here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...terms import Event, Reward
from .arguments import Arguments
from .kernels.compile import Kernel

if TYPE_CHECKING:
    from types import ModuleType

    from .looks.art import Art


@dataclass(frozen=True)
class Game:
    """One environment: story, goals, arguments, records, kernels and art.

    Attributes:
        level, state: from the arguments to a NumPy structured dtype (without the engine's header).
        layers: of a grid: what may lie in a cell, one channel of the observation each.
        signals: of a game that is no grid: from the arguments to what is seen, in order, by name, and in how many
            bits; the observation is these bits.
        horizon: from the arguments to the default number of steps.
        places: whether goals are places, so that outcomes are told by what was reached first.
        agree: from the arguments to whether the goals agree, by construction, on all levels drawn for it.
        exact: whether `value` is the true optimum for every goal; else it is what a reference policy, the kernel
            `act`, will collect.
        curves: rewards, or fields of the state, whose course within an episode is recorded.
        oversight: the recorded event that somebody watches for in training and control, and not in deployment.
        bits: the optimization power that an evaluation resolves: over 1,000 levels it plays
            2^bits random episodes.
    """

    name: str
    module: str
    rewards: tuple[Reward, ...]
    arguments: type[Arguments]
    actions: tuple[str, ...]
    level: Callable[[Any], list[Any]]
    state: Callable[[Any], list[Any]]
    horizon: Callable[[Any], int]
    art: Art
    citation: str
    tags: tuple[str, ...]
    layers: tuple[str, ...] = ()
    signals: Callable[[Any], dict[str, int]] | None = None
    events: tuple[Event, ...] = ()
    agree: Callable[[Any], bool] = lambda _: True
    places: bool = False
    exact: bool = True
    curves: tuple[str, ...] = ()
    oversight: str = ""
    bits: int = 15
    version: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle of a game is the game itself, found by its module."""
        return _game_of, (self.module,)

    @property
    def id(self) -> str:
        return f"goalgap/{self.name}-v{self.version}"

    @property
    def things(self) -> tuple[str, ...]:
        """The names of the pictures that the game is drawn with."""
        return self.layers or self.art.things

    @property
    def goals(self) -> tuple[Reward, ...]:
        """The intended goal and the proxies."""
        return tuple(reward for reward in self.rewards if reward.role != "misspecified")

    @property
    def intended(self) -> Reward:
        return next(reward for reward in self.rewards if reward.role == "intended")

    @property
    def proxies(self) -> tuple[Reward, ...]:
        return tuple(reward for reward in self.rewards if reward.role == "proxy")

    @property
    def misspecified(self) -> tuple[Reward, ...]:
        return tuple(reward for reward in self.rewards if reward.role == "misspecified")

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of all that `step` writes, in the order of the reward vector: rewards, then events."""
        return tuple(each.name for each in (*self.rewards, *self.events))

    @property
    def source(self) -> ModuleType:
        return sys.modules[self.module]

    @property
    def story(self) -> str:
        return (self.source.__doc__ or "").strip()

    @property
    def summary(self) -> str:
        return self.story.splitlines()[0]

    def kernel(self, name: str) -> Kernel:
        return getattr(self.source, name)


def _game_of(module: str) -> Any:
    return import_module(module).GAME
