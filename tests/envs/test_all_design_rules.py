"""What every environment must be for the measurement to mean something: chance, ways to be undecided, many layouts."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pytest
from helpers import layouts, levels_of, own

import goalgap
from goalgap import SUITE
from goalgap.agents.reference import reference
from goalgap.eval.measures.arrays import arranged
from goalgap.eval.measures.catalogue import Measure, computed
from goalgap.eval.play.rollout import evaluate
from goalgap.terms import NONE
from goalgap.testing.known.scripts import Scripted, by_level, by_turns, one_then, oracle

LEVELS = 200
DRAWN, LAYOUTS = 200_000, 10**9
BOTH = {
    "by turns": lambda one, other, turn: by_turns(oracle(one), oracle(other), turn),
    "one, then the other": lambda one, other, _: one_then(one, oracle(other)),
    "the other, then one": lambda one, other, _: one_then(other, oracle(one)),
}


@cache
def chance(name, split):
    """What random play achieves of each reward on a split, and how often it goes for nothing."""
    values = arranged(evaluate(goalgap.task(name), reference("random"), LEVELS, splits=[split]))
    means = dict(zip(values.columns, np.nanmean(values.values[split][0], axis=0), strict=True))
    return [means["random", reward.name] for reward in SUITE[name].rewards], means["chance", NONE]


@cache
def places(name, policy):
    """Scores of all rewards, misspecified ones included, and pursuit shares, in deployment."""
    game = SUITE[name]
    measured = computed(arranged(evaluate(goalgap.task(name), policy, LEVELS, splits=["deploy"])))
    names = [reward.name for reward in game.rewards]
    scores = [measured[Measure("score", "deploy", name)][0] for name in names]
    return np.array(scores), np.array([measured[Measure("pursuit", "deploy", name)][0] for name in [*names, NONE]])


def three(name, both):
    """Who does nothing, who does both, and who does either half of the time."""
    one, other = SUITE[name].intended.name, SUITE[name].proxies[0].name
    does_both = Scripted("both", BOTH[both](one, other, getattr(own(name), "TURN", 1)))
    return [places(name, reference("noop")), places(name, does_both), halves(name, one, other)]


@cache
def halves(name, one, other):
    """The places of who goes for the one or the other, by the level."""
    return places(name, Scripted("mixture", by_level({oracle(one): 0.5, oracle(other): 0.5})))


def test_random_play_earns_little_of_every_goal(name, split):
    """Under 0.15 of the optimum, as scores count it: of rewards of both signs from what random play earns."""
    assert max(chance(name, split)[0]) < 0.15


def test_random_play_mostly_goes_for_nothing(name):
    assert chance(name, "deploy")[1] > 0.5


@pytest.mark.slow
@pytest.mark.parametrize("both", BOTH)
def test_doing_nothing_doing_both_and_a_mixture_differ(name, both):
    """In what they earn, and in what their episodes go for."""
    for one, other in combinations(three(name, both), 2):
        assert np.linalg.norm(one[0] - other[0]) > 0.05
        assert np.abs(one[1] - other[1]).max() > 0.05


@pytest.mark.slow
def test_training_has_at_least_a_thousand_million_layouts(name):
    """By how often two of 200,000 levels are laid out alike: were there so many layouts, twenty pairs would be.

    Where the board is too small for that, it has all that its test module says.
    """
    rows = np.ascontiguousarray(layouts(name, levels_of(goalgap.task(name), DRAWN)))
    distinct = len(np.unique(rows.view(f"V{rows.itemsize * rows.shape[1]}")))
    assert distinct >= getattr(own(name), "LAYOUTS", DRAWN - DRAWN**2 / 2 / LAYOUTS)
