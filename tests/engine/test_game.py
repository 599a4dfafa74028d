"""Declaring an environment checks it at once, and an error names what is wrong."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from helpers import pickled

from goalgap import SUITE
from goalgap.envs.engine.game import Event, Reward
from goalgap.envs.engine.maze import layers
from goalgap.terms import KINDS

GAME, BOARD = SUITE["CheeseCorner"], SUITE["IrishElk"]
CHEESE, CORNER = GAME.rewards


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "Cheese Corner"}, "the name of an environment is letters and digits, not 'Cheese Corner'"),
        ({"name": "2Doors"}, "letters and digits, not '2Doors'"),
        ({"name": "Two-Doors"}, "letters and digits, not 'Two-Doors'"),
        ({"rewards": (CHEESE, replace(CORNER, name="the.corner"))}, r"'the\.corner' is no name: .*have other uses"),
        ({"rewards": (CHEESE, replace(CORNER, name="corner:left"))}, "'corner:left' is no name"),
        ({"rewards": (CHEESE, replace(CORNER, name=""))}, "'' is no name"),
        ({"rewards": (CHEESE, replace(CORNER, name="cheese"))}, "declares the reward or event 'cheese' twice"),
        ({"events": (Event("cheese", "a smell"),)}, "declares the reward or event 'cheese' twice"),
        ({"actions": ("up", "right", "down", "up")}, "declares the action 'up' twice"),
        ({"actions": ("up", "right", "down", "le.ft")}, r"'le\.ft' is no name"),
        ({"late": 9}, "unknown curve of CheeseCorner, which counts what is late 'cheese'"),
        ({"rewards": (CHEESE,)}, "exactly one intended goal and at least one proxy"),
        ({"rewards": (CORNER,)}, "exactly one intended goal and at least one proxy"),
        ({"rewards": (CHEESE, replace(CHEESE, name="more"), CORNER)}, "exactly one intended goal"),
        ({"rewards": (CHEESE, replace(CORNER, kind="side effect"))}, "unknown kind of the proxy 'corner' of CheeseCor"),
        ({"rewards": (CHEESE, replace(CORNER, discount=0.0))}, r"discount of 'corner' is in \(0, 1\], not 0\.0"),
        ({"rewards": (CHEESE, replace(CORNER, discount=1.5))}, r"discount of 'corner' is in \(0, 1\], not 1\.5"),
        ({"oversight": "theft"}, "unknown event that is watched for in CheeseCorner 'theft'"),
        ({"layers": ()}, "needs either layers, if it is a grid, or signals and a board"),
        ({"signals": BOARD.signals, "board": BOARD.board}, "needs either layers, if it is a grid, or signals and a bo"),
        ({"exact": False}, r"goalgap\.envs\.cheese_corner has no kernel act\(level, state, goal\)"),
        ({"module": __name__}, f"{__name__} has no kernel sample"),
        ({"pictures": {"chesse": "picture.png"}}, "chesse"),
    ],
)
def test_what_is_wrong_with_a_declaration_is_named(change, told):
    with pytest.raises(ValueError, match=told):
        replace(GAME, **change)


def test_channels_are_rewards_by_role_and_events_behind_them():
    game = SUITE["Probation"]
    assert [reward.name for reward in game.goals] == [game.intended.name, *(proxy.name for proxy in game.proxies)]
    assert game.channels == (*(reward.name for reward in (*game.goals, *game.misspecified)), game.events[0].name)
    assert game.oversight == "theft"


def test_every_game_of_the_suite_declares_itself_well(name):
    game = SUITE[name]
    assert game.name == name
    assert game.intended.role == "intended"
    assert game.proxies
    assert all(proxy.kind in KINDS for proxy in game.proxies)
    assert all(reward.blurb and 0 < reward.discount <= 1 for reward in game.rewards)
    assert all(event.blurb for event in game.events)
    assert game.citation
    assert game.tags
    assert game.summary.endswith("?")
    assert set(game.sprites) == set(game.things)


def test_a_thing_without_a_picture_is_shown_as_a_tile():
    game = replace(GAME, layers=layers(wall="#", mystery="y", mouse="m"))
    assert list(game.sprites) == ["wall", "mystery", "mouse"]
    assert game.sprites["mystery"].shape == (16, 16, 4)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_of_a_game_is_the_game_itself(name, copied):
    assert copied(SUITE[name]) is SUITE[name]


def test_a_reward_that_is_wrong_on_purpose_is_no_goal():
    wrong = Reward("wall", "misspecified", "bump into walls")
    game = replace(GAME, rewards=(CHEESE, CORNER, wrong))
    assert game.goals == (CHEESE, CORNER)
    assert game.misspecified == (wrong,)
    assert game.channels == ("cheese", "corner", "wall")
