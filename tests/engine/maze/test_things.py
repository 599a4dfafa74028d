"""Things that lie on a grid: declared once by kind, found, taken, shown, and collected."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import bits_of, cells_of

from goalgap.envs.engine.kernels.compile import compiled
from goalgap.envs.engine.maze import things
from goalgap.envs.engine.maze.things import Kind, kinds, read_things, thing_fields

KEY, CHEST, TRAP = range(3)
TABLE = kinds(
    Kind((0.0, 1.0), (1,), tokens=1), Kind((1.0, 0.125), (2,), tokens=-1), Kind((-1.0, 0.0), (1, 3), ends=True)
)
DRAWN = """
    #######
    #k.C.t#
    #######
    #######
    #######
    #######
    #######
"""


def lying(*wanted):
    """A level of a corridor, and a state, with things of (col, kind) in the first row."""
    own, taken = thing_fields(len(wanted))
    level = np.zeros(1, [("horizon", "i4"), ("walls", "u8", (7,)), *own])[0]
    state = np.zeros(1, [("t", "i4"), *taken])[0]
    level["horizon"], level["walls"] = 20, bits_of(DRAWN)
    for thing, (col, kind) in zip(level["things"], wanted, strict=True):
        thing["place"], thing["kind"] = (1, col), kind
    return level, state


def place(col):
    made = np.zeros(1, things.PLACE)[0]
    made["row"], made["col"] = 1, col
    return made


ALL = (1, KEY), (3, CHEST), (5, TRAP)


def test_kinds_are_records_that_kernels_read():
    assert TABLE["pays"].tolist() == [[0.0, 1.0], [1.0, 0.125], [-1.0, 0.0]]
    assert TABLE["looks"].tolist() == [[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]]
    assert TABLE["tokens"].tolist() == [1, -1, 0]
    assert TABLE["ends"].tolist() == [False, False, True]


def test_a_thing_is_found_where_it_lies_until_it_is_taken():
    level, state = lying(*ALL)
    found, take, rewards = compiled(things.found), compiled(things.take), np.zeros(2)
    assert [found(level, state, place(col)) for col in (1, 2, 3, 4, 5)] == [0, -1, 1, -1, 2]
    take(level, state, 1, TABLE, rewards)
    assert rewards.tolist() == [1.0, 0.125]
    assert [found(level, state, place(col)) for col in (1, 2, 3, 4, 5)] == [0, -1, -1, -1, 2]


def test_the_cells_of_some_things_are_a_set():
    level, _ = lying((1, KEY), (3, CHEST), (5, TRAP))
    assert cells_of(compiled(things.cells_of)(level, 1, 3)) == [(1, 3), (1, 5)]
    assert cells_of(compiled(things.cells_of)(level, 1, 1)) == []


def test_what_is_left_is_shown_in_all_layers_of_its_kind():
    level, state = lying(*ALL)
    state["taken"][0] = 1
    obs = np.zeros((7, 7, 5), np.uint8)
    compiled(things.show_left)(level, state, TABLE, obs)
    assert np.argwhere(obs).tolist() == [[1, 3, 2], [1, 5, 1], [1, 5, 3]]


@pytest.mark.parametrize(
    ("col", "t", "held", "taken", "expected"),
    [
        (2, 0, 0, (), [(1.0, 3), (1.125, 3)]),  # the key, then the chest; never the trap
        (2, 17, 0, (), [(1.0, 3), (1.125, 3)]),
        (2, 18, 0, (), [(0.0, 0), (1.0, 1)]),  # no time for the chest
        (2, 0, 1, (), [(1.0, 1), (1.125, 3)]),  # with a key in hand the chest is nearer
        (2, 0, 0, (KEY,), [(0.0, 0), (0.0, 0)]),  # the key is gone, and so is what it would open
        (4, 0, 0, (CHEST,), [(0.0, 0), (1.0, 3)]),
    ],
)
def test_what_remains_to_be_collected(col, t, held, taken, expected):
    level, state = lying(*ALL)
    state["t"] = t
    state["taken"][list(taken)] = 1
    remaining = compiled(things.remaining)
    assert [remaining(level, state, place(col), held, TABLE, goal) for goal in (0, 1)] == expected


@pytest.mark.parametrize(
    ("first", "last", "horizon", "easy"),
    [(0, 1, 2, True), (0, 1, 1, False), (1, 2, 2, True), (0, 2, 5, True), (0, 2, 4, False), (2, 3, 20, False)],
)
def test_what_is_easy_is_taken_by_going_to_the_nearest_around_all_else_in_two_thirds_of_the_time(
    first, last, horizon, easy
):
    """From the middle: the key and the chest are one step away, three steps together; the chest is before the trap."""
    level, _ = lying(*ALL)
    level["horizon"] = horizon
    assert compiled(things.is_easy)(level, place(2), first, last) == easy


def masks(*cells):
    """Where each kind is drawn, by its name."""
    made = {name: np.zeros((7, 7), bool) for name in ("key", "chest", "trap")}
    for kind, row, col in cells:
        list(made.values())[kind][row, col] = True
    return made


def test_things_are_read_kind_by_kind_from_where_they_are_drawn():
    level, _ = lying(*ALL)
    read_things(level, masks((TRAP, 2, 2), (KEY, 3, 4), (KEY, 1, 6)))
    assert level["things"].tolist() == [((1, 6), KEY), ((3, 4), KEY), ((2, 2), TRAP)]


@pytest.mark.parametrize("cells", [((KEY, 1, 1),), ((KEY, 1, 1), (KEY, 1, 2), (KEY, 1, 3), (CHEST, 1, 4))])
def test_too_many_or_too_few_things_are_refused(cells):
    level, _ = lying(*ALL)
    with pytest.raises(ValueError, match=f"there must be 3 of key and chest and trap together, not {len(cells)}"):
        read_things(level, masks(*cells))


def test_a_level_has_room_for_as_many_things_as_it_says():
    level, state = lying(*5 * [(1, KEY)])
    assert level["things"].shape == state["taken"].shape == (5,)
    assert level["things"].dtype.names == ("place", "kind")
