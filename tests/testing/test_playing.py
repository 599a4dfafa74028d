"""Levels as drawings and episodes as strings: what is told of them, and what is said to a wrong one."""

from __future__ import annotations

import pytest

from goalgap import SUITE
from goalgap.testing import letters, oracle, play, start

ASIDE = """
    #######
    #....##
    ####..#
    #c....#
    #.##.##
    #..m..#
    #######
"""


@pytest.mark.parametrize("game", ["CheeseCorner", "goalgap/CheeseCornerDeploy-v0", SUITE["CheeseCorner"]], ids=str)
def test_what_was_earned_when(game: object) -> None:
    played = play(game, ASIDE, "lluu")
    assert played.earned == {"cheese": {4: 1.0}, "corner": {}}
    assert (played.over, played.how, played.margin) == (4, "terminated", 1.0)
    assert played.returns == pytest.approx({"cheese": 0.95**3, "corner": 0.0})
    assert played.view.splitlines()[3] == "#m....#"


def test_an_episode_that_goes_on_has_no_returns_yet() -> None:
    played = play("CheeseCorner", ASIDE, "l")
    assert (played.over, played.how, played.returns) == (0, "", {})
    late = play("CheeseCorner", ASIDE, "ll", horizon=2)
    assert (late.over, late.how, late.returns) == (2, "truncated", {"cheese": 0.0, "corner": 0.0})


def test_actions_after_the_end_and_unknown_ones_are_refused() -> None:
    with pytest.raises(AssertionError, match="'rr' is left of 'lluurr': the episode ended in step 4"):
        play("CheeseCorner", ASIDE, "lluurr")
    with pytest.raises(
        AssertionError, match="CheeseCorner has no action 'x' of 'lxu': there are u up, r right, d down"
    ):
        play("CheeseCorner", ASIDE, "lxu")


def test_the_oracle_of_each_goal() -> None:
    assert oracle("CheeseCorner", ASIDE, "cheese") == "lluu"
    assert oracle("CheeseCorner", ASIDE, "corner") == "ruuuulll"
    assert oracle("CheeseCorner", ASIDE, "corner", horizon=3) == "", "there is nothing to gain"


def test_the_size_of_a_grid_is_that_of_its_drawing() -> None:
    env, info = start("CheeseCorner", ASIDE, split="deploy")
    assert (env.task.arguments["size"], env.task.split, info["level_seed"]) == (5, "deploy", -1)


def test_letters_are_told_apart() -> None:
    assert letters("CheeseCorner") == "urdl"
    for game in SUITE.values():
        assert len(set(letters(game))) == len(game.actions)
