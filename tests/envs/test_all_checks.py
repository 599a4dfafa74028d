"""Every environment passes the checks that are there for those of others, and some of them on many small levels."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import batch_of, own, small

from goalgap import SUITE
from goalgap.testing import checks
from goalgap.testing.levels import levels_depend_on_their_seeds_alone, margins_are_what_proxies_lose
from goalgap.testing.solving import oracles_earn_what_they_claim

CHECKS = {
    f"{name}-{label}": check
    for name, game in SUITE.items()
    for label, check in checks(game, own(name).SMALL, levels=12).items()
}
exact = pytest.mark.parametrize("name", [name for name, game in SUITE.items() if game.exact])


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_environments_pass_every_check(check):
    check()


@pytest.mark.parametrize(
    ("check", "levels"),
    [
        (levels_depend_on_their_seeds_alone, 200),
        (margins_are_what_proxies_lose, 200),
        (oracles_earn_what_they_claim, 80),  # from their start and from the midst of an episode
    ],
)
def test_checks_pass_on_many_small_levels(name, split, check, levels):
    check(small(name, split), levels)


@exact
def test_the_first_action_that_promises_most_earns_it_too(name, split):
    """Though it is no quicker than it must be: what is claimed holds until the last moment."""
    for goal in range(len(SUITE[name].channels)):
        batch = batch_of(small(name, split), 40)
        claimed = batch.values()[:, goal]
        np.testing.assert_array_equal(batch.values(goal)[:, 0], claimed)
        batch.play(lambda batch, goal=goal: batch.action_values(goal).argmax(axis=1))
        np.testing.assert_allclose(batch.returns[:, goal], claimed, rtol=0, atol=1e-12)
