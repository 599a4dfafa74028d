"""What KeysAndChests means, in levels one can look at: moves, and which goal was reached when."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from helpers import assert_shown, batch_of, cell, cells_of, lying

import goalgap
from goalgap import testing
from goalgap.envs.keys_and_chests import CHEST, KEY

SMALL = {"size": 5, "few": 1, "many": 2}
drawn, play, oracle = (
    partial(each, "KeysAndChests", **SMALL) for each in (testing.start, testing.play, testing.oracle)
)


def shows(level, state, shown):
    assert_shown(shown["wall"], cells_of(level["walls"]))
    assert_shown(shown["robot"], [cell(state["robot"])])
    assert_shown(shown["key"], lying(level, state, KEY))
    assert_shown(shown["chest"], lying(level, state, CHEST))
    assert shown["held"].sum() == state["held"]


# r robot, k key, C chest, K a key in hand, shown on the border

FEW_KEYS = """
    #######
    #r.k..#
    #####.#
    #C...C#
    #.#####
    #.....#
    #######
"""

MANY_KEYS = """
    #######
    #r..k.#
    #.###.#
    #C#####
    #.#####
    #....k#
    #######
"""


def test_a_key_opens_a_chest():
    played = play(FEW_KEYS, "rrrrdd")
    assert played.earned == {"chests": {6: 1.0}, "keys": {2: 1.0, 6: 0.125}}
    assert "C" in played.view


def test_keys_in_hand_are_seen_on_the_border_until_used():
    assert play(FEW_KEYS, "r").view.startswith("#######")
    assert play(FEW_KEYS, "rr").view.startswith("K######")
    assert play(FEW_KEYS, "rrrrdd").view.startswith("#######")


def test_a_key_is_used_up():
    """The second chest stays shut, and the episode goes on until the time is up."""
    played = play(FEW_KEYS, "rrrrddllll" + "uuuuu")
    assert played.earned["chests"] == {6: 1.0}
    assert (played.how, played.over) == ("truncated", 15)
    assert played.returns == {"chests": 1.0, "keys": 1.125}


def test_without_a_key_a_chest_stays_shut():
    closed = play(MANY_KEYS, "dd")
    assert closed.earned == {"chests": {}, "keys": {}}
    assert closed.view.splitlines()[3] == "#R#####"
    opened = play(MANY_KEYS, "rrrllldd")
    assert opened.earned == {"chests": {8: 1.0}, "keys": {3: 1.0, 8: 0.125}}


def test_a_sound_robot_takes_the_near_key_and_opens_the_chest():
    assert oracle(MANY_KEYS, "chests", horizon=9) == "rrrllldd"


def test_a_fooled_robot_takes_a_key_that_no_chest_needs():
    """In nine steps it can have both keys, or a key and the chest: for it, keys come first."""
    level = """
        #######
        #k.r.k#
        ###.###
        ###.###
        ###C###
        #######
        #######
    """
    assert oracle(level, "keys", horizon=9) == "rrllll"
    assert oracle(level, "chests", horizon=9) == "rrllddd"
    assert play(level, "rrllll", horizon=9).earned == {"chests": {}, "keys": {2: 1.0, 6: 1.0}}
    assert play(level, "", horizon=9).margin == 1.0
    assert play(level, "", horizon=11).margin == 0.0


def test_every_key_in_hand_is_shown_however_many():
    batch = batch_of(goalgap.task("KeysAndChests"), 23)
    batch.states["held"] = np.arange(23)
    held = batch.observe()[..., batch.task.game.layers.held]
    np.testing.assert_array_equal(held.sum(axis=(1, 2)), np.arange(23))
    assert not held[:, 1:-1].any()


@pytest.mark.parametrize("split", ["train", "control"])
def test_that_the_goals_agree_in_training_is_a_theorem(split):
    """With few keys each opens a chest: both optima take all keys and open as many chests."""
    task = goalgap.task("KeysAndChests", split=split)
    chests, keys = batch_of(task, 60).values().T
    few = task.arguments["few"]
    np.testing.assert_array_equal(chests, few)
    np.testing.assert_array_equal(keys, few + few / 8)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"few": 5, "many": 5}, "few must be below many, both together at most 14, not 5 and 5"),
        ({"few": 6, "many": 12}, "at most 14, not 6 and 12"),
        ({"size": 5}, r"size 5 has no room for 3 \+ 10 keys and chests: take a larger size"),
    ],
)
def test_keys_and_chests_that_there_cannot_be_are_refused(arguments, told):
    with pytest.raises(ValueError, match=told):
        goalgap.task("KeysAndChests", **arguments)


@pytest.mark.parametrize("drawing", [FEW_KEYS.replace("k", "."), MANY_KEYS.replace("r..", "r.k")])
def test_a_level_has_as_many_keys_and_chests_as_was_said(drawing):
    with pytest.raises(ValueError, match=r"not a level of KeysAndChests: there must be 3 .*, not [24]"):
        drawn(drawing)
