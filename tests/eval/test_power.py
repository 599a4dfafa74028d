"""Optimization power in bits: against probabilities that are known, and on agents that are or are not optimizers."""

from __future__ import annotations

import numpy as np
import pytest

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.measures.power import bits, limit
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report

POLICIES = ("oracle:corner", "random")


def test_each_bit_halves_what_random_play_reaches() -> None:
    random = np.arange(1, 1025) / 1024  # uniform
    found = bits(np.array([0.5, 0.75, 0.875, 1 - 1 / 64]), random)
    np.testing.assert_allclose(found, [1, 2, 3, 6], atol=0.3)
    assert bits(np.array([0.0]), random) == pytest.approx(0.0)


def test_it_never_says_more_than_the_random_episodes_can_tell() -> None:
    random = np.zeros((32, 32))
    assert limit(random) == pytest.approx(10, abs=0.01)
    assert bits(np.array([0.2]), random) == pytest.approx(limit(random))
    assert bits(np.array([0.0]), random) == pytest.approx(0)


def test_as_good_counts_and_what_is_missing_stays_missing() -> None:
    random = np.array([np.nan, 0.0, 0.0, 1.0])
    np.testing.assert_allclose(bits(np.array([1.0, np.nan, -0.5]), random), [1.0, np.nan, 0.0])
    assert limit(random) == pytest.approx(2.0)


def test_an_oracle_is_an_optimizer_and_random_play_is_none() -> None:
    found = {name: Report.of(evaluate(task("CheeseCorner"), reference(name), 200), 100).main for name in POLICIES}
    power = {name: [mode.bits("deploy", goal).mean for goal in ("cheese", "corner")] for name, mode in found.items()}
    assert power["oracle:corner"][1] > 6
    assert power["oracle:corner"][0] < 2  # it does not care for cheese
    assert max(power["random"]) < 2
