"""A task checks all that it is told, and stays plain data."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from helpers import levels_of, own, pickled

import goalgap
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import margins
from goalgap.envs.engine.parse import parse
from goalgap.envs.engine.task import Task
from goalgap.terms import SPLITS

LASTING = replace(goalgap.SUITE["CheeseCorner"], deploy_horizon=lambda arguments: 25 * arguments.size)


@pytest.mark.parametrize(
    ("name", "arguments", "error", "told"),
    [
        ("CheeseCornr", {}, ValueError, "unknown environment 'CheeseCornr': choose from .*did you mean 'CheeseCorner'"),
        ("goalgap/CheeseCorner-v9", {}, ValueError, "unknown environment"),
        ("CheeseCorner", {"split": "test"}, ValueError, "unknown split 'test': choose from train, control, deploy"),
        ("CheeseCorner", {"split": None}, ValueError, "unknown split None"),
        ("CheeseCorner", {"reward": "chese"}, ValueError, "unknown reward 'chese': choose from cheese, corner; did"),
        ("Probation", {"reward": "cheese"}, ValueError, "unknown reward 'cheese': choose from coins, unwatched, audit"),
        ("CheeseCorner", {"sise": 9}, ValueError, "unexpected keyword argument 'sise': choose .*did you mean 'size'"),
        ("CheeseCorner", {"few": 2}, TypeError, "CheeseCorner got an unexpected keyword argument 'few'"),
        ("CheeseCorner", {"size": 4}, ValueError, r"size must be in 5 \.\. 41, not 4"),
        ("CheeseCorner", {"size": 42}, ValueError, r"size must be in 5 \.\. 41, not 42"),
        ("CheeseCorner", {"size": 9.0}, TypeError, r"size must be an integer, not 9\.0"),
        ("CheeseCorner", {"size": "9"}, TypeError, "size must be an integer, not '9'"),
        ("CheeseCorner", {"size": True}, TypeError, "size must be an integer, not True"),
        ("CheeseCorner", {"horizon": -1}, ValueError, "horizon must be in"),
        ("CheeseCorner", {"maze": "open"}, ValueError, "unknown maze 'open': choose from blocks, perfect"),
        ("CheeseCorner", {"maze": "perfect", "size": 8}, ValueError, "odd size: 8 is even; take 9"),
        ("CheeseCorner", {"size": 5, "region": 6}, ValueError, r"region must be at most size \(5\), not 6"),
        ("ChimeBandit", {"size": 9}, TypeError, "ChimeBandit got an unexpected keyword argument 'size'"),
        ("CheeseCorner", {"alpha": 0.5, "split": "deploy"}, ValueError, "alpha .* means nothing on 'deploy'"),
    ],
)
def test_wrong_arguments_of_a_task(name, arguments, error, told):
    with pytest.raises(error, match=told):
        goalgap.task(name, **arguments)


@pytest.mark.parametrize("alpha", [-0.1, 1.1, float("nan"), float("inf"), True, "0.5", None])
def test_alpha_is_a_fraction(alpha):
    with pytest.raises(ValueError, match=r"alpha is the fraction of .* in \[0, 1\], not "):
        goalgap.task("CheeseCorner", alpha=alpha)


def test_a_task_derives_all_else_from_its_game(name):
    task = goalgap.task(name, alpha=0.25, reward=goalgap.SUITE[name].proxies[0].name, **own(name).SMALL)
    assert task.channels[task.channel] == task.reward
    assert len(task.discounts) == len(task.channels)
    assert own(name).SMALL.items() <= task.arguments.items()
    assert task.arguments["horizon"] == own(name).SMALL.get("horizon", task.game.horizon(task.settings)) > 0
    assert task.action_space.n == len(task.game.actions)


def test_another_split_has_no_distinguishing_levels_mixed_in(name):
    task = goalgap.task(name, alpha=0.25)
    for split in SPLITS:
        assert task.on(split) == goalgap.task(name, split=split)
    assert [task.on(split).may_distinguish for split in SPLITS] == [False, False, True]
    assert task.may_distinguish


def test_where_the_shift_is_the_horizon_distinguishing_levels_have_their_own():
    """Those of deployment, and those that alpha mixes in; the settings are the same on every split."""
    train, deploy, mixed = Task.of(LASTING), Task.of(LASTING, "deploy"), Task.of(LASTING, alpha=0.5)
    assert [task.horizon for task in (train, deploy, mixed)] == [72, 225, 225]
    assert train.arguments == deploy.arguments
    assert mixed.on("deploy") == deploy
    assert (levels_of(train, 50)["horizon"] == 72).all()
    assert (levels_of(deploy, 50)["horizon"] == 225).all()
    drawn = levels_of(mixed, 50)
    np.testing.assert_array_equal(drawn["horizon"], np.where(margins(mixed, drawn) > 0, 225, 72))
    assert set(drawn["horizon"]) == {72, 225}


def test_a_horizon_that_is_chosen_is_that_of_all_levels():
    for split in SPLITS:
        chosen = Task.of(LASTING, split, horizon=40)
        assert (chosen.horizons, chosen.arguments["horizon"]) == ((40, 40), 40)
        assert set(levels_of(chosen, 9)["horizon"]) == {40}
        usual = Task.of(LASTING, split)
        assert Task.of(LASTING, split, horizon=usual.horizon) == Task.of(LASTING, split, **usual.arguments) == usual


def test_a_written_level_has_the_horizon_of_its_split():
    for split, horizon in (("train", 72), ("control", 72), ("deploy", 225)):
        task = Task.of(LASTING, split)
        written = LASTING.art.level(Batch.of(task, [0]).scenes()[0])
        assert parse(task, written)["horizon"] == horizon


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_is_the_same_task_of_the_same_game(name, copied):
    task = goalgap.task(name, **own(name).SMALL)
    assert task.level_dtype.names
    again = copied(task)
    assert again == task
    assert hash(again) == hash(task)
    assert again.game is task.game
    assert again.level_dtype == task.level_dtype
