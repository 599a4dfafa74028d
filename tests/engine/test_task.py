"""A task checks all that it is told, and stays plain data."""

from __future__ import annotations

import copy

import pytest
from helpers import own, pickled

import goalgap
from goalgap.terms import SPLITS


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


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_is_the_same_task_of_the_same_game(name, copied):
    task = goalgap.task(name, **own(name).SMALL)
    assert task.level_dtype.names
    again = copied(task)
    assert again == task
    assert hash(again) == hash(task)
    assert again.game is task.game
    assert again.level_dtype == task.level_dtype
