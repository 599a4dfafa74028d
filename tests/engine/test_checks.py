"""What enters compiled code is checked: no call of a batch, however wrong, reads or writes where it should not."""

from __future__ import annotations

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from helpers import batch_of, levels_of, pickled, small

from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import draw_levels

NAME, GAMES = "CheeseCorner", 3


@pytest.fixture
def batch():
    return batch_of(small(NAME), GAMES)


WRONG_GAMES = [
    [3], [10**7], [-1], [0, -(10**6)], [0.0], [True], [True] * 4, [[0]], 1, "0", [None], [[0], [1, 2]], {}, [2**63],
]  # fmt: skip


@pytest.mark.parametrize("where", WRONG_GAMES, ids=str)
def test_games_that_are_not_there(batch, where):
    levels = levels_of(batch.task, 1)
    for call in (
        lambda: batch.reset(where),
        lambda: batch.observe(where),
        lambda: batch.seed([1], where),
        lambda: batch.reset_to_seeds([1], where),
        lambda: batch.reset_to_levels(levels, where),
        lambda: batch.put(levels["start"], where),
    ):
        with pytest.raises(
            IndexError, match=r"games are chosen by a list of numbers in 0 \.\. 2, or by a mask, not by"
        ):
            call()


def test_games_are_chosen_by_a_mask_or_not_at_all(batch):
    seen = batch.observe()
    np.testing.assert_array_equal(batch.observe([True, False, True]), seen[[0, 2]])
    assert batch.observe([]).shape == (0, *seen.shape[1:])


@pytest.mark.parametrize("seeds", [[1], [1, 2], [1, 2, 3, 4], 1, [[1, 2, 3]]])
def test_one_seed_a_game(batch, seeds):
    for call in (batch.seed, batch.reset_to_seeds):
        with pytest.raises(ValueError, match="seeds are a list of 3 integers, one a game, not an array of shape"):
            call(seeds)


@pytest.mark.parametrize("seeds", [[-1, 0, 1], [0.0, 1.0, 2.0], [True, False, True], ["1", "2", "3"], [1, 2, 2**63]])
def test_seeds_are_integers_from_0(batch, seeds):
    for call in (batch.seed, batch.reset_to_seeds, lambda given: draw_levels(batch.task, given)):
        with pytest.raises(ValueError, match=r"a seed is an integer in 0 \.\. 2\^63-1, not"):
            call(seeds)


@pytest.mark.parametrize("goal", [2, -1, 99, 10**6, 0.0, True, None, "cheese", 2**70, [0]])
@pytest.mark.parametrize("name", [NAME, "ChimeBandit"])
def test_a_goal_is_the_place_of_a_reward_or_event(name, goal):
    batch = batch_of(small(name), GAMES)
    for call in (batch.action_values, batch.best_actions):
        with pytest.raises(ValueError, match=f"{name} has no reward or event .*: choose from 0 "):
            call(goal)


@pytest.mark.parametrize("episodes", [-1, 1.5, True, None, "3", np.uint64(2**63)])
def test_episodes_are_counted(batch, episodes):
    with pytest.raises(ValueError, match=r"episodes are counted, 0 \.\. 10000000 of each game, not"):
        batch.random_play(episodes)


@pytest.mark.parametrize("n", [-1, 1.5, True, None, 10**30])
def test_the_number_of_games(n):
    with pytest.raises(ValueError, match=r"n is a whole number of games, at (least 0|most 10000000), not"):
        Batch(small(NAME), n)


def asked(batch):
    """Everything that looks at the games of a batch, or steps them."""
    yield lambda: batch.step(np.zeros(batch.n, int))
    yield from (batch.advance, batch.observe, batch.margins, batch.values, batch.scenes)
    yield from (lambda: batch.action_values(0), lambda: batch.best_actions(0), lambda: batch.random_play(1))


@pytest.mark.parametrize("name", [NAME, "ChimeBandit"])
def test_games_that_have_never_begun(name):
    batch = Batch(small(name), GAMES)
    for never in (batch, pickled(batch)):
        for call in asked(never):
            with pytest.raises(ResetNeeded, match="some games of this batch have not begun: reset all of them first"):
                call()
    batch.reset_to_seeds([5, 6], [0, 1])
    for call in asked(batch):
        with pytest.raises(ResetNeeded):
            call()
    batch.reset_to_seeds([7], [2])
    for whole in (batch, pickled(batch)):
        for call in asked(whole):
            call()


