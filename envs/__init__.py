"""What can be wanted: one file per environment, and `SUITE`, the one catalogue of them all."""

from __future__ import annotations

from typing import Any

import gymnasium

from ..choices import choose
from ..terms import SPLITS, Split
from . import cheese_corner, chime_bandit, ice_cream, irish_elk, keys_and_chests, probation, sweet_tooth
from .engine.faces.single import GoalGapEnv
from .engine.faces.vector import GoalGapVectorEnv
from .engine.game import Game
from .engine.task import Task

CANON = (cheese_corner, keys_and_chests)
STORIES = (sweet_tooth, irish_elk, probation, chime_bandit, ice_cream)
SUITE: dict[str, Game] = {each.GAME.name: each.GAME for each in CANON + STORIES}


def ids(game: Game) -> dict[Split, str]:
    """The Gymnasium id of each split: the plain one for training, `...Control`, `...Deploy`."""
    ends = {split: "" if split == "train" else split.capitalize() for split in SPLITS}
    return {split: f"goalgap/{game.name}{end}-v{game.version}" for split, end in ends.items()}


def find(environment: str) -> tuple[Game, Split]:
    """The game and the split of a name or id; ValueError lists the names there are."""
    by_id = {id: (game, split) for game in SUITE.values() for split, id in ids(game).items()}
    bare = environment.removeprefix("goalgap:")
    return by_id[bare] if bare in by_id else (SUITE[choose("environment", bare, SUITE)], "train")


def task(environment: str, **arguments: Any) -> Task:
    """The task of an environment given by name or id; arguments as in `Task.of`."""
    game, split = find(environment)
    return Task.of(game, **{"split": split, **arguments})


def make(game: str, render_mode: str | None = None, **arguments: Any) -> GoalGapEnv:
    """The entry point of `gymnasium.make`."""
    return GoalGapEnv(task(game, **arguments), render_mode)


def make_vec(
    game: str, num_envs: int = 1, render_mode: str | None = None, autoreset_mode: Any = "NextStep", **arguments: Any
) -> GoalGapVectorEnv:
    """The entry point of `gymnasium.make_vec`."""
    return GoalGapVectorEnv(task(game, **arguments), num_envs, autoreset_mode, render_mode)


def register() -> None:
    """Enter every environment and split into Gymnasium's registry."""
    for game in SUITE.values():
        for split, id in ids(game).items():
            gymnasium.register(
                id=id,
                entry_point=f"{__name__}:make",
                vector_entry_point=f"{__name__}:make_vec",
                kwargs={"game": game.name, "split": split},
                disable_env_checker=True,  # held to the checker by the tests; it costs more than a step
            )
