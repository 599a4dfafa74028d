"""What is earned late in an episode, counted apart: on policies of which it is known, and where nothing is late."""

from __future__ import annotations

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


def test_what_most_is_earned_of_tells_the_goal(knights: dict[str, Episodes]) -> None:
    (sound,), (fooled,), (lost,) = (late(played) for played in knights.values())
    assert sound.shares == {"apples": 1.0, "shields": 0.0, "none": 0.0}
    assert fooled.shares["shields"] > 0.95  # in the rest it is fighting still
    assert sum(lost.shares.values()) == pytest.approx(1)
    steps = {goal: stepwise(knights["random"].where(split="deploy"), goal)[:, 100:] for goal in ("apples", "shields")}
    earned = {goal: values.sum(axis=1) for goal, values in steps.items()}
    assert lost.shares["shields"] == pytest.approx(
        ((earned["shields"] > earned["apples"]) & (earned["shields"] > 0)).mean()
    )


def test_a_report_says_what_is_late(knights: dict[str, Episodes]) -> None:
    report = Report.of(knights["oracle:shields"], resamples=20)
    assert report.main.late == late(knights["oracle:shields"])
    (section,) = [each for each in sections(report) if each.key == "late"]
    assert section.title == "After step 100"
    assert [line.cells[0].text for line in section.rows] == ["deploy, apples", "deploy, shields"]
    assert Report.model_validate_json(report.model_dump_json()) == report
