"""What an environment declares: its goals, its arguments, its kernels, its art.

A `Game` is data and pure functions; it holds no episode. Everything that lists environments,
goals, arguments or layers derives the list from here.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .jit import Kernel

if TYPE_CHECKING:
    from types import ModuleType

    from .art import Art

Split = Literal["train", "control", "deploy"]
SPLITS: tuple[Split, ...] = ("train", "control", "deploy")
KINDS = ("side-effect", "instrumental", "approximate", "deceptive")
HEADER = [("seed", "i8"), ("horizon", "i4"), ("apart", "?"), ("margin", "f8")]
CLOCK = [("t", "i4")]


@dataclass(frozen=True)
class Goal:
    """A reward function over transitions and a discount; the reward itself is written by `step`.

    `kind` is the pseudo-alignment kind of a proxy (Hubinger et al. 2019). A `misspecified` reward
    is one to train on, never one to score by; what is `recorded` is an event that nobody is rewarded for, +1 each
    time it happens. `signed` says that the reward may be negative, so that achieved fractions are measured from
    random play.
    """

    name: str
    role: Literal["intended", "proxy", "misspecified", "recorded"]
    blurb: str
    discount: float = 1.0
    kind: str = ""
    signed: bool = False


def argument(default: Any, help: str, *, low: int = 0, high: int = 2**31 - 1, choices: tuple[str, ...] = ()) -> Any:
    """A field of a `Setup`: an integer in low .. high, or one of `choices`."""
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Setup:
    """The arguments of an environment: integers and choices, checked when made, JSON-able."""

    horizon: int = argument(0, "steps until an episode is truncated; 0 takes the environment's default", high=10**6)

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each, getattr(self, each.name))

    def record(self) -> np.ndarray[Any, Any]:
        """The arguments as an array of one record of integers; a choice becomes its index."""
        names = [each.name for each in fields(self)]
        values = [_number(each, getattr(self, each.name)) for each in fields(self)]
        return np.array([tuple(values)], dtype=[(name, "i8") for name in names])


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
    goals: tuple[Goal, ...]
    setup: type[Setup]
    actions: tuple[str, ...]
    level: Callable[[Any], list[Any]]
    state: Callable[[Any], list[Any]]
    horizon: Callable[[Any], int]
    art: Art
    citation: str
    tags: tuple[str, ...]
    layers: tuple[str, ...] = ()
    signals: Callable[[Any], dict[str, int]] | None = None
    misspecified: tuple[Goal, ...] = ()
    recorded: tuple[Goal, ...] = ()
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
    def intended(self) -> Goal:
        return next(goal for goal in self.goals if goal.role == "intended")

    @property
    def proxies(self) -> tuple[Goal, ...]:
        return tuple(goal for goal in self.goals if goal.role == "proxy")

    @property
    def rewards(self) -> tuple[Goal, ...]:
        """Every reward that `step` writes, in the order of the reward vector."""
        return self.goals + self.misspecified + self.recorded

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


def choose(what: str, given: Any, allowed: Iterable[str]) -> str:
    """`given` when it is allowed; else a ValueError that says what is, and what was likely meant."""
    options = list(allowed)
    if given in options:
        return str(given)
    near = difflib.get_close_matches(str(given), options, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown {what} {given!r}: choose from {', '.join(options)}{hint}")


def _check(each: Field[Any], value: Any) -> None:
    rule = each.metadata
    if rule["choices"]:
        choose(each.name, value, rule["choices"])
    elif isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{each.name} must be an integer, not {value!r}")
    elif not (rule["low"] <= value <= rule["high"]) and not (each.name == "horizon" and value == 0):
        raise ValueError(f"{each.name} must be in {rule['low']} .. {rule['high']}, not {value}")


def _number(each: Field[Any], value: Any) -> int:
    return each.metadata["choices"].index(value) if each.metadata["choices"] else int(value)
