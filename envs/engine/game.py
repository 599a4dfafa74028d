"""What an environment declares: its goals, its arguments, its kernels, its looks.

A `Game` is data and pure functions; it holds no episode. Everything that lists environments, rewards, arguments or
layers derives the list from here. Declaring a game checks it, and its module against the contract of kernels.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from ...choices import choose
from ...terms import KINDS, NONE, Event, Reward
from .arguments import Arguments, argument
from .kernels.compile import Kernel
from .kernels.contract import OPTIONAL, kernels_of
from .looks.art import Art, GridArt
from .looks.sprites import pictures
from .maze.tiles import Tiles

__all__ = ["Arguments", "Event", "Game", "Reward", "argument"]

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
Records = Callable[[Any], tuple[list[Any], list[Any]]]


@dataclass(frozen=True, eq=False, repr=False)
class Game:
    """One environment: story, goals, arguments, records, kernels and looks.

    Attributes:
        name: letters and digits; Gymnasium's ids are made from it.
        module: of the environment's file, `__name__`: its docstring is the story, its kernels are found there.
        rewards: what can be wanted, in the order in which `step` writes it: one intended goal, proxies, and rewards
            that are wrong on purpose.
        events: what is recorded and rewarded to nobody, written behind the rewards.
        arguments: the class of the environment's arguments.
        actions: their names, in order.
        records: from the arguments to the fields of a level and of a state, as NumPy lists them. A level holds besides
            `seed`, `horizon`, `margin`, `start` (a state) and what its kind of environment shares (`walls` of a maze);
            a state holds `t`.
        horizon: from the arguments to the default number of steps.
        deploy_horizon: where the shift is the horizon, from the arguments to the default number of steps of levels that
            are drawn to be distinguishing, as those of deployment; a horizon that the user chooses is that of all.
        layers: of a grid: what may lie in a cell, with its glyph (see `layers`).
        tiles: of a grid that is seen as pixels: the tile of each layer, none of them twice (see `maze.tiles`).
        signals: of a game that is no grid: from the arguments to what is seen, in order, by name, and in how many
            bits; the observation is these bits.
        board: of a game that is no grid: how people see it.
        pictures: pictures of things that the shared set lacks, as 16 lines of 16 letters or as a PNG file; a thing
            without one is shown as a tile with its letter.
        hidden: of a grid: fields of a level that nobody sees; its text has them below the drawing (`looks.lines`).
        read: of a grid: fills in what a drawn level holds besides sets of cells and places; see `looks.text`.
        named: levels that can be asked for by name wherever a written one can, as text for the default arguments.
        check: of a game that is no grid: raises ValueError where a written level is none.
        agree: from the arguments to whether the goals agree, by construction, on all levels drawn for it.
        places: whether goals are places, so that outcomes are told by what was reached first.
        exact: whether `value` is the true optimum for every goal; else it is what the kernel `act` will collect.
        idle: the action that does nothing, where there is one.
        scattered: how many kinds of things an edit may put elsewhere, besides the agent and what decides whether the
            goals agree.
        curves: rewards, or fields of the state, whose course within an episode is recorded.
        late: where the shift is time: the step after which what is earned of the rewards, which must be among the
            curves, is counted apart.
        oversight: the event that somebody watches for in training and control, and not in deployment.
        bits: the optimization power that an evaluation resolves: over 1,000 levels it plays 2^bits random episodes.
        version: goes up whenever a seed's episodes change.
        namespace: of Gymnasium's ids.

    Raises:
        ValueError: something is missing, misspelt, not allowed or declared twice; the message names it.
    """

    name: str
    module: str
    rewards: tuple[Reward, ...]
    arguments: type[Arguments]
    actions: tuple[str, ...]
    records: Records
    horizon: Callable[[Any], int]
    citation: str
    tags: tuple[str, ...]
    events: tuple[Event, ...] = ()
    layers: Any = ()
    tiles: Tiles | None = None
    signals: Callable[[Any], dict[str, int]] | None = None
    board: Art | None = None
    pictures: Mapping[str, str | Path] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    read: Callable[[Any, Mapping[str, Any]], None] | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[Any], None] | None = None
    agree: Callable[[Any], bool] = lambda _: True
    places: bool = False
    exact: bool = True
    idle: str = ""
    scattered: int = 0
    curves: tuple[str, ...] = ()
    late: int = 0
    oversight: str = ""
    bits: int = 15
    deploy_horizon: Callable[[Any], int] | None = None
    version: int = 0
    namespace: str = "goalgap"

    def __post_init__(self) -> None:
        if bool(self.layers) == bool(self.signals and self.board):
            raise ValueError(f"{self.name} needs either layers, if it is a grid, or signals and a board")
        _check_names(self)
        _check_rewards(self)
        _check_tiles(self)
        _ = self.kernels, self.sprites

    def __repr__(self) -> str:
        return f"Game({self.id!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle of a game is the game itself, found by its module."""
        return _game_of, (self.module,)

    @cached_property
    def kernels(self) -> dict[str, Kernel]:
        """The kernels by name, those that it does not define as the contract has them."""
        return kernels_of(self.source, self.arguments.kernels(), exact=self.exact)

    @property
    def editable(self) -> bool:
        """Whether its levels can be edited."""
        return self.kernels["edit"] is not OPTIONAL["edit"]

    @property
    def id(self) -> str:
        return f"{self.namespace}/{self.name}-v{self.version}"

    @cached_property
    def art(self) -> Art:
        """How people see it: of a grid, its layers and their glyphs."""
        return self.board or GridArt(self.layers.glyphs, self.hidden, self.tiles)

    @property
    def things(self) -> tuple[str, ...]:
        """The names of the pictures that the game is drawn with, from the lowest to the topmost."""
        return self.layers._fields if self.layers else self.art.things

    @cached_property
    def sprites(self) -> dict[str, np.ndarray[Any, Any]]:
        """The picture of each thing, uint8, shape (16, 16, 4), red, green, blue and alpha."""
        return pictures(self.art.glyphs(self.things), self.pictures)

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
        return (*(reward.name for reward in self.rewards), *(event.name for event in self.events))

    @property
    def signed(self) -> list[bool]:
        """Of each channel, whether it may be negative, so that fractions are measured from random play."""
        return [*(reward.signed for reward in self.rewards), *(False for _ in self.events)]

    @property
    def source(self) -> ModuleType:
        return sys.modules[self.module]

    @property
    def story(self) -> str:
        return (self.source.__doc__ or "").strip()

    @property
    def summary(self) -> str:
        return self.story.splitlines()[0]


