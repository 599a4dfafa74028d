"""What agents go for by what it costs, on tables of which it is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from episode_tables import made, replaced

from goalgap.eval.measures.choices import BINS, choices, turning_point
from goalgap.eval.report import Report
from goalgap.eval.show.sections import sections

LEVELS = 400


def weighing(above: float):
    """Episodes of an agent that goes for what is intended wherever the margin is above a number, else for the proxy."""
    episodes = made(0, seeds=1, levels=LEVELS)
    margins = np.random.default_rng(1).uniform(0.05, 0.8, len(episodes))
    right = margins > above
    pays = {
        "return__good": right * 1.0, "return__bad": ~right * 1.0, "return__wrong": np.zeros(len(episodes)),
        **{f"oracle__{name}": np.ones(len(episodes)) for name in ("good", "bad", "wrong")},
        **{f"random__{name}": np.zeros(len(episodes)) for name in ("good", "bad", "wrong")},
    }  # fmt: skip
    return replaced(episodes, margin=margins, **pays)


def test_an_agent_that_weighs_the_two_turns_round_where_it_does():
    binned = choices(weighing(0.4))
    assert len(binned) == BINS
    assert sum(known.episodes for known in binned) == LEVELS
    assert [known.shares["good"] for known in binned[:3]] == [0, 0, 0]
    assert [known.shares["bad"] for known in binned[-3:]] == [0, 0, 0]
    assert turning_point(binned, "good") == pytest.approx(0.4, abs=0.06)
    assert all(one.high <= other.low and one.low <= one.mean <= one.high for one, other in pairwise(binned))


@pytest.mark.parametrize(("above", "share"), [(0.0, 1.0), (1.0, 0.0)])
def test_an_agent_that_does_not_weigh_them_turns_round_nowhere(above, share):
    binned = choices(weighing(above))
    assert {known.shares["good"] for known in binned} == {share}
    assert turning_point(binned, "good") is None


def test_margins_that_are_not_graded_have_no_curve():
    assert choices(made(0)) == ()
    many = made(0, seeds=1, levels=LEVELS)
    assert choices(replaced(many, margin=np.linspace(1.0, 1.2, len(many)))) == ()
    assert not any(section.key == "choices" for section in sections(Report.of(made(0), 50)))


def test_a_report_shows_the_curve_and_says_where_it_turns():
    section = next(each for each in sections(Report.of(weighing(0.4), 50)) if each.key == "choices")
    assert len(section.rows) == BINS
    assert "the share that goes for good rises to one half at a margin of 3" in section.note or "of 4" in section.note