def test_games_whose_level_was_not_found_have_not_begun():
    batch = batch_of(small(NAME, "deploy"), GAMES)
    batch.task.__dict__["loops"] = Impossible(batch.task.loops)
    batch.loops = batch.task.loops
    with pytest.raises(RuntimeError, match="found no deploy level for seed 8"):
        batch.reset_to_seeds([7, 8, 9])
    with pytest.raises(ResetNeeded):
        batch.observe()


class Impossible:
    """Loops that find the first level only."""

    def __init__(self, loops):
        self._loops = loops

    def __getattr__(self, name):
        return getattr(self._loops, name)

    def draw(self, levels, where, seeds, how):
        return self._loops.draw(levels, where[:1], seeds[:1], how)


def test_levels_and_states_are_changed_by_methods_alone(batch):
    for records in (batch.levels, batch.states, batch.levels["cheese"]):
        with pytest.raises(ValueError, match="read-only"):
            records[...] = records
    states = batch.states.copy()
    states["mouse"] = (1, 2)
    batch.put(states)
    assert (batch.states["mouse"]["col"] == 2).all()
    batch.put(states[:1], [2])


def test_levels_of_another_number_are_not_called_others(batch):
    with pytest.raises(ValueError, match=r"are 3 records, one a game, not such records of shape \(2,\)"):
        batch.reset_to_levels(levels_of(small(NAME), 2))


@pytest.mark.parametrize(
    "levels", [None, 1, [], np.zeros(3), levels_of(small(NAME), 2), levels_of(small(NAME, size=7), 3)], ids=str
)
def test_levels_and_states_of_another_task(batch, levels):
    for call, kind in ((batch.reset_to_levels, "levels"), (batch.put, "states")):
        with pytest.raises(ValueError, match=f"{kind} of CheeseCorner with .* are 3 records, one a game, not"):
            call(levels)


@pytest.mark.parametrize("where", [(-1, 1), (1, -1), (11, 1), (1, 11), (10**6, 1), (-(10**6), 1)])
def test_places_outside_of_the_grid(batch, where):
    levels = batch.levels.copy()
    levels["cheese"][1] = where
    with pytest.raises(ValueError, match=r"cheese lies outside of the grid, whose rows and columns are 0 \.\. 10"):
        batch.reset_to_levels(levels)
    levels, states = batch.levels.copy(), batch.states.copy()
    levels["start"]["mouse"][2] = states["mouse"][2] = where
    for call, records in ((batch.reset_to_levels, levels), (batch.put, states)):
        with pytest.raises(ValueError, match="mouse lies outside of the grid"):
            call(records)


def test_things_outside_of_the_grid():
    batch = batch_of(small("SweetTooth"), 2)
    levels = batch.levels.copy()
    levels["things"]["place"]["row"][1, 0] = 99
    with pytest.raises(ValueError, match="place lies outside of the grid"):
        batch.reset_to_levels(levels)


@pytest.mark.parametrize(("row", "bit"), [(0, 3), (10, 0), (3, 0), (3, 10)])
def test_a_gap_in_the_border(batch, row, bit):
    levels = batch.levels.copy()
    levels["walls"][1, row] &= ~np.uint64(1 << bit)
    with pytest.raises(ValueError, match="the border of a level must be wall all around"):
        batch.reset_to_levels(levels)


@pytest.mark.parametrize("horizon", [0, -1, 10**6 + 1])
def test_horizons_that_never_end(batch, horizon):
    levels = batch.levels.copy()
    levels["horizon"][0] = horizon
    with pytest.raises(ValueError, match=r"the horizon of a level is in 1 \.\. 1000000, not"):
        batch.reset_to_levels(levels)


def test_time_does_not_run_backwards(batch):
    states = batch.states.copy()
    states["t"][0] = -30
    with pytest.raises(ValueError, match="a state is at least 0 steps from the start, not -30"):
        batch.put(states)
