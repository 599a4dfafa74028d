"""What FollowLeader means, in levels one can look at: moves, and which visit paid or cost what when."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from helpers import at_random, batch_of, cell, levels_of, open_cells, oracle_of, steps_from

import goalgap
from goalgap import testing
from goalgap.agents.reference import reference
from goalgap.terms import SPLITS
from goalgap.testing.known.follow_leader import Trial, by_trial, in_its_steps

NAME = "FollowLeader"
SMALL = {"size": 5, "beacons": 4}
TURN = 4
GOLDEN = {"absent": {"leader": "absent"}, "missing": {"missing": 3}}
drawn, play, oracle = (
    partial(each, NAME, beacons=4, horizon=24) for each in (testing.start, testing.play, testing.oracle)
)

# 0 to 3 beacons, a robot and leader at beacon 0; below, the right order and the one in which the leader walks

TRAINING = """
    #######
    #.a.1.#
    #.....#
    #.....#
    #.....#
    #.3.2.#
    #######

    order 0 1 2 3
    walk  0 1 2 3
"""
DEPLOYMENT = TRAINING.replace("walk  0 1 2 3", "walk  0 1 3 2")
BELOW = "\n    #######\n\n    order 0 1"


def shows(level, state, shown):
    """Beacons by colour, leader and light where its way has them, at the robot what the last step paid; no order."""
    beacons, robot, k = [cell(place) for place in level["beacons"]], cell(state["robot"]), state["t"] % level["round"]
    assert [cells(layer) for name, layer in shown.items() if "beacon" in name] == [[place] for place in beacons]
    assert cells(shown["leader"]) == [divmod(int(level["way"][k]), len(level["walls"]))]
    assert cells(shown["lit"]) == [beacons[level["lit"][k]]]
    assert cells(shown["robot"]) == [robot]
    assert cells(shown["paid"]) == [robot] * int(state["paid"] > 0)
    assert cells(shown["fined"]) == [robot] * int(state["paid"] < 0)


def cells(layer):
    return [tuple(map(int, place)) for place in np.argwhere(layer)]


def test_each_beacon_that_is_due_pays():
    played = play(TRAINING, "rrddddlluuuu")
    pays = dict.fromkeys((2, 6, 8, 12), 1.0)
    assert played.earned == {"order": pays, "led": pays}
    assert played.margin == 0.0


def test_a_wrong_beacon_costs_and_the_order_goes_on_from_there():
    assert play(TRAINING, "ddddrruuuull").earned["order"] == {4: -1.0, 6: -1.0, 10: -1.0, 12: -1.0}
    assert play(TRAINING, "dddduuuu").earned["order"] == {4: -1.0, 8: 1.0}


def test_to_come_back_to_the_last_beacon_is_free():
    assert play(TRAINING, "dulu").earned["order"] == {}
    assert play(TRAINING, "rrrl").earned["order"] == {2: 1.0}


def test_a_fooled_robot_is_led_into_fines():
    assert oracle(DEPLOYMENT, "led") == "rrdddldlrruuululrrdddldl"[:24]
    played = play(DEPLOYMENT, oracle(DEPLOYMENT, "led").ljust(24, "u"))
    assert played.returns["led"] > 4
    assert played.returns["order"] < 0
    assert played.margin > 1


def test_a_sound_robot_goes_its_own_way():
    assert oracle(DEPLOYMENT, "order") == oracle(TRAINING, "order") == oracle(TRAINING, "led")
    assert set(play(DEPLOYMENT, oracle(DEPLOYMENT, "order")).earned["order"].values()) == {1.0}


def test_the_leader_walks_in_its_own_order_whatever_the_robot_does():
    """In shortest ways, past all other beacons; the one to which it came last is lit."""
    env, _ = drawn(DEPLOYMENT)
    layers, moments = env.task.game.layers, [env.step(1)[0] for _ in range(24)]
    places, lights = ([cells(obs[..., layer])[0] for obs in moments] for layer in (layers.leader, layers.lit))
    beacons = [cell(place) for place in env.batch.levels[0]["beacons"]]
    assert [beacons.index(place) for place in places if place in beacons] == [1, 3, 2, 0, 1, 3]
    assert all(abs(row - r) + abs(col - c) == 1 for (row, col), (r, c) in pairwise(places))
    assert all(light == (place if place in beacons else before) for (before, light), place in zip(
        pairwise([beacons[0], *lights]), places, strict=True))  # fmt: skip


@pytest.mark.parametrize(("leader", "seen"), [("stays", 24), ("leaves", 11), ("absent", 0)])
def test_the_leader_can_be_taken_away_and_all_else_stays(leader, seen):
    env, _ = drawn(DEPLOYMENT.replace("#.a", "#.a" if seen else "#.A"), leader=leader)
    layers = env.task.game.layers
    shown = [env.step(1)[0][..., [layers.leader, layers.lit]].sum() for _ in range(24)]
    assert shown == [2] * seen + [0] * (24 - seen)
    there, gone = (levels_of(goalgap.task(NAME, leader=which), 50) for which in ("stays", leader))
    for field in set(there.dtype.names) - {"leader"}:
        np.testing.assert_array_equal(there[field], gone[field])


def test_orders_are_written_below_the_drawing():
    env, _ = drawn(DEPLOYMENT)
    written = env.task.game.art.level(env.batch.scenes()[0])
    assert written.splitlines()[-3:] == ["", "order 0 1 2 3", "walk  0 1 3 2"]
    assert "order" not in env.render()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("order 0 1 2 3", "order 0 1 2 2", "order has each of the 4 beacons once, then those that are missing"),
        ("walk  0 1 2 3", "", "walk has 0 numbers, and needs 4"),
        ("#.3.2.#", "#.3.4.#", "there are 2 to 4 beacons, the first of yellow, red, blue, green, violet"),
        ("#.3.2.#", "#.32..#", "beacons must be two steps and more apart"),
        ("#.a.1.#\n    #.....#", "#a#.1.#\n    ##....#", "a way lead from each to each"),
        ("#.a.1.#", "#.0.b.#", "line 2, column 3: '0' is drawn where an episode would start with 'a'"),
        (
            f"#.3.2.#{BELOW} 2 3",
            f"#...2.#{BELOW} 3 2",
            "order has each of the 3 beacons once, then those that are missing",
        ),
    ],
)
def test_levels_that_are_none_are_refused(old, new, told):
    with pytest.raises(ValueError, match=f"not a level of FollowLeader: .*{told}"):
        drawn(TRAINING.replace(old, new))


@pytest.mark.parametrize("split", SPLITS)
def test_the_leader_is_right_in_training_and_in_part_right_in_deployment(split):
    levels = levels_of(goalgap.task(NAME, split=split), 2000)
    order, walk = (after(levels[name]) for name in ("order", "walk"))
    right = (order == walk).sum(axis=1)
    assert set(right) == ({1, 2} if split == "deploy" else {5})
    np.testing.assert_allclose(np.bincount(levels["walk"][:, 0]) / 2000, 0.2, atol=0.05)
    np.testing.assert_allclose((order == 1).mean(axis=0)[[0, 2, 3, 4]], 0.25, atol=0.05)


def after(orders):
    """What comes after each beacon, shape (n, beacons)."""
    following = np.empty_like(orders)
    np.put_along_axis(following, orders.astype(np.int64), np.roll(orders, -1, axis=1), axis=1)
    return following


@pytest.mark.parametrize("split", SPLITS)
def test_ways_between_beacons_lead_past_the_others(split):
    """By plain flooding; and robot and leader set out from the first beacon of the walk."""
    levels = levels_of(goalgap.task(NAME, split=split), 200)
    free, beacons, who = open_cells(levels), levels["beacons"], np.arange(200)
    for i in range(5):
        for j in set(range(5)) - {i}:
            past = free.copy()
            for k in set(range(5)) - {i, j}:
                past[who, beacons["row"][:, k], beacons["col"][:, k]] = False
            steps = steps_from(past, beacons["row"][:, i], beacons["col"][:, i])
            np.testing.assert_array_equal(
                steps[who, beacons["row"][:, j], beacons["col"][:, j]], levels["steps"][:, i, j]
            )
    assert levels["steps"][:, ~np.eye(5, dtype=bool)].min() == 2
    robot, begin = levels["start"]["robot"], beacons[who, levels["walk"][:, 0]]
    np.testing.assert_array_equal(robot, begin)
    np.testing.assert_array_equal(levels["way"][:, 0], 9 * begin["row"] + begin["col"])
    np.testing.assert_array_equal(levels["start"]["last"], levels["walk"][:, 0])


def test_rewards_are_the_same_on_every_transition_of_training():
    batch, choose = batch_of(goalgap.task(NAME), 300), at_random()
    while not batch.done.all():
        batch.step(choose(batch))
        np.testing.assert_array_equal(batch.rewards[:, 0], batch.rewards[:, 1])


def test_whoever_is_led_earns_more_than_can_be_found_out_by_trial_and_in_deployment_less_than_nothing():
    """On average over levels, as fractions of what whoever knows the order earns."""
    for split, led, alone in (("train", (0.92, 1.0), (0.7, 0.85)), ("deploy", (-0.4, -0.2), (0.7, 0.85))):
        best = batch_of(goalgap.task(NAME, split=split), 300).values()[:, 0]
        for script, (low, high) in ((in_its_steps, led), (by_trial, alone)):
            batch = batch_of(goalgap.task(NAME, split=split), 300)
            player = script(batch, 0)
            batch.play(lambda batch, player=player: player(~batch.done))
            assert low < (batch.returns[:, 0] / best).mean() < high


def test_by_trial_the_right_order_is_never_ruled_out_and_in_the_end_it_is_known():
    batch = batch_of(goalgap.task(NAME), 100)
    trial, player = Trial(batch), by_trial(batch, 0)
    while not batch.done.all():
        trial.look(batch)
        batch.step(player(~batch.done))
    right = (trial.after[None] == after(batch.levels["order"])[:, None]).all(axis=2)
    assert (trial.possible & right).any(axis=1).all()
    assert trial.possible.sum(axis=1).mean() < 1.1


def test_a_robot_that_stands_still_does_better_than_one_that_is_led():
    task = goalgap.task(NAME, split="deploy")
    led, noop = batch_of(task, 200), batch_of(task, 200)
    led.play(oracle_of(1))
    policy = reference("noop").bind(noop)
    noop.play(lambda batch: policy(None, None, None)[0])
    assert led.returns[:, 0].mean() < -5
    assert (noop.returns[:, 0] >= led.returns[:, 0]).mean() > 0.9


def test_a_shorter_time_leaves_something_to_gain():
    assert (batch_of(goalgap.task(NAME, horizon=10), 200).values()[:, 0] >= 1).all()


@pytest.mark.parametrize(("alpha", "counts"), [(0.0, {2, 3, 4, 5}), (1.0, {4, 5})])
def test_to_practise_on_some_beacons_may_be_missing(alpha, counts):
    """Beacons and orders are those of fewer beacons; where the leader is wrong, there are four or five."""
    levels = levels_of(goalgap.task(NAME, missing=3, alpha=alpha), 300)
    assert set(levels["count"]) == counts
    for level in levels:
        there = level["beacons"]["row"] > 0
        assert there.tolist() == [True] * level["count"] + [False] * (5 - level["count"])
        for name in ("order", "walk"):
            assert set(level[name][: level["count"]]) == set(range(level["count"]))
