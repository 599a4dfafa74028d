"""Differences between agents, on numbers of which the truth is known."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

from goalgap.eval.measures.catalogue import Measure
from goalgap.eval.measures.differences import (
    Difference,
    Sampled,
    difference,
    hidden,
    interval,
    separated_by_chance,
    welch_interval,
)
from goalgap.eval.measures.intervals import ENOUGH, exact_interval, t_interval

GAP = Measure("gap", name="goal")


def told(first: Sampled, second: Sampled, levels: int = 1000) -> Difference:
    return difference(GAP, first, second, levels)


def agent(*seeds: float, noise: float = 0.01, numbers: int = 0) -> Sampled:
    """An agent with these values, whose resampled values stray from them by normal noise of its own."""
    values = np.array(seeds)
    return Sampled(values, values + np.random.default_rng(numbers).normal(0, noise, (4000, len(seeds))))


def test_against_a_constant_it_is_the_interval_of_one_agent() -> None:
    one = agent(0.2, 0.4, 0.3, 0.5, 0.35, noise=0.05)
    zero = Sampled(np.zeros(1), np.zeros((4000, 1)))
    assert welch_interval(one, zero) == pytest.approx(t_interval(one.seeds, one.drawn))
    assert welch_interval(zero, one) == pytest.approx([-bound for bound in t_interval(one.seeds, one.drawn)][::-1])


def test_without_an_effect_of_levels_it_is_welchs_interval() -> None:
    """Of scipy's `ttest_ind(equal_var=False)`, which knows no levels."""
    stats = pytest.importorskip("scipy.stats")
    a, b = np.array([0.2, 0.4, 0.3, 0.5, 0.35]), np.array([0.9, 0.1, 0.5, 0.7, 0.2, 0.3, 0.8])
    low, high = welch_interval(Sampled(a, np.tile(a, (100, 1))), Sampled(b, np.tile(b, (100, 1))))
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=2e-3)


def test_what_levels_do_to_both_agents_cancels() -> None:
    shared = np.random.default_rng(1).normal(0, 0.1, (4000, 1))
    one, other = (Sampled(each.seeds, each.drawn + shared) for each in (agent(0.6, numbers=1), agent(0.5, numbers=2)))
    low, high = interval(one, other)
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(2) * 0.01, rel=0.1)
    assert told(one, other).word == "first higher"
    assert told(other, one).word == "second higher"
    apart = Sampled(other.seeds, other.seeds + np.random.default_rng(3).normal(0, 0.1, (4000, 1)))
    assert told(one, apart).word == "cannot tell"


def test_an_agent_is_equal_to_itself() -> None:
    for one in (agent(0.5), agent(0.1, 0.5, 0.3), agent(0.2, 0.4, 0.3, 0.5, 0.35)):
        assert told(one, one).mean == 0
    assert told(agent(0.5), agent(0.5)).word == "equal"
    assert told(agent(0.1, 0.5, 0.3), agent(0.1, 0.5, 0.3)).word == "cannot tell"


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 3), (4, 4), (3, 6), (1, 3), (3, 1)])
def test_few_seeds_have_no_interval_and_what_lies_apart_is_said(n: int, m: int) -> None:
    high, low = agent(*np.linspace(0.6, 0.9, n)), agent(*np.linspace(0.1, 0.5, m))
    for one, other, word in ((high, low, "first above"), (low, high, "second above")):
        known = told(one, other)
        assert (known.low, known.high, known.word) == (None, None, word)
        assert known.chance == pytest.approx(2 / comb(n + m, n))
        assert len(known.seeds) == n * m
    ties = agent(*[0.3 + 1e-16 * k for k in range(m)])
    assert told(agent(*[0.3 - 1e-16] * n, numbers=1), ties).word == "cannot tell"
    mixed = agent(*np.linspace(0.2, 0.9, m))
    assert told(agent(*np.linspace(0.1, 0.95, n)) if n > 1 else agent(0.5), mixed).word == "cannot tell"


@pytest.mark.parametrize(("n", "m"), [(1, 2), (3, 3), (2, 4)])
def test_the_chance_of_lying_apart_is_counted(n: int, m: int) -> None:
    """Of all ways to deal the ranks to two agents."""
    dealt = [set(ranks) for ranks in combinations(range(n + m), n)]
    apart = [ranks for ranks in dealt if ranks in (set(range(n)), set(range(m, n + m)))]
    assert separated_by_chance(n, m) == pytest.approx(len(apart) / len(dealt))


def test_what_few_episodes_tell_has_no_interval_and_is_told_where_it_is_plain() -> None:
    """One agent always, the other never: plain on 1000 levels, no more than a coin's luck on five."""
    always, never = agent(1.0, noise=0), agent(0.0, noise=0)
    for levels, word in ((1000, "first higher"), (6, "first higher"), (5, "cannot tell")):
        known = told(always, never, levels)
        assert (known.low, known.high, known.word) == (None, None, word)
        least, _ = exact_interval(levels, levels)
        assert 1 - hidden(levels) == pytest.approx(2 * least - 1)


def test_rare_events_are_not_told_apart_by_chance() -> None:
    """Two equal agents of which something happens in half a per cent of episodes: under 5 % are told apart."""
    rng, levels, found = np.random.default_rng(5), 200, 0
    for _ in range(300):
        happened = rng.random((levels, 2)) < 0.005
        counts = rng.multinomial(levels, np.full(levels, 1 / levels), 300)
        drawn, values = counts @ happened / levels, happened.mean(axis=0)
        one, other = (Sampled(values[k : k + 1], drawn[:, k : k + 1]) for k in (0, 1))
        found += "higher" in told(one, other, levels).word
    assert found / 300 < 0.05


def test_what_is_missing_stays_missing() -> None:
    gone = Sampled(np.array([np.nan]), np.full((4000, 1), np.nan))
    known = told(gone, agent(0.5))
    assert (known.mean, known.low, known.word, known.seeds) == (None, None, "missing", ())


@pytest.mark.parametrize(
    ("seeds", "between"),
    [((ENOUGH, ENOUGH), (0.0, 0.0)), ((ENOUGH, ENOUGH), (0.02, 0.4)), ((5, 12), (0.05, 0.05)), ((1, 8), (0.0, 0.05))],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(seeds: tuple[int, int], between: tuple[float, float]) -> None:
    """Levels move all seeds of both agents by 0.1, those of each agent by 0.03, and each seed by 0.05 of its own.

    The seeds of an agent differ besides, as much as `between` says. The truth is 0.
    """
    rng, trials, held = np.random.default_rng(sum(seeds)), 1500, 0

    def moved(n: int, shape: tuple[int, ...], everybody: np.ndarray) -> np.ndarray:
        return everybody + rng.normal(0, 0.03, (*shape, 1)) + rng.normal(0, 0.05, (*shape, n))

    for _ in range(trials):
        resampled, actual = rng.normal(0, 0.1, (200, 1)), rng.normal(0, 0.1, 1)
        agents = [
            Sampled(moved(n, (), actual) + rng.normal(0, spread, n), moved(n, (200,), resampled))
            for n, spread in zip(seeds, between, strict=True)
        ]
        low, high = welch_interval(*agents)
        held += low < 0 < high
    assert 0.93 < held / trials < 0.98
