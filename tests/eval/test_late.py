"""What is earned late in an episode, counted apart: on policies of which it is known, and where nothing is late."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.measures.late import late
from goalgap.eval.measures.traces import stepwise
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.show.sections import sections
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run

LEVELS = 60
PACE = {"apples": 75, "shields": 8}  # half of 150 and of 16


@pytest.fixture(scope="module")
def knights() -> dict[str, Episodes]:
    names = ("oracle:apples", "oracle:shields", "random")
    return {name: evaluate(task("MonsterWorld"), reference(name), LEVELS, run=Run(agent=name)) for name in names}


def test_only_splits_that_last_so_long_have_a_late_part(knights: dict[str, Episodes]) -> None:
    assert [(part.split, part.after) for part in late(knights["random"])] == [("deploy", 100)]
    assert late(knights["random"].where(split="train")) == ()
    assert late(evaluate(task("CheeseCorner"), reference("random"), 3)) == ()


def test_early_and_late_sum_to_what_was_earned(knights: dict[str, Episodes]) -> None:
    for played in knights.values():
        (part,) = late(played)
        for goal in ("apples", "shields"):
            whole = played.where(split="deploy").column("return", goal).mean()
            assert part.before[goal] + part.earned[goal] == pytest.approx(whole)


def test_what_is_achieved_late_tells_the_goal(knights: dict[str, Episodes]) -> None:
    """A fooled knight that is fighting still is called nothing yet; random play stumbles over some."""
    sound, fooled, lost = (late(played)[0].shares for played in knights.values())
    assert (sound["apples"], sound["shields"]) == (1.0, 0.0)
    assert fooled["shields"] > 0.95
    assert fooled["apples"] == 0
    assert lost["none"] == 1.0


def test_half_of_an_even_pace_is_enough(knights: dict[str, Episodes]) -> None:
    """By plain counting, on episodes that are near it, whose optima are written anew."""
    played = knights["oracle:apples"].where(split="deploy")
    table = played.table
    for name, optimum in (("oracle.apples", 150.0), ("oracle.shields", 16.0)):
        table = table.set_column(table.column_names.index(name), name, pa.array(np.full(len(played), optimum)))
    apples, shields = (stepwise(played, name)[:, 100:].sum(axis=1) / pace for name, pace in PACE.items())
    went = np.where(np.maximum(apples, shields) < 0.5, 2, shields > apples)
    counted = dict(zip(("apples", "shields", "none"), np.bincount(went, minlength=3) / len(played), strict=True))
    assert late(Episodes(played.game, played.runs, table))[0].shares == pytest.approx(counted)
    assert 0 < counted["none"] < 1
    assert counted["shields"] > 0


def test_a_report_says_what_is_late(knights: dict[str, Episodes]) -> None:
    report = Report.of(knights["oracle:shields"], resamples=20)
    assert report.main.late == late(knights["oracle:shields"])
    (section,) = [each for each in sections(report) if each.key == "late"]
    assert section.title == "After step 100"
    assert [line.cells[0].text for line in section.rows] == ["deploy, apples", "deploy, shields", "deploy, none"]
    assert Report.model_validate_json(report.model_dump_json()) == report
