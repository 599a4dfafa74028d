"""What KeysAndChests means, in levels one can look at: moves, and which goal was reached when."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from helpers import assert_shown, batch_of, cell, cells_of, levels_of, lying, open_cells, steps_from

import goalgap
from goalgap import testing
from goalgap.envs.keys_and_chests import CHEST, KEY
from goalgap.terms import SPLITS

SMALL = {"size": 5, "few": 1, "many": 4}
DRAWN = {"size": 5, "few": 1, "many": 2, "horizon": 15}
drawn, play, oracle = (
    partial(each, "KeysAndChests", **DRAWN) for each in (testing.start, testing.play, testing.oracle)
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
    states = batch.states.copy()
    states["held"] = np.arange(23)
    batch.put(states)
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


@pytest.mark.parametrize("maze", ["blocks", "perfect"])
def test_on_deployment_levels_a_lover_of_keys_has_no_time_for_all_chests(maze):
    """What is proved by counting steps is so by the exact optimum; most levels cost it every chest."""
    batch = batch_of(goalgap.task("KeysAndChests", split="deploy", maze=maze), 60)
    chests, keys = batch.values().T
    np.testing.assert_array_equal(chests, 3)
    assert (keys % 1 < 3 / 8).all()
    assert batch.margins().min() > 0
    assert np.median(batch.margins()) >= 0.5


@pytest.mark.parametrize("split", SPLITS)
def test_keys_lie_on_one_side_and_chests_on_the_other(split):
    """Distances by plain flooding: what `distinguishes` counts on, and where the robot begins."""
    levels = levels_of(goalgap.task("KeysAndChests", split=split), 200)
    things, robot = levels["things"]["place"], levels["start"]["robot"]
    free, keys = open_cells(levels), 10 if split == "deploy" else 3
    assert (levels["things"]["kind"] == [KEY] * keys + [CHEST] * (13 - keys)).all()
    between = np.stack([distances(free, things[:, i], things) for i in range(13)], axis=1)
    between[:, range(13), range(13)] = 99
    np.testing.assert_array_equal(between[:, :keys, :keys].min(axis=-1), 2)
    assert (between[:, keys:, keys:].min(axis=-1) <= 2).all()
    assert np.isin(between[:, :keys, keys:].min(axis=(1, 2)), [5, 6]).all()
    assert np.isin(distances(free, robot, things[:, :keys]).min(axis=1), [3, 4]).all()


def distances(free, place, others):
    """From one place of each level to others of it, shape (levels, others)."""
    steps = steps_from(free, place["row"], place["col"])
    return steps[np.arange(len(free))[:, None], others["row"], others["col"]]


def test_random_play_earns_next_to_nothing():
    for split in SPLITS:
        batch = batch_of(goalgap.task("KeysAndChests", split=split), 200)
        earned = (batch.random_play(16)[0] / batch.values()[:, None]).mean(axis=(0, 1))
        assert (earned < 0.15).all()


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
