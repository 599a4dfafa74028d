"""Random numbers of our own: the published ones, uniform, and the same for ever."""

from __future__ import annotations

import numpy as np

from goalgap.envs.engine.kernels import rng
from goalgap.envs.engine.kernels.compile import compiled


def test_random_numbers_are_those_of_splitmix64():
    """The published numbers of the reference implementation for the seed 1234567."""
    stream, draw = np.array([1234567], np.uint64), compiled(rng.draw)
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert [int(draw(stream)) for _ in range(4)] == expected


def test_random_integers_are_uniform():
    below, stream = compiled(rng.below), np.array([5], np.uint64)
    counts = np.bincount([below(stream, 7) for _ in range(14_000)], minlength=7)
    assert len(counts) == 7
    assert ((counts - 2000) ** 2 / 2000).sum() < 22.5  # chi-squared with 6 degrees of freedom, 0.1 %


def test_level_seeds_are_in_range_and_differ():
    level_seed = compiled(rng.level_seed)
    seeds = {int(level_seed(seed, episode)) for seed in range(100) for episode in range(100)}
    assert len(seeds) == 10_000
    assert min(seeds) >= 0
    assert max(seeds) < 2**63


def test_chance_depends_on_seed_step_and_which_one_it_is():
    chance = compiled(rng.chance)
    words = {int(chance(seed, t, which)) for seed in range(20) for t in range(20) for which in range(5)}
    assert len(words) == 2000


def test_what_is_absorbed_depends_on_numbers_and_their_order():
    absorb = compiled(rng.absorb)
    words = {int(absorb(np.uint64(absorb(np.uint64(0), one)), other)) for one in range(30) for other in range(30)}
    assert len(words) == 900