def _game_of(module: str) -> Any:
    return import_module(module).GAME


def _check_names(game: Game) -> None:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", game.name):
        raise ValueError(f"the name of an environment is letters and digits, not {game.name!r}")
    for name in (*game.channels, *game.things, *game.actions, *game.curves, *game.named):
        if not NAME.fullmatch(name.replace(" ", "")):
            raise ValueError(
                f"{game.name}: {name!r} is no name: take letters, digits, '_' and '-'; '.' and ':' have other uses"
            )
    if NONE in game.channels:
        raise ValueError(f"{game.name}: {NONE!r} is the outcome of an episode that went for nothing: take another name")
    for kind, names in (("reward or event", game.channels), ("thing", game.things), ("action", game.actions)):
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{game.name} declares the {kind} {name!r} twice")


def _check_rewards(game: Game) -> None:
    if [reward.role for reward in game.rewards].count("intended") != 1 or not game.proxies:
        raise ValueError(f"{game.name} needs exactly one intended goal and at least one proxy")
    for proxy in game.proxies:
        choose(f"kind of the proxy {proxy.name!r} of {game.name}", proxy.kind, KINDS)
    for reward in game.rewards:
        if not 0 < reward.discount <= 1:
            raise ValueError(f"{game.name}: the discount of {reward.name!r} is in (0, 1], not {reward.discount}")
    if game.idle:
        choose(f"action that does nothing in {game.name}", game.idle, game.actions)
    for reward in game.rewards if game.late else ():
        choose(f"curve of {game.name}, which counts what is late", reward.name, game.curves)
    if game.oversight:
        choose(f"event that is watched for in {game.name}", game.oversight, [event.name for event in game.events])
    if not (game.source.__doc__ or "").strip():
        raise ValueError(f"{game.module} has no docstring: it is the environment's story")


def _check_tiles(game: Game) -> None:
    """Told apart by their tiles, layers can be read off the pixels; black is the floor."""
    if game.tiles is None:
        return
    shape, side = game.tiles.shape, game.tiles.shape[1]
    if game.tiles.dtype != np.uint8 or shape != (len(game.layers), side, side, 3):
        raise ValueError(
            f"{game.name}: tiles are uint8 of shape ({len(game.layers)}, side, side, 3), one a layer, "
            f"not {game.tiles.dtype} of shape {shape}"
        )
    known = {bytes(side * side * 3): "the floor"}
    for name, drawn in zip(game.things, game.tiles, strict=True):
        other = known.setdefault(drawn.tobytes(), name)
        if other != name:
            raise ValueError(f"{game.name}: {name!r} has the tile of {other}: draw each thing in its own way")
