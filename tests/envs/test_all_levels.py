"""What a level depends on, and which levels each split holds, in every environment.

Small levels are those of `helpers.small`: thousands of them are drawn, and solved, in no time.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from helpers import assert_arrays_equal, at_random, batch_of, layouts, levels_of, open_cells, oracle_of, own, small

import goalgap
from goalgap import SUITE
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.kernels.loops import HELD_OUT
from goalgap.envs.engine.levels import draw_levels, margins
from goalgap.envs.engine.maze import Maze
from goalgap.terms import SPLITS

MANY = 50_000


def hashes(rows):
    """The layout hash, written once more: SplitMix64's mix over the numbers of each row."""
    word = np.zeros(len(rows), np.uint64)
    for row in rows.T:
        word ^= row
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
            word = (word ^ (word >> np.uint64(shift))) * np.uint64(factor)
        word += np.uint64(1)
    return word


def test_a_level_does_not_depend_on_other_threads(name, split):
    task, seeds = small(name, split), np.random.default_rng(0).integers(0, 2**63, 600)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda part: draw_levels(task, part), np.array_split(seeds, 12)))
    assert_arrays_equal(np.concatenate(drawn), draw_levels(task, seeds))


def test_a_batch_plays_the_levels_of_its_seeds_however_it_was_used(name):
    batch, choose = Batch(small(name), 5), at_random()
    batch.seed(np.arange(5))
    for _ in range(3):
        batch.reset()
        for _ in range(9):
            batch.step(choose(batch))
    batch.reset_to_seeds([70, 50], np.array([1, 2]))
    assert_arrays_equal(batch.levels[1:3], draw_levels(batch.task, [70, 50]))


def test_splits_are_different_draws(name):
    """One seed gives unrelated levels on each split."""
    train, control, deploy = (layouts(name, levels_of(goalgap.task(name, split=split), 20)) for split in SPLITS)
    for one, other in ((train, control), (train, deploy), (control, deploy)):
        assert not (one == other).all(axis=1).any()


@pytest.mark.slow
@pytest.mark.parametrize("make", [goalgap.task, small], ids=["default", "small"])
def test_layouts_of_control_and_deployment_never_occur_in_training(name, make):
    """Training and the rest take different residues of the layouts' hash, whatever alpha is."""
    distinguishing = 100 if make is goalgap.task else 5000
    train = [levels_of(make(name), MANY), levels_of(make(name, alpha=1.0), distinguishing)]
    others = [levels_of(make(name, split="control"), MANY), levels_of(make(name, split="deploy"), distinguishing)]
    for levels in train:
        assert (hashes(layouts(name, levels)) % HELD_OUT != 0).all()
    for levels in others:
        assert (hashes(layouts(name, levels)) % HELD_OUT == 0).all()
    seen = {row.tobytes() for levels in train for row in layouts(name, levels)}
    assert len(seen) > getattr(own(name), "LAYOUTS", 10_000)
    assert not any(row.tobytes() in seen for levels in others for row in layouts(name, levels))


def is_small_maze(name):
    return own(name).SMALL.get("size") == 5 and issubclass(SUITE[name].arguments, Maze)


@pytest.mark.parametrize("grid", [*filter(is_small_maze, SUITE)])
def test_layouts_are_held_out_even_where_there_are_few(grid):
    """Of the mazes of size 5 that depth-first search can make, training has some, and the rest all others."""
    train, control, deploy = (
        {row.tobytes() for row in levels_of(small(grid, split, maze="perfect"), 3000)["walls"]} for split in SPLITS
    )
    assert len(train) > len(control) > 20
    assert not train & control
    assert control == deploy


def test_the_walls_alone_do_not_give_the_split_away(grid):
    """Each split has as many of them."""
    free = [open_cells(levels_of(small(grid, split), 5000)).mean() for split in SPLITS]
    assert max(free) - min(free) < 0.01


def test_perfect_mazes_are_free_at_odd_cells(maze, split):
    """Whatever is built into them."""
    assert open_cells(levels_of(small(maze, split, maze="perfect"), 100))[:, 1::2, 1::2].all()


@pytest.mark.parametrize(("make", "n"), [(goalgap.task, 100), (small, 5000)], ids=["default", "small"])
def test_every_level_of_deployment_is_distinguishing_and_no_other(name, split, make, n):
    task = make(name, split=split)
    measured = margins(task, levels_of(task, n))
    assert (measured > 0).all() if split == "deploy" else not measured.any()


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_is_the_fraction_of_distinguishing_levels(name, alpha):
    task = small(name, alpha=alpha)
    measured = margins(task, levels_of(task, 4000))
    assert abs((measured > 0).mean() - alpha) <= 4 * np.sqrt(alpha * (1 - alpha) / 4000)


def test_more_alpha_replaces_levels_and_keeps_the_others(name):
    """So that runs with different alpha share all the levels they can."""
    none, some, more = (batch_of(small(name, alpha=alpha), 2000) for alpha in (0.0, 0.1, 0.3))
    (few, many), _ = [batch.margins() > 0 for batch in (some, more)], none.margins()
    assert not (few & ~many).any()
    assert_arrays_equal(none.levels[~many], more.levels[~many])
    assert_arrays_equal(some.levels[few], more.levels[few])


@pytest.mark.parametrize("horizon", [0, 33])
def test_horizon_is_when_episodes_are_cut_off(name, horizon):
    """Games that do not end by themselves go on until then, and not a step longer.

    To end may be what the goal is, or what is to be avoided: so one lives longest that does nothing, or an oracle.
    """
    task = small(name, horizon=horizon)
    expected, goal = horizon or task.game.horizon(task.settings), task.channels.index(task.game.intended.name)
    idle = task.game.actions.index(task.game.idle or task.game.actions[0])
    ways = (lambda batch: np.full(batch.n, idle), oracle_of(goal))
    batch = max((lived(task, choose, expected) for choose in ways), key=lambda batch: batch.states["t"].sum())
    lasting = batch.states["t"] == expected
    assert lasting.any()
    assert batch.done.all()
    assert (lasting | ~batch.truncated).all()
    assert (batch.levels["horizon"] == expected).all()
    assert task.arguments["horizon"] == expected


def lived(task, choose, steps):
    """Games after so many steps, none of which was truncated before the last."""
    batch = batch_of(task, 40)
    for _ in range(steps):
        assert not batch.truncated.any()
        batch.step(choose(batch))
    return batch
