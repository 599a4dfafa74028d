"""Intervals of a mean over few training seeds and many levels, on numbers of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from goalgap.eval.measures.intervals import ENOUGH, estimated, t_interval, t_quantile

RNG = np.random.default_rng(7)


def test_quantiles_are_those_of_students_t() -> None:
    """Of Student's table: 12.706, 4.303, 2.776 and 2.262 with 1, 2, 4 and 9 degrees of freedom; 1.960 without end."""
    known = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, np.inf: 1.960}
    assert {freedom: round(t_quantile(freedom), 3) for freedom in known} == known


def test_without_an_effect_of_levels_it_is_the_t_interval() -> None:
    seeds = np.array([0.2, 0.4, 0.3, 0.5, 0.35])
    low, high = t_interval(seeds, np.tile(seeds, (100, 1)))
    half = 2.776 * seeds.std(ddof=1) / np.sqrt(5)
    assert (low, high) == pytest.approx((seeds.mean() - half, seeds.mean() + half), abs=1e-3)


def test_what_levels_do_to_all_seeds_alike_does_not_average_out() -> None:
    seeds = np.full(5, 0.5)
    low, high = t_interval(seeds, 0.5 + RNG.normal(0, 0.1, (4000, 1)) + np.zeros(5))
    assert (high - low) / 2 == pytest.approx(1.96 * 0.1, rel=0.05)


@pytest.mark.parametrize("seeds", [1, 2, ENOUGH - 1, ENOUGH, 12])
def test_between_one_seed_and_five_there_is_no_interval(seeds: int) -> None:
    estimate = estimated(RNG.normal(size=seeds), RNG.normal(size=(200, seeds)))
    assert (estimate.low is None) == (1 < seeds < ENOUGH)
    assert (estimate.seed_range is None) == (seeds == 1)


@pytest.mark.parametrize("between", [0.0, 0.05, 0.5])
@pytest.mark.parametrize("seeds", [ENOUGH, 10])
def test_the_interval_holds_the_truth_as_often_as_it_says(between: float, seeds: int) -> None:
    """Seeds differ by `between`, levels move all of them by 0.1, and each seed by 0.05 of its own; the truth is 0."""
    rng, trials = np.random.default_rng(seeds), 1500
    held = 0
    for _ in range(trials):
        drawn = rng.normal(0, 0.1, (300, 1)) + rng.normal(0, 0.05, (300, seeds))
        values = rng.normal(0, 0.1) + rng.normal(0, 0.05, seeds) + rng.normal(0, between, seeds)
        low, high = t_interval(values, drawn)
        held += low < 0 < high
    assert 0.93 < held / trials < 0.98


@pytest.mark.parametrize("seeds", [1, ENOUGH])
@pytest.mark.parametrize(("share", "shown"), [(0.0, False), (0.004, False), (0.1, True), (0.5, True), (1.0, False)])
def test_an_interval_is_shown_where_enough_episodes_tell(share: float, shown: bool, seeds: int) -> None:
    """Of 1,000 episodes: 4 are too few to tell of a share, and of none or all the interval would be nothing wide."""
    rng = np.random.default_rng(3)
    values, drawn = (rng.binomial(1000, share, shape) / 1000 for shape in (seeds, (2000, seeds)))
    assert (estimated(values, drawn).low is not None) == shown


def test_levels_that_are_skewed_do_not_hide_seeds_that_differ() -> None:
    """What few episodes tell is little beside what the seeds tell of each other."""
    drawn = np.random.default_rng(3).binomial(1000, 0.004, (2000, ENOUGH)) / 1000
    assert estimated(np.array([0.0, 0.2, 0.4, 0.6, 0.8]), drawn).low is not None
