"""A batch owns its episodes: games play until they are done, and then stand still until they are reset."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from helpers import assert_arrays_equal, at_random, batch_of, levels_of, oracle_of, pickled, small

from goalgap.envs.engine.batch import Batch

GAMES = 12


def memory_of(batch):
    """Copies of all that a batch holds."""
    return [array.copy() for array in batch.memory]


def assert_equal(one, other):
    for mine, its in zip(one, other, strict=True):
        assert_arrays_equal(mine, its)


def test_a_batch_of_seeds_is_a_batch_on_their_levels(name):
    one, other = batch_of(small(name), GAMES), Batch.on(small(name), levels_of(small(name), GAMES))
    assert_arrays_equal(one.levels, other.levels)
    np.testing.assert_array_equal(one.states, one.levels["start"])
    np.testing.assert_array_equal(one.observe(), other.observe())
    assert not one.done.any()
    assert (one.reached == -1).all()


@pytest.mark.parametrize("seeds", [[-1], [1.5], [2**63], ["1"]])
def test_seeds_are_checked(seeds):
    with pytest.raises(ValueError, match=r"a seed is an integer in 0 \.\. 2\^63-1"):
        Batch.of(small("CheeseCorner"), seeds)


def test_books_are_kept_of_every_step(name):
    """Rewards of the last step, discounted returns, the step of the first gain, and how it ended; counted once more."""
    batch, choose = batch_of(small(name), GAMES), at_random()
    returns, reached = np.zeros_like(batch.returns), np.full_like(batch.reached, -1)
    for t in range(1, batch.levels["horizon"][0] + 1):
        going = ~batch.done
        assert batch.step(choose(batch)) == batch.done.sum()
        returns += batch.task.discounts ** (t - 1) * batch.rewards
        reached[(batch.rewards > 0) & (reached < 0)] = t
        assert not batch.rewards[~going].any()
        np.testing.assert_array_equal(batch.done & going, batch.terminated | batch.truncated)
        assert (batch.states["t"][going] == t).all()
    assert batch.done.all()
    np.testing.assert_allclose(batch.returns, returns, atol=1e-12)
    np.testing.assert_array_equal(batch.reached, reached)


def test_a_game_that_is_done_stands_still_whatever_its_action(name):
    """Also one that does not exist; the last step's rewards and ends are over."""
    batch = batch_of(small(name), GAMES)
    batch.play(at_random())
    before, seen = memory_of(batch), batch.observe()
    for action in (0, 99, -1):
        assert batch.step(np.full(GAMES, action)) == GAMES
    assert not (batch.terminated | batch.truncated).any()
    assert not batch.rewards.any()
    batch.rewards[...], batch.terminated[...], batch.truncated[...] = before[3], before[7], before[8]
    assert_equal(memory_of(batch), before)
    np.testing.assert_array_equal(batch.observe(), seen)


def test_games_that_go_on_do_so_beside_games_that_are_done(name):
    """Played together or alone, they come to the same."""
    together = batch_of(small(name), GAMES)
    together.play(oracle_of(0))
    for k in range(GAMES):
        alone = Batch.of(together.task, [k])
        alone.play(oracle_of(0))
        np.testing.assert_array_equal(alone.returns[0], together.returns[k])
        assert alone.states[0] == together.states[k]


def test_playing_to_the_end_is_stepping_until_all_are_done(name):
    one, other, seen = batch_of(small(name), GAMES), batch_of(small(name), GAMES), []
    one.play(lambda batch: seen.append(batch.observe()) or batch.best_actions(0))
    steps = 0
    while not other.done.all():
        np.testing.assert_array_equal(seen[steps], other.observe())
        other.step(other.best_actions(0))
        steps += 1
    assert steps == len(seen) == one.states["t"].max()
    assert_equal(one.memory, other.memory)
    one.play(lambda batch: pytest.fail("nothing is left to play"))


@pytest.mark.parametrize("wrong", [4, -1, 2**40])
def test_no_game_moves_where_an_action_does_not_exist(wrong):
    batch = batch_of(small("CheeseCorner"), 3)
    before = memory_of(batch)
    with pytest.raises(ValueError, match=f"CheeseCorner has no action {wrong}: choose from 0 up"):
        batch.step(np.array([0, wrong, 1]))
    assert_equal(memory_of(batch), before)


