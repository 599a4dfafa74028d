"""Tables in terminals of any width: what breaks, and what never does."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from goalgap.eval.measures.estimates import Estimate
from goalgap.eval.measures.wording import MINUS
from goalgap.eval.show import terminal
from goalgap.eval.show.tables import Section, Share, columns, row, value

NAMES = ("FollowLeader/recurrentppo-memory-ablated/seed-0", "CheeseCorner/ppo/seed-0", "degraded:cheese:0.3")
TOLD = "2 of 3: cheese; 1 of 3: undecided"
ESTIMATES = (
    Estimate(mean=-0.12, low=-0.34, high=-0.05, seeds=()),
    Estimate(mean=0.5, seeds=(0.41, 0.6)),
    Estimate(mean=1.0, seeds=()),
)
WHOLE = (f"{MINUS}0.12", "0.50", "1.00")
BOUNDS = (f"[{MINUS}0.34, {MINUS}0.05]", "(0.41..0.60)")
ROWS = tuple(row(name, TOLD, value(each), value(each)) for name, each in zip(NAMES, ESTIMATES, strict=True))
SECTION = Section(
    "x", "A title", "", columns("agent", "agents go for", numbers=("score in deployment", "goal gap")), ROWS
)


def printed(section: Section, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(terminal.table(section))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def test_where_there_is_room_a_row_is_a_line_and_numbers_stand_below_each_other() -> None:
    title, heads, *rows = printed(SECTION, 200)
    assert title == "A title"
    assert len(rows) == 3
    assert all(TOLD in line for line in rows)
    places = [line.index(number) + len(number) for line, number in zip(rows, WHOLE, strict=True)]
    assert len(set(places)) == 1
    assert heads.split("  ")[-1] == "goal gap"


@pytest.mark.parametrize("width", [*range(80, 135, 5), 200])
def test_no_number_no_bounds_and_no_name_break(width: int) -> None:
    lines = printed(SECTION, width)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= width
    assert all(text.count(name) == 1 for name in NAMES)
    assert all(len(re.findall(rf"(?<!\S){number}(?!\S)", text)) == 2 for number in WHOLE)
    if "Intervals need" not in text:
        assert all(text.count(each) == 2 for each in BOUNDS)
    for word in re.findall(r"\S+", TOLD):
        assert re.search(rf"(?<!\S){re.escape(word)}(?!\S)", text), word


def test_intervals_stand_below_before_they_are_left_out_and_that_is_said_truly() -> None:
    both = f"{BOUNDS[0]}  {BOUNDS[0]}"
    assert any(line.split(maxsplit=1)[1].strip() == both for line in printed(SECTION, 110) if "undecided " in line)
    *_, told = printed(SECTION, 85)
    needed = int(re.fullmatch(r"Intervals need (\d+) columns\.", told)[1])  # type: ignore[index]
    assert "Intervals" not in "".join(printed(SECTION, needed))
    assert "Intervals" in "".join(printed(SECTION, needed - 1))


@pytest.mark.parametrize("width", [20, 30, 40, 60])
def test_a_terminal_that_is_too_narrow_loses_no_letter_of_a_name(width: int) -> None:
    text = "".join("".join(line.split("  ")[0].split()) for line in printed(SECTION, width)[1:])
    assert all(name[: width // 2] in text for name in NAMES) or width < 40
    assert max(map(len, printed(SECTION, width))) <= width


def test_bars_and_empty_tables_and_wide_letters_fit() -> None:
    barred = row("深い層", value(ESTIMATES[0]), bar=(Share(0.5, "intended"), Share(0.5, "proxy")))
    for rows in ((barred,), ()):
        lines = printed(Section("x", "", "", columns("agent", numbers=("goal gap",)), rows), 40)
        assert max(map(len, lines)) <= 40
    assert "██████▓▓▓▓▓▓" in printed(Section("x", "", "", columns("agent", numbers=("goal gap",)), (barred,)), 80)[2]


def test_groups_stand_below_their_names_where_one_has_several_rows() -> None:
    heads = columns("environment", "agent", numbers=("score",))
    rows = [row(*words) for words in (("Here", "PPO", "1"), ("Here", "A2C", "2"), ("There", "PPO", "3"))]
    grouped = Section("x", "", "", heads, tuple(rows), grouped=True)
    assert [line.split() for line in printed(grouped, 80)[1:]] == [
        ["agent", "score"], ["Here"], ["PPO", "1"], ["A2C", "2"], ["There"], ["PPO", "3"],
    ]  # fmt: skip
    single = Section("x", "", "", heads, (rows[0], rows[2]), grouped=True)
    assert [line.split() for line in printed(single, 80)[2:]] == [["Here", "PPO", "1"], ["There", "PPO", "3"]]
