"""What can be wanted: one file per environment, and `SUITE`, the one catalogue of them all.

Environments from outside, in packages of their own, join by `register` and are then found like those of the suite. An
installed package makes its environments known by entry points of the group `goalgap.environments`; they are loaded
when a name is asked for that the suite lacks, or when all are listed.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

import gymnasium

from ..choices import choose, shown
from ..terms import SPLITS, Split
from . import (
    camera_dropbox,
    cheese_corner,
    cheese_dish,
    chime_bandit,
    coin_run,
    colour_shape,
    follow_leader,
    ice_cream,
    irish_elk,
    keys_and_chests,
    lava_land,
    monster_world,
    probation,
    sweet_tooth,
    tree_world,
    urn_wall,
    value_cue,
)
from .engine.faces.single import GoalGapEnv
from .engine.faces.spec import with_limit
from .engine.faces.vector import GoalGapVectorEnv
from .engine.game import Game
from .engine.task import Task

CANON = (
    cheese_corner, cheese_dish, colour_shape, keys_and_chests, lava_land, urn_wall, camera_dropbox, value_cue,
    coin_run, monster_world, tree_world, follow_leader,
)  # fmt: skip
STORIES = (sweet_tooth, irish_elk, probation, chime_bandit, ice_cream)
SUITE: dict[str, Game] = {each.GAME.name: each.GAME for each in CANON + STORIES}
ENTRY_POINTS = "goalgap.environments"

_registered: dict[str, Game] = {}


def ids(game: Game) -> dict[Split, str]:
    """The Gymnasium id of each split: the plain one for training, `...Control`, `...Deploy`."""
    ends = {split: "" if split == "train" else split.capitalize() for split in SPLITS}
    return {split: f"{game.namespace}/{game.name}{end}-v{game.version}" for split, end in ends.items()}


def register(*games: Game) -> None:
    """Make environments known by their names and ids, to Gymnasium and to all that is found by name; once is enough.

    Raises:
        ValueError: its name or one of its ids is that of another module's environment, its namespace is that of the
            suite, or its module does not hold it as `GAME`.
    """
    for game in games:
        if _registered.get(game.name) is not game:
            _check_new(game)
            _enter(game)
            _registered[game.name] = game


def known() -> Mapping[str, Game]:
    """All environments there are, by name: the suite, those of installed packages, and those registered since."""
    _load_installed()
    return MappingProxyType(_registered)


def find(environment: str) -> tuple[Game, Split]:
    """The game and the split of a name or id; before a colon, a module to import first, as in `gymnasium.make`.

    Raises:
        ValueError: there is no such environment, or no such module; lists the names there are.
    """
    if not isinstance(environment, str):
        raise TypeError(f"an environment is given by its name, such as 'CheeseCorner', not {shown(environment)}")
    module, _, name = environment.rpartition(":")
    if module:
        _import(module)
    match = _names(_registered.values()).get(name) or _names(known().values()).get(name)
    return match or (known()[choose("environment", name, known())], "train")


def task(environment: str, /, **arguments: Any) -> Task:
    """The task of an environment given by name or id; arguments as in `Task.of`."""
    game, split = find(environment)
    return Task.of(game, **{"split": split, **arguments})


def make(game: str, render_mode: str | None = None, **arguments: Any) -> GoalGapEnv:
    """The entry point of `gymnasium.make`."""
    return GoalGapEnv(task(game, **arguments), render_mode)


vars(make)["metadata"] = GoalGapEnv.metadata  # where Gymnasium looks before it wraps windows and lists of frames


def make_vec(
    game: str, num_envs: int = 1, render_mode: str | None = None, autoreset_mode: Any = "NextStep",
    max_episode_steps: int | None = None, **arguments: Any,
) -> GoalGapVectorEnv:  # fmt: skip
    """The entry point of `gymnasium.make_vec`, where `max_episode_steps` is another word for `horizon`."""
    played = task(game, **with_limit(arguments, max_episode_steps))
    return GoalGapVectorEnv(played, num_envs, autoreset_mode, render_mode)


def _enter(game: Game) -> None:
    """Enter all splits of a game into Gymnasium's registry; its module is named, so that any process can make it."""
    for split, id in ids(game).items():
        gymnasium.register(
            id=id,
            entry_point=f"{__name__}:make",
            vector_entry_point=f"{__name__}:make_vec",
            kwargs={"game": f"{game.module}:{game.name}", "split": split},
            disable_env_checker=True,  # held to the checker by the tests; it costs more than a step
        )


def _check_new(game: Game) -> None:
    own = __name__.partition(".")[0]
    if game.namespace == own and game.module.partition(".")[0] != own:
        raise ValueError(
            f"{game.name} of {game.module} is not of the suite, whose namespace is {own!r}: declare another, such as "
            f"namespace={game.module.partition('.')[0]!r}"
        )
    if getattr(sys.modules[game.module], "GAME", None) is not game:
        raise ValueError(f"{game.module} must hold {game.name} as `GAME`, where other processes look for it")
    for other in _registered.values():
        shared = _names([game]).keys() & _names([other]).keys()
        if shared and other.module != game.module:
            raise ValueError(
                f"{game.module} and {other.module} both declare {min(shared, key=len)!r}: one needs another name"
            )


def _names(games: Iterable[Game]) -> dict[str, tuple[Game, Split]]:
    """Games and splits by all their names and ids."""
    made: dict[str, tuple[Game, Split]] = {}
    for game in games:
        made[game.name] = (game, "train")
        made |= {id: (game, split) for split, id in ids(game).items()}
    return made


def _import(module: str) -> None:
    """Import a module that was named, and register the environment it holds; ValueError where there is no such module.

    An error within the module is its own.
    """
    missing = ValueError(f"no module {shown(module)} to import environments from: is its package installed?")
    if not all(part.isidentifier() for part in module.split(".")):
        raise missing
    try:
        imported = import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise
        raise missing from None
    if isinstance(getattr(imported, "GAME", None), Game):
        register(imported.GAME)


@cache
def _load_installed() -> None:
    """Register what installed packages declare, once; one that cannot be loaded gives a warning that names it."""
    for point in entry_points(group=ENTRY_POINTS):
        try:
            register(point.load())
        except Exception as error:  # noqa: BLE001 (whatever ails one package, the others are there)
            warnings.warn(f"the environment {point.name} ({point.value}) cannot be loaded: {error}", stacklevel=2)