@pytest.mark.parametrize("actions", [[0, 1], [[0, 1, 2]], [0.0, 1.0, 2.0], [True, False, True], 1])
def test_actions_are_one_integer_a_game(actions):
    with pytest.raises(ValueError, match="actions are 3 integers, one a game, not "):
        batch_of(small("CheeseCorner"), 3).step(np.array(actions))


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "u8", ">i8"])
def test_every_kind_of_integer_is_an_action(dtype):
    one, other = batch_of(small("CheeseCorner"), 4), batch_of(small("CheeseCorner"), 4)
    one.step(np.arange(4))
    other.step(np.arange(4).astype(dtype))
    np.testing.assert_array_equal(one.states, other.states)


def test_some_games_are_reset_and_the_others_left_alone(name):
    batch, where = batch_of(small(name), GAMES), np.array([1, 4])
    batch.play(at_random())
    before = memory_of(batch)
    batch.reset_to_seeds([70, 50], where)
    for now, old in zip(batch.memory, before, strict=True):
        assert_arrays_equal(np.delete(now, where, axis=0), np.delete(old, where, axis=0))
    fresh = Batch.of(batch.task, [70, 50])
    assert_arrays_equal(batch.levels[where], fresh.levels)
    np.testing.assert_array_equal(batch.observe(where), fresh.observe())
    assert not batch.returns[where].any()
    assert not batch.done[where].any()


@pytest.mark.parametrize(
    "where",
    [
        np.array([6, 1, 3]),
        np.arange(8)[::2],
        np.arange(8)[::-1],
        np.arange(3, dtype=np.int32),
    ],
    ids=str,
)
def test_games_are_chosen_by_any_array_of_indices(where):
    batch = Batch(small("CheeseCorner"), 8)
    batch.seed(np.arange(8))
    batch.reset()
    seen, levels = batch.observe(), batch.levels.copy()
    np.testing.assert_array_equal(batch.observe(where), seen[where])
    batch.reset_to_seeds(np.arange(50, 50 + len(where)), where)
    assert batch.levels["seed"][where].tolist() == list(range(50, 50 + len(where)))
    batch.reset_to_levels(levels[where], where)
    np.testing.assert_array_equal(batch.observe(), seen)


def test_seeded_games_play_the_episodes_of_their_seeds(name):
    """From the first, each its own, whichever were reset before."""
    one, other = Batch(small(name), 4), Batch(small(name), 2)
    one.seed([5, 6, 7, 8])
    other.seed([7, 6])
    for _ in range(3):
        one.reset()
        other.reset()
        assert_arrays_equal(one.levels[[2, 1]], other.levels)
    one.seed([6], np.array([0]))
    one.reset(np.array([0]))
    again = Batch(small(name), 1)
    again.seed([6])
    again.reset()
    assert_arrays_equal(one.levels[:1], again.levels)
    assert one.levels["seed"][1] != again.levels["seed"][0]


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled])
def test_a_copy_plays_on_alone(name, copied):
    batch, choose = batch_of(small(name), GAMES), at_random()
    batch.seed(np.arange(GAMES))
    for _ in range(4):
        batch.step(choose(batch))
    before, other = memory_of(batch), copied(batch)
    assert_equal(other.memory, before)
    other.play(at_random(1))
    assert_equal(memory_of(batch), before)
    batch.play(at_random(1))
    batch.reset()
    other.reset()
    assert_equal(batch.memory, other.memory)


def test_random_play_disturbs_nothing_and_depends_on_the_level_alone(name):
    batch, other = batch_of(small(name), GAMES), Batch.of(small(name), np.arange(GAMES)[::-1])
    before = memory_of(batch)
    returns = batch.random_play(20)[0]
    assert returns.shape == (GAMES, 20, len(batch.task.channels))
    assert_equal(memory_of(batch), before)
    np.testing.assert_array_equal(returns[:, :5], batch.random_play(5)[0])
    np.testing.assert_array_equal(returns[::-1], other.random_play(20)[0])
    assert len(np.unique(returns)) > 2
