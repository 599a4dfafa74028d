"""All checks of an environment, and a pytest test of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from ..envs import register
from ..envs.engine.game import Game
from ..envs.engine.task import Task
from ..terms import SPLITS
from . import faces, levels, solving

Check = Callable[[], None]

ON_LEVELS = (
    faces.gymnasiums_checker_accepts_it,
    faces.tasks_are_plain_data,
    faces.observations_are_zeros_and_ones,
    faces.infos_account_for_all_that_is_earned,
    faces.many_games_play_as_single_ones,
    levels.levels_depend_on_their_seeds_alone,
    levels.layouts_are_held_out,
    levels.margins_are_what_proxies_lose,
    levels.written_levels_come_back,
    levels.named_levels_are_levels,
    levels.playing_leaves_levels_alone,
    solving.oracles_earn_what_they_claim,
    solving.random_play_earns_no_more,
)
ON_SMALL_LEVELS = (solving.values_are_the_optimum, solving.action_values_are_the_optimum)


def checks(game: Game, small: Mapping[str, Any] | None = None, levels: int = 100) -> dict[str, Check]:
    """Every check of an environment on every split, by name; one that fails raises an AssertionError that says why.

    Args:
        game: the environment, which is registered.
        small: arguments that make its levels small enough for brute force over all that can be done on them; by
            default the least size. Where `exact=False`, there is no optimum to compare with.
        levels: how many of each split the other checks play.
    """
    register(game)
    least = {each.name: each.metadata["low"] for each in fields(game.arguments) if each.name == "size"}
    made: dict[str, Check] = {}
    for split in SPLITS:
        task = Task.of(game, split)
        made |= {f"{check.__name__}-{split}": partial(check, task, levels) for check in ON_LEVELS}
        if game.exact:
            task = Task.of(game, split, **{**least, **(small or {})})
            made |= {f"{check.__name__}-{split}": partial(check, task, levels) for check in ON_SMALL_LEVELS}
    return made


def conformance(game: Game, small: Mapping[str, Any] | None = None, levels: int = 100) -> Callable[..., None]:
    """A pytest test for each of `checks`, to be given a name that begins with `test_`."""
    import pytest

    made = checks(game, small, levels)

    @pytest.mark.parametrize("check", made.values(), ids=list(made))
    def conforms(check: Check) -> None:
        check()

    return conforms
