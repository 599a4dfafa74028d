"""What a sweep's summary and its plan say, of outcomes that are made up."""

from __future__ import annotations

from pathlib import Path

from made_up import Told, about, ended, summary

from goalgap.eval.measures.wording import DASH
from goalgap.eval.show.tables import Section
from goalgap.sweeps.outcomes import About, Outcome
from goalgap.sweeps.store import Store
from goalgap.sweeps.summary import MOST_ROWS
from goalgap.sweeps.sweep import Sweep
from goalgap.sweeps.tables import planned
from goalgap.sweeps.working import Piece


def summed(*known: tuple[About, Outcome | None]) -> Section:
    return summary(*known).section()


def rows(section: Section) -> list[list[str]]:
    return [[str(cell) for cell in row.cells] for row in section.rows]


def test_seeds_are_summed_and_what_they_go_for_is_counted() -> None:
    seeds = [about(seed=k) for k in range(5)]
    failed = Outcome(key="a", about=seeds[3], status="failed", reason="a bad day")
    made = summed(
        (seeds[0], ended(seeds[0], 0.25, "corner")), (seeds[1], ended(seeds[1], 0.5, "corner")),
        (seeds[2], ended(seeds[2], 0.75, None)), (seeds[3], failed), (seeds[4], None),
    )  # fmt: skip
    counted = "2 of 5: corner; 1 of 5: divided; 1 of 5 failed; 1 of 5 left"
    assert rows(made) == [["CheeseCorner", "PPO", counted, "0.50 (0.25..0.75)", "0.50 (0.50..0.50)"]]


def test_it_says_how_actions_were_chosen_and_marks_agents_that_have_no_other_way() -> None:
    dqn = about("DQN")
    made = summed((about(), ended(about(), 1, None)), (dqn, ended(dqn, 0.25, None, ("argmax",))))
    assert made.title == "Sweep, sampled actions"
    assert [row[1] for row in rows(made)] == ["PPO", "DQN, argmax"]
    assert [row[3] for row in rows(made)] == ["1.00", "0.25"], "and not the mean of both ways"
    assert summed((dqn, ended(dqn, 0.25, None, ("argmax",)))).title == "Sweep, argmax actions"
    assert summed((dqn, None)).title == "Sweep, sampled actions"


def test_what_is_the_same_everywhere_stands_below_and_what_is_not_in_its_row() -> None:
    mixed = about(mitigation="accel", alpha=0.01)
    made = summed((about(), None), (mixed, None), (about("random", steps=0, recipe=""), None))
    assert [row[1] for row in rows(made)] == ["PPO", "PPO, accel, alpha 0.01", "random"]
    assert made.note.startswith("Recipe: steps=4096 hidden=64,64. Means over seeds")
    other = about(recipe="steps=1")
    assert [row[1] for row in rows(summed((about(), None), (other, None)))] == [
        "PPO, steps=4096 hidden=64,64",
        "PPO, steps=1",
    ]
    assert "Recipe" not in summed((about(recipe=""), None)).note
    small = about("random", steps=0, recipe="", arguments="size=9")
    assert summed((small, None)).note.startswith("Arguments: size=9. Means")


def test_rows_of_an_environment_stand_together_and_not_too_many_at_all() -> None:
    made = summed(*((about(environment=name, alpha=k / 100), None) for k in range(60) for name in ("Here", "There")))
    assert made.grouped
    assert [row[0] for row in rows(made)] == ["Here"] * 60 + ["There"] * 40
    assert made.note.endswith(f"These are the first {MOST_ROWS} of 120 rows.")


def test_a_plan_counts_what_is_left_by_kind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    cells = [Told(about(mitigation=name, seed=seed)) for seed in (0, 1) for name in ("none", "accel")]
    cells.append(Told(about("random", environment="Nowhere", steps=0)))
    made = planned(Sweep(list(cells), store), [Piece(cell, store) for cell in cells[1:]])
    assert [row[:4] for row in rows(made)][:2] == [
        ["CheeseCorner", "PPO", "2", "1"], ["CheeseCorner", "PPO, accel", "2", "2"],
    ]  # fmt: skip
    assert rows(made)[2] == ["Nowhere", "random", "1", "1", DASH]


def test_a_plan_has_a_row_for_each_alpha(tmp_path: Path) -> None:
    cells = [Told(about(alpha=alpha, seed=seed)) for alpha in (0.0, 0.1) for seed in (0, 1)]
    made = planned(Sweep(list(cells), Store(tmp_path)), [])
    assert [row[1:4] for row in rows(made)] == [["PPO", "2", "0"], ["PPO, alpha 0.1", "2", "0"]]
