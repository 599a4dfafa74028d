"""Records as text: the level's own fields, and those of its first state where it holds one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from goalgap.envs.engine.looks import lines, text
from goalgap.envs.engine.maze.cells import PLACE
from goalgap.envs.engine.task import CLOCK, HEADER

STATE = np.dtype([*CLOCK, ("herd", "u1"), ("angry", "?"), ("home", PLACE), ("food", "i2")])
LEVEL = np.dtype([*HEADER, ("food", "u1", (2, 2)), ("rivals", "i4"), ("start", STATE)])
OLD = np.dtype([*HEADER, ("food", "u1", (2, 2)), ("rivals", "i4")])
WRITTEN = """
food    1  2
food    3  4
rivals -7
herd   12
home    5  6
""".strip()


def record(dtype: np.dtype[Any]) -> Any:
    made = np.zeros(1, dtype)[0]
    made["seed"], made["horizon"], made["food"], made["rivals"] = 99, 50, [[1, 2], [3, 4]], -7
    return made


def started() -> Any:
    made = record(LEVEL)
    made["start"]["t"], made["start"]["herd"], made["start"]["home"] = 3, 12, (5, 6)
    return made


def test_the_engines_own_fields_are_those_that_it_adds() -> None:
    assert {name for name, _ in HEADER + CLOCK} <= lines.ENGINE
    assert {name for name, _ in HEADER + CLOCK} | {"start", "apart"} >= lines.ENGINE


def test_fields_and_then_those_of_the_first_state_that_are_not_zero() -> None:
    assert lines.write(started()) == WRITTEN
    assert lines.write(record(OLD)) == "\n".join(WRITTEN.splitlines()[:3])
    assert lines.write(started()["start"]) == "herd  12\nangry  0\nhome   5  6\nfood   0"
    assert lines.write(np.zeros(1, CLOCK)[0]) == ""


def test_only_some_fields_are_written_and_read() -> None:
    assert lines.write(started(), ("rivals",)) == "rivals -7"
    assert lines.write(started(), ()) == ""
    read = started()
    lines.fill(read, "rivals 3", ("rivals",))
    assert (read["rivals"], read["food"].tolist()) == (3, [[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="line 1: no field 'food'; the fields are rivals"):
        lines.fill(read, "food 1 2", ("rivals",))


@pytest.mark.parametrize("extra", ["", "\nangry 1", "\nstart.food -3\nangry 0"])
def test_what_was_written_is_read_again_and_what_is_left_out_of_the_start_is_zero(extra: str) -> None:
    expected, read = started(), np.zeros(1, LEVEL)[0]
    expected["seed"] = expected["horizon"] = expected["start"]["t"] = 0
    if "angry 1" in extra:
        expected["start"]["angry"] = True
    if "food" in extra:
        expected["start"]["food"] = -3
    lines.fill(read, WRITTEN + extra)
    assert read == expected
    again = np.zeros(1, LEVEL)[0]
    lines.fill(again, lines.write(read))
    assert again == expected


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("herd", "hord", "line 4: no field 'hord'; the fields are food, rivals, herd, angry, home, start.food"),
        ("herd   12", "t 3", "line 4: no field 't'"),
        ("herd   12", "herd", "herd has 0 numbers, and needs 1"),
        ("herd   12", "herd 256", "herd must be in 0 .. 255, not 256"),
        ("herd   12", "angry 2", "angry must be in 0 .. 1, not 2"),
        ("home    5  6", "home 5", "home has 1 numbers, and needs 2"),
        ("rivals -7", "", "rivals has 0 numbers, and needs 1"),
        ("rivals -7", "rivals x", "line 3: 'x' is no whole number"),
    ],
)
def test_what_is_wrong_in_lines_is_named(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        lines.fill(np.zeros(1, LEVEL)[0], WRITTEN.replace(old, new))


def test_a_drawn_grid_fills_in_the_level_and_its_first_state() -> None:
    state = np.dtype([*CLOCK, ("mouse", PLACE), ("coins", "u8", (5,))])
    level = np.zeros(1, [*HEADER, ("walls", "u8", (5,)), ("cheese", PLACE), ("start", state)])[0]
    legend = {"#": ("wall",), "c": ("cheese",), "m": ("mouse",), "o": ("coin",)}
    drawn = text.read("#####\n#m.o#\n#..o#\n#.c.#\n#####", (5, 5), ("wall", "cheese", "mouse", "coin"), legend)
    text.fill(level, drawn)
    assert level["walls"].tolist() == [31, 17, 17, 17, 31]
    assert level["cheese"].tolist() == (3, 2)
    assert level["start"]["mouse"].tolist() == (1, 1)
    assert level["start"]["coins"].tolist() == [0, 8, 8, 0, 0]
    with pytest.raises(ValueError, match="exactly one mouse, not 0"):
        text.fill(level, drawn | {"mouse": np.zeros((5, 5), bool)})
