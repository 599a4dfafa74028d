"""Whether training seeds are of one group or several."""

from __future__ import annotations

import pytest
from episode_tables import made

from goalgap.eval.measures.groups import groups, told, wilson
from goalgap.eval.report import Report
from goalgap.eval.show.pursued import by_seed


def test_seeds_far_apart_are_of_different_groups():
    assert groups([0.9, 0.1, 0.85, 0.15, 0.8]) == [[0.1, 0.15], [0.8, 0.85, 0.9]]
    assert groups([0.1, 0.3, 0.5, 0.69]) == [[0.1, 0.3, 0.5, 0.69]]
    assert groups([]) == []


def test_groups_are_told_in_a_sentence():
    plain = told([[0.1, 0.15], [0.9]], "shape").replace("\N{NO-BREAK SPACE}", " ")
    assert plain == "By the share of shape the seeds are of 2 groups: 2 from 10 % to 15 % and 1 from 90 % to 90 %."
    assert "one group: 2 from" in told([[0.1, 0.15]], "shape")


def test_intervals_are_those_of_a_binomial_share():
    low, high = wilson(0.5, 1000)
    assert (low, high) == pytest.approx((0.469, 0.531), abs=0.001)
    assert wilson(0.0, 1000) == pytest.approx((0.0, 0.0038), abs=0.0002)


def test_a_section_shows_every_seed():
    report = Report.of(made(3, seeds=6, levels=40), 50)
    section = by_seed(report)
    assert [row.cells[0].text for row in section.rows] == list("012345")
    assert all("[" in cell.bounds for row in section.rows for cell in row.cells[2:])
