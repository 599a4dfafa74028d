"""A game with everything chosen: arguments, split, alpha and training reward.

A task and a level seed determine a level; a level and the actions determine an episode.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete

from ...choices import check_argument, choose, shown
from ...terms import SPLITS, Split
from .arguments import Arguments
from .game import Game
from .kernels.bound import Loops, loops_for
from .kernels.loops import Draw

HEADER = [("seed", "i8"), ("horizon", "i4"), ("margin", "f8")]
CLOCK = [("t", "i4")]


@dataclass(frozen=True)
class Task:
    """One game, ready to be played.

    Args:
        game: the environment.
        split: "train", "control" or "deploy".
        alpha: fraction of distinguishing levels mixed into training, in [0, 1].
        reward: name of the reward an agent is given; the intended goal by default.
        settings: the environment's own arguments.
    """

    game: Game
    settings: Arguments
    split: Split = "train"
    alpha: float = 0.0
    reward: str = ""

    @classmethod
    def of(
        cls, game: Game, /, split: str = "train", alpha: float = 0.0, reward: str | None = None, **arguments: Any
    ) -> Task:
        """Check every argument and make the task; ValueError or TypeError says what is allowed."""
        split = choose("split", split, SPLITS)
        _check_alpha(alpha, split)
        known = [each.name for each in fields(game.arguments)]
        for name in arguments:
            check_argument(game.name, name, [*known, "split", "alpha", "reward"])
        chosen = choose(
            "reward", game.intended.name if reward is None else reward, [each.name for each in game.rewards]
        )
        settings = game.arguments(**arguments)
        usual = game.horizon(settings)
        standard = (0, game.deploy_horizon(settings) if game.deploy_horizon and split == "deploy" else usual)
        settings = replace(settings, horizon=usual if settings.horizon in standard else settings.horizon)
        return cls(game, settings, split, float(alpha), chosen)  # type: ignore[arg-type]

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy holds what was chosen, not what follows from it."""
        return Task, (self.game, self.settings, self.split, self.alpha, self.reward)

    def __repr__(self) -> str:
        chosen = {"split": self.split, "alpha": self.alpha, "reward": self.reward, **self.arguments}
        return f"Task({self.game.id}, {', '.join(f'{name}={value}' for name, value in chosen.items())})"

    def on(self, split: Split) -> Task:
        """The same task on another split, without distinguishing levels mixed in."""
        return replace(self, split=split, alpha=0.0)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of all that a step writes, in the order of the reward vector: rewards, then events."""
        return self.game.channels

    @cached_property
    def discounts(self) -> np.ndarray[Any, Any]:
        """Of each channel, per step; events are counted, so theirs is 1."""
        return np.array([*(reward.discount for reward in self.game.rewards), *(1.0 for _ in self.game.events)])

    @cached_property
    def channel(self) -> int:
        """Where the training reward stands in the reward vector."""
        return self.channels.index(self.reward)

    @property
    def arguments(self) -> dict[str, Any]:
        """The environment's own arguments, as plain data."""
        return {each.name: getattr(self.settings, each.name) for each in fields(self.settings)}

    @property
    def agrees(self) -> bool:
        """Whether the goals agree, by construction, on all its levels."""
        return not self.may_distinguish and self.game.agree(self.settings)

    @property
    def may_distinguish(self) -> bool:
        """Whether some of its levels are drawn to be distinguishing."""
        return self.split == "deploy" or self.alpha > 0

    @cached_property
    def horizons(self) -> tuple[int, int]:
        """Steps of an episode: as the settings have it, and on a level that is drawn to be distinguishing."""
        usual, apart = self.settings.horizon, self.game.deploy_horizon
        standard = usual == self.game.horizon(self.settings)
        return usual, apart(self.settings) if apart and standard else usual

    @property
    def horizon(self) -> int:
        """The most steps that one of its episodes has."""
        return max(self.horizons) if self.may_distinguish else self.horizons[0]

    @cached_property
    def loops(self) -> Loops:
        """The compiled loops that play it."""
        return loops_for(self.game, f"{self.level_dtype} {self.state_dtype} {self.observation_space.shape}")

    @cached_property
    def drawing(self) -> Draw:
        """How its levels are drawn, as the loops take it."""
        alpha, margin = np.uint64(round(self.alpha * 2**32)), 0.0 if self.agrees else np.nan
        return Draw(self.settings.record(), SPLITS.index(self.split), alpha, self.blank_levels, margin)

    @cached_property
    def blank_levels(self) -> np.ndarray[Any, Any]:
        """Levels that hold nothing but the arguments that are fields of them: any level, and a distinguishing one.

        Such a field is a number; what has the name of an argument and is an array, such as a set of cells, is another.
        """
        blank, chosen = np.zeros(2, self.level_dtype), self.settings.record()
        for name in chosen.dtype.names:
            if name in blank.dtype.names and blank.dtype[name].kind == "i":
                blank[name] = chosen[name]
        blank["horizon"] = self.horizons
        return blank

    @cached_property
    def level_dtype(self) -> np.dtype[Any]:
        """A level: header, what the kind of environment shares, the environment's own fields, and the first state."""
        own = [*self.settings.level_fields(), *self.game.records(self.settings)[0]]
        return np.dtype([*HEADER, *own, ("start", self.state_dtype)], align=True)

    @cached_property
    def state_dtype(self) -> np.dtype[Any]:
        return np.dtype(CLOCK + self.game.records(self.settings)[1], align=True)

    @cached_property
    def observation_space(self) -> Box:
        if picture := self.settings.picture_shape():
            return Box(0, 255, picture, np.uint8)
        if self.game.signals is not None:
            return Box(0, 1, (sum(self.game.signals(self.settings).values()),), np.uint8)
        rows, cols = self.settings.board_shape()
        if self.game.tiles is None:
            return Box(0, 1, (rows, cols, len(self.game.layers)), np.uint8)
        side = self.game.tiles.shape[1]
        return Box(0, 255, (rows * side, cols * side, 3), np.uint8)

    def no_action(self, given: Any) -> ValueError:
        """What to raise for an action that does not exist."""
        names = ", ".join(f"{i} {name}" for i, name in enumerate(self.game.actions))
        return ValueError(f"{self.game.name} has no action {shown(given)}: choose from {names}")

    @cached_property
    def action_space(self) -> Discrete[np.int64]:
        return Discrete(len(self.game.actions))


def _check_alpha(alpha: float, split: str) -> None:
    if not isinstance(alpha, int | float) or isinstance(alpha, bool) or not 0 <= alpha <= 1:
        raise ValueError(f"alpha is the fraction of distinguishing levels in training, in [0, 1], not {shown(alpha)}")
    if alpha > 0 and split != "train":
        raise ValueError(f"alpha mixes distinguishing levels into the split 'train'; it means nothing on {split!r}")
