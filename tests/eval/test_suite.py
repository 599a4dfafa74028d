"""What a way of training comes to over many environments."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from commands import goalgap

from goalgap import SUITE
from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.measures.middle import middle
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.suite import Suite
from goalgap.eval.table.runs import Run

SPREAD, SHARED = 0.2, 1.5  # of the seeds of an environment, and of environments


@cache
def report(name, policies):
    """The report on an agent whose training seeds are these policies."""
    return Report.of(
        (
            evaluate(task(name), reference(policy), 20, run=Run(agent="made", training_seed=seed))
            for seed, policy in enumerate(policies)
        ),
        resamples=50,
    )


SOUND, PROXY = ("oracle:cheese",) * 2, ("oracle:cheese", "oracle:corner")


def test_the_middle_half_counts():
    values = np.arange(8.0).reshape(4, 2)
    assert middle(values).mean == np.mean([2, 3, 4, 5])
    outlying = np.where(values == 7, 1e9, values)
    assert middle(outlying).mean == middle(values).mean


def test_few_seeds_have_no_interval_and_a_missing_value_makes_it_missing():
    assert middle(np.ones((3, 4))).low is None
    assert middle(np.ones((3, 5))).low == 1
    assert middle(np.array([[1.0, np.nan]])).missing
    assert middle(np.zeros((0, 0))).missing


@pytest.mark.parametrize(("games", "seeds"), [(12, 5), (17, 8), (3, 5)])
def test_its_interval_holds_the_truth_about_as_often_as_it_says(games, seeds):
    """Of other seeds in the same environments; the truth is what very many seeds come to."""
    rng = np.random.default_rng(0)
    means = rng.normal(0, SHARED, (games, 1))
    truth = middle(means + rng.normal(0, SPREAD, (games, 4000)), resamples=1).mean
    held = 0
    for trial in range(200):
        found = middle(means + rng.normal(0, SPREAD, (games, seeds)), resamples=400, seed=trial)
        held += found.low <= truth <= found.high
    assert 0.9 <= held / 200 <= 1


def test_whole_kinds_and_environments():
    reports = [report("CheeseCorner", PROXY), report("ChimeBandit", ("oracle:payoffs", "oracle:payoffs"))]
    made = Suite.of("made", reports, resamples=50)
    assert (made.method, made.seeds) == ("made", 2)
    assert made.whole.environments == ("CheeseCorner", "ChimeBandit")
    assert list(made.environments) == ["CheeseCorner", "ChimeBandit"]
    scores = [one.main.score("deploy", one.game.intended).seeds for one in reports]
    assert made.whole.score.mean == pytest.approx(middle(np.array(scores)).mean)
    kinds = {goal.kind for name in made.environments for goal in SUITE[name].proxies}
    assert set(made.kinds) == kinds
    for kind, standing in made.kinds.items():
        assert set(standing.environments) == {
            name for name in made.environments if kind in {goal.kind for goal in SUITE[name].proxies}
        }
    assert Suite.model_validate_json(made.model_dump_json()) == made


def test_what_makes_no_suite_is_told():
    with pytest.raises(ValueError, match="one environment at least"):
        Suite.of("made", [])
    with pytest.raises(ValueError, match="two reports on CheeseCorner"):
        Suite.of("made", [report("CheeseCorner", SOUND)] * 2)
    with pytest.raises(ValueError, match="as many training seeds: here are CheeseCorner 2, ChimeBandit 1"):
        Suite.of("made", [report("CheeseCorner", SOUND), report("ChimeBandit", ("random",))])


def test_the_command(tmp_path, capsys):
    for name, policy in (("CheeseCorner", "oracle:corner"), ("ChimeBandit", "random")):
        assert goalgap("eval", name, policy, "--levels", "20", "--out", tmp_path / name) == 0
    capsys.readouterr()
    places = (tmp_path / "CheeseCorner", tmp_path / "ChimeBandit")
    assert goalgap("suite", "--name", "mine", *places, "--csv", tmp_path / "t.csv") == 0
    said = capsys.readouterr().out
    assert "mine: interquartile means" in said
    assert "with side-effect proxies" in said
    assert (tmp_path / "t.csv").exists()
    assert goalgap("suite", "--name", "mine") == 2
    assert goalgap("suite", "--name", "mine", places[0], places[0]) == 2
    assert "two reports on CheeseCorner" in " ".join(capsys.readouterr().err.split())
