"""Levels: drawn from seeds, measured when somebody asks, or chosen by an object of the user's own."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from helpers import assert_arrays_equal, at_random, batch_of, levels_of, oracle_of, small

import goalgap
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import draw_levels, margins

NAME = "CheeseCorner"


@pytest.mark.parametrize("seeds", [[-1], [1.5], [2**63], ["1"], [[1]]])
def test_level_seeds_are_a_list_of_integers(seeds):
    with pytest.raises(ValueError, match=r"a seed is an integer in 0 \.\. 2\^63-1|level seeds are a list of integers"):
        draw_levels(goalgap.task(NAME), seeds)


@pytest.mark.parametrize("seeds", [[], np.arange(4, dtype=np.uint8), np.arange(8)[::2], range(3)])
def test_seeds_of_any_kind_of_integer_are_drawn(seeds):
    levels = draw_levels(small(NAME), seeds if len(seeds) else np.zeros(0, np.int64))
    np.testing.assert_array_equal(levels["seed"], np.asarray(seeds, np.int64))


def test_an_impossible_task_says_so_instead_of_searching_for_ever():
    task = goalgap.task("KeysAndChests", horizon=3)
    with pytest.raises(RuntimeError, match=r"no train level for seed 5 in 10000 tries with .*'horizon': 3.* take "):
        Batch.of(task, [5])


def test_margins_are_known_where_goals_agree_by_construction_and_else_measured_when_asked(name):
    """Measured at once, one by one, or twice, they are the same."""
    agreeing, deploy = small(name), small(name, "deploy")
    if agreeing.agrees:
        assert not levels_of(agreeing, 50)["margin"].any()
    for task in (agreeing, deploy, small(name, alpha=0.5)):
        levels, ones = levels_of(task, 50), levels_of(task, 50)
        unknown = np.isnan(levels["margin"])
        measured = margins(task, levels)
        np.testing.assert_array_equal(np.concatenate([margins(task, ones[k : k + 1]) for k in range(50)]), measured)
        np.testing.assert_array_equal(levels["margin"], measured)
        np.testing.assert_array_equal(margins(task, levels), measured)
        assert not np.isnan(measured).any()
        assert not unknown.any() or not task.agrees


@pytest.mark.parametrize("part", [slice(None, None, 2), slice(None, None, -3)], ids=["every second", "backwards"])
def test_margins_of_some_of_many_levels_are_measured(part):
    task = goalgap.task(NAME, region=3)
    whole, parted = levels_of(task, 40), levels_of(task, 40)
    expected = margins(task, whole)
    assert np.isnan(parted["margin"]).all()
    np.testing.assert_array_equal(margins(task, parted[part]), expected[part])


def test_playing_does_not_change_a_level_and_so_not_its_margin(name):
    batch = batch_of(small(name, "deploy"), 20)
    before = batch.levels.copy()
    batch.play(at_random())
    assert_arrays_equal(batch.levels, before)
    np.testing.assert_array_equal(batch.margins(), margins(batch.task, before))


class Turns:
    """A sampler that gives two fixed levels in turn, and keeps what it is told."""

    def __init__(self, task):
        self.levels, self.given, self.told = draw_levels(task, [11, 12]), 0, []

    def next_levels(self, n):
        chosen = self.levels[(self.given + np.arange(n)) % 2]
        self.given += n
        return chosen

    def tell(self, results):
        self.told.append(results)


def idle(batch):
    """Into the wall on the right: the cheese of training is never there."""
    return np.ones(batch.n, np.int64)


def test_a_sampler_chooses_the_levels_of_every_reset_and_is_told_what_became_of_them():
    batch = Batch(small(NAME, horizon=9), 3, Turns(small(NAME, horizon=9)))
    batch.reset()
    assert batch.levels["seed"].tolist() == [11, 12, 11]
    assert not batch.sampler.told, "nothing has been played"
    batch.play(oracle_of(0))
    returns, lengths = batch.returns.copy(), batch.states["t"].copy()
    batch.reset(np.array([2, 0]))
    assert batch.levels["seed"].tolist() == [11, 12, 12]
    (results,) = batch.sampler.told
    assert results.levels["seed"].tolist() == [11, 11]
    np.testing.assert_array_equal(results.returns, returns[[2, 0]])
    np.testing.assert_array_equal(results.lengths, lengths[[2, 0]])
    assert (results.returns[:, 0] > 0).all()
    assert not results.truncated.any()


def test_a_sampler_is_told_of_ended_episodes_only_and_keeps_what_it_was_told():
    batch = Batch(small(NAME, horizon=9), 2, Turns(small(NAME, horizon=9)))
    batch.reset()
    batch.step(idle(batch))
    batch.reset()
    assert not batch.sampler.told
    for _ in range(2):
        batch.play(idle)
        batch.reset()
    assert [results.levels["seed"].tolist() for results in batch.sampler.told] == 2 * [[11, 12]]
    assert [results.truncated.all() for results in batch.sampler.told] == [True, True]
    assert [results.lengths.tolist() for results in batch.sampler.told] == 2 * [[9, 9]]


def test_a_sampler_is_told_what_ended_an_episode_however_long_ago():
    task = small(NAME)
    batch = Batch(task, 2, Turns(task))
    batch.sampler.levels["horizon"] = [5, 9]
    batch.reset()
    batch.play(idle)
    batch.reset()
    assert batch.sampler.told[0].lengths.tolist() == [5, 9]
    assert batch.sampler.told[0].truncated.tolist() == [True, True]


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_a_sampler_chooses_for_the_vector_face_too(mode):
    env = gymnasium.make_vec(f"goalgap/{NAME}-v0", num_envs=2, autoreset_mode=mode, horizon=3)
    sampler = env.unwrapped.batch.sampler = Turns(env.unwrapped.task)
    infos = [env.reset()[1]] + [env.step(np.ones(2, np.int64))[4] for _ in range(8)]
    assert {11, 12} == {int(seed) for info in infos for seed in info["level_seed"]}
    assert len(sampler.told) == 2
    for results in sampler.told:
        assert results.levels["seed"].tolist() == [11, 12]
        assert results.lengths.tolist() == [3, 3]
        assert results.truncated.all()
