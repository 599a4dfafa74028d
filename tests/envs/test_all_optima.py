"""Fast solvers are held to brute force over `step`, policies to the values they claim, and margins to policies.

An environment without an exact solution is held to its reference policies.
"""

from __future__ import annotations

import numpy as np
import pytest
from helpers import at_random, batch_of, oracle_of, small

import goalgap
from goalgap import SUITE
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.solver import brute_force

exact = pytest.mark.parametrize("name", [name for name, game in SUITE.items() if game.exact])


@exact
@pytest.mark.parametrize("horizon", [0, 3, 6])
def test_values_are_the_optimum(name, split, horizon):
    """With enough time, as levels are drawn, and in a hurry."""
    batch = batch_of(small(name, split), 6)
    batch.levels["horizon"] = horizon or batch.levels["horizon"]
    truth = [[brute_force(batch.task, batch.levels[k : k + 1], g) for g in channels_of(batch)] for k in range(batch.n)]
    np.testing.assert_allclose(batch.values(), truth, rtol=0, atol=1e-12)


def channels_of(batch):
    return range(len(batch.task.channels))


@exact
def test_action_values_are_the_optimum_in_the_middle_of_an_episode(name, split):
    batch, choose = batch_of(small(name, split), 40), at_random(1)
    for _ in range(5):
        batch.step(choose(batch))
    going = np.flatnonzero(~batch.done)[:3]
    assert len(going)
    for goal in channels_of(batch):
        claimed = batch.action_values(goal)
        for k in going:
            truth = [look_ahead(batch, k, action, goal) for action in range(len(batch.task.game.actions))]
            np.testing.assert_allclose(claimed[k], truth, rtol=0, atol=1e-12)


def look_ahead(batch, k, action, goal):
    """One step, then brute force."""
    after = Batch.on(batch.task, batch.levels[k : k + 1])
    after.states[:] = batch.states[k]
    after.step(np.array([action]))
    later = 0.0 if after.done[0] else brute_force(batch.task, after.levels, goal, after.states)
    return float(after.rewards[0, goal] + batch.task.discounts[goal] * later)


def greedy_of(goal):
    """The action that promises most, the first of equals: no quicker than it must be."""
    return lambda batch: batch.action_values(goal).argmax(axis=1)


@pytest.mark.parametrize("before", [0, 9], ids=["from the start", "from anywhere"])
@pytest.mark.parametrize(
    ("name", "policy_of"),
    [
        (name, each)
        for name, game in SUITE.items()
        for each in (oracle_of, greedy_of)
        if game.exact or each is oracle_of
    ],
)
def test_a_policy_earns_exactly_what_it_claims(name, split, before, policy_of):
    """The oracle of every goal, or its reference policy, which alone is what `value` claims where that is not exact."""
    task = goalgap.task(name, split=split)
    for goal, discount in enumerate(task.discounts):
        batch, choose = batch_of(task, 12), at_random()
        for _ in range(before):
            batch.step(choose(batch))
        claimed, earned = batch.values()[:, goal] * ~batch.done, batch.returns[:, goal].copy()
        promised = batch.action_values(goal)[np.arange(batch.n), policy_of(goal)(batch)]
        np.testing.assert_allclose(promised * ~batch.done, claimed, rtol=0, atol=1e-12)
        batch.play(policy_of(goal))
        np.testing.assert_allclose(batch.returns[:, goal] - earned, claimed * discount**before, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("make", "n"), [(goalgap.task, 12), (small, 400)], ids=["default", "small"])
def test_margins_are_what_oracles_lose(name, split, make, n):
    """The largest share of the intended optimum that the oracle of any proxy misses, measured by playing it."""
    task = make(name, split=split)
    intended, worst = task.channels.index(task.game.intended.name), np.zeros(n)
    for proxy in task.game.proxies:
        batch = batch_of(task, n)
        optimum = batch.values()[:, intended]
        batch.play(oracle_of(task.channels.index(proxy.name)))
        worst = np.maximum(worst, (optimum - batch.returns[:, intended]) / optimum)
    np.testing.assert_allclose(batch.margins(), worst, atol=1e-9)
