"""Measures by their typed names: unknown is an error that lists what there is, not computed is missing."""

from __future__ import annotations

import json

import pytest
from episode_tables import made
from pydantic import ValidationError

from goalgap.eval.measures.arrays import arranged
from goalgap.eval.measures.catalogue import KINDS, Measure
from goalgap.eval.measures.estimates import MISSING, Estimate, Estimates
from goalgap.eval.measures.intervals import estimates
from goalgap.eval.show.glossary import glossary
from goalgap.terms import SPLITS


@pytest.fixture(scope="module")
def agent() -> Estimates:
    return Estimates(estimates=estimates(arranged(made(1)), 20))


def test_a_measure_is_found_by_its_names(agent: Estimates) -> None:
    assert agent.score("deploy", "bad") is agent.estimates[Measure("score", "deploy", "bad")]
    assert agent.gap("goal") is agent.estimates[Measure("gap", name="goal")]
    assert agent.shortfall() is agent.estimates[Measure("shortfall")]
    assert agent.outcome("train", "none") is agent.estimates[Measure("outcome", "train", "none")]


def test_an_unknown_measure_is_an_error_that_lists_what_there_is(agent: Estimates) -> None:
    with pytest.raises(KeyError, match="score of deploy, goood: choose from train, good; train, bad; train, wrong; "):
        agent.score("deploy", "goood")
    with pytest.raises(KeyError, match="gap of gaol: choose from learning; generalization; capability; goal"):
        agent.gap("gaol")
    with pytest.raises(KeyError, match="event of deploy, theft: choose from none here"):
        agent.event("deploy", "theft")
    with pytest.raises(KeyError, match="unknown kind of measure 'scores': choose from score, learned, pursuit, gap"):
        agent.estimate("scores", "deploy", "good")


def test_what_does_not_apply_is_missing_and_says_so(agent: Estimates) -> None:
    for estimate in (agent.gap("outer"), agent.goal_gap_part("inner"), agent.oversight("deception")):
        assert estimate == MISSING
        assert estimate.missing
        assert not estimate.above(-1e9)
        assert not estimate.below(1e9)
    assert not agent.gap("goal").missing


def test_estimates_are_readable_json_in_any_order(agent: Estimates) -> None:
    content = json.loads(agent.model_dump_json())
    known = agent.score("deploy", "good")
    row = next(
        row for row in content["estimates"] if (row["kind"], row["split"], row["name"]) == ("score", "deploy", "good")
    )
    assert (row["mean"], row["low"], row["high"], tuple(row["seeds"])) == (
        known.mean,
        known.low,
        known.high,
        known.seeds,
    )
    content["estimates"].reverse()
    assert Estimates.model_validate(content) == agent
    row["sedes"] = []
    with pytest.raises(ValidationError, match="sedes"):
        Estimates.model_validate(content)


def test_every_kind_is_declared_whole(agent: Estimates) -> None:
    """One declaration gives values, a label of their own, and a meaning that the glossary prints."""
    assert len({measure.label for measure in agent.estimates}) == len(agent.estimates)
    assert {measure.kind for measure in agent.estimates} | {"event", "oversight", "goal_gap_part"} == set(KINDS)
    assert {"Score", "Goal gap", "Pursuit share", "Regret", "Optimization power", "Deception gap"} <= glossary().keys()
    assert Measure("score", SPLITS[2], "good").label == "score deploy good"
    assert Estimate(mean=0.0).missing is False
