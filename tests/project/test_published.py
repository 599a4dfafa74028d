"""Published claims are judged by the scores there are."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import goalgap

ROOT = Path(goalgap.__file__).resolve().parent


@pytest.fixture
def published(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return import_module("published")


def test_a_claim_holds_does_not_or_was_not_tested(published):
    expected = published.CLAIMS["domain randomization fails below about 1 % on the dish"]
    scores = {key: 0.2 if key[2] < 1e-2 else 0.9 for each in expected for key in each.keys}
    assert published.judged(expected, {}) == "not tested"
    assert published.judged(expected, scores) == "holds"
    few = {key: scores[key] for key in list(scores)[:2]}
    assert published.judged(expected, few) == "holds as far as tested (2 of 7)"
    wrong = scores | {("CheeseDish", published.DR, 1e-3): 0.8}
    told = "does not hold (1 of 7 tested, such as CheeseDish, domain randomization, 0.1 %)"
    assert published.judged(expected, wrong) == told


def test_what_is_compared_needs_both_scores(published):
    expected = published.CLAIMS["ACCEL with max-latest is worse than domain randomization with keys and chests"]
    accel, plain = expected[0].keys
    assert published.judged(expected, {accel: 0.1}) == "not tested"
    assert published.judged(expected, {accel: 0.1, plain: 0.25}) == "holds as far as tested (1 of 3)"
    for score in (0.2, 0.3):  # less by no more than chance, and more
        assert published.judged(expected, {accel: score, plain: 0.25}).startswith("does not hold")


def test_claims_are_of_what_is_trained(published, monkeypatch):
    study = import_module("curricula")
    keys = {key for expected in published.CLAIMS.values() for each in expected for key in each.keys}
    assert {method for _, method, _ in keys} <= set(study.METHODS)
    assert {alpha for *_, alpha in keys} <= set(study.ALPHAS)
    for environment, method, alpha in keys:
        assert study.Cell(environment, method, alpha).recipe.algorithm == "PPO"
