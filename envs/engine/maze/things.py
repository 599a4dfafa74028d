"""Things that lie on a grid and can be taken.

An environment says once what each kind of thing means (`kinds`): what it pays, what it costs, how it looks. A level
holds where each thing is and of which kind, records of `THING` in a field `things`; a state holds which are taken, a
flag for each in a field `taken` (see `thing_fields`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.compile import kernel
from ..kernels.contract import Level, Obs, Rewards, State
from .cells import PLACE, Bits, Place, add, same_place
from .collect import WANTED, collect
from .walking import greedy_tour

THING = np.dtype([("place", PLACE), ("kind", "u1")], align=True)


class Kind(NamedTuple):
    """What a kind of thing means.

    Attributes:
        pays: to each reward and event, in their order, when it is taken.
        looks: channels of the observation that it shows.
        tokens: what taking it gives, such as a key; a negative number is needed and used up, as by a chest.
        ends: whether taking it ends the episode.
    """

    pays: tuple[float, ...]
    looks: tuple[int, ...]
    tokens: int = 0
    ends: bool = False


def kinds(*declared: Kind) -> NDArray[np.void]:
    """The kinds as an array of records, for kernels: `pays`, `looks` (1 for each channel shown), `tokens`, `ends`."""
    channels = 1 + max(max(kind.looks) for kind in declared)
    fields = [("pays", "f8", (len(declared[0].pays),)), ("looks", "u1", (channels,)), ("tokens", "i8"), ("ends", "?")]
    table = np.zeros(len(declared), np.dtype(fields, align=True))
    for row, kind in zip(table, declared, strict=True):
        row["pays"], row["tokens"], row["ends"] = kind.pays, kind.tokens, kind.ends
        row["looks"][list(kind.looks)] = 1
    return table


def thing_fields(n: int) -> tuple[list[Any], list[Any]]:
    """The fields of level and state for `n` things."""
    return [("things", THING, (n,))], [("taken", "u1", (n,))]


@kernel
def found(level: Level, state: State, place: Place) -> int:
    """The thing that lies at a place and is left, by its number, or -1."""
    for i in range(len(level.things)):
        if not state.taken[i] and same_place(level.things[i].place, place):
            return i
    return -1


@kernel
def cells_of(level: Level, first: int, last: int) -> Bits:
    """The cells of the things first .. last - 1, as a new set."""
    cells = np.zeros(len(level.walls), np.uint64)
    for i in range(first, last):
        add(cells, level.things[i].place.row, level.things[i].place.col)
    return cells


@kernel
def take(level: Level, state: State, i: int, table: Any, rewards: Rewards) -> None:
    """Take thing `i`, which pays what its kind pays."""
    state.taken[i] = 1
    for g in range(len(rewards)):
        rewards[g] = table[level.things[i].kind].pays[g]


@kernel
def show_left(level: Level, state: State, table: Any, obs: Obs) -> None:
    """Draw the things that are left, each in the layers of its kind."""
    for i in range(len(level.things)):
        if not state.taken[i]:
            thing = level.things[i]
            for channel in range(len(table[thing.kind].looks)):
                if table[thing.kind].looks[channel]:
                    obs[thing.place.row, thing.place.col, channel] = 1


@kernel
def remaining(level: Level, state: State, place: Place, held: int, table: Any, goal: int) -> tuple[float, int]:
    """The most that can still be earned of a goal by collecting from a place on, and the fewest steps it takes."""
    wanted, n = np.empty(len(level.things), WANTED), 0
    for i in range(len(level.things)):
        if not state.taken[i]:
            kind = table[level.things[i].kind]
            wanted[n].place = level.things[i].place
            wanted[n].worth, wanted[n].tokens, wanted[n].ends = kind.pays[goal], kind.tokens, kind.ends
            n += 1
    return collect(level.walls, place, held, level.horizon - state.t, wanted[:n], 0)


@kernel
def is_easy(level: Level, place: Place, first: int, last: int) -> bool:
    """Whether going to the nearest takes the things first .. last - 1, and no others, in two thirds of the time."""
    blocked, targets = level.walls.copy(), np.zeros(len(level.walls), np.uint64)
    for i in range(len(level.things)):
        add(targets if first <= i < last else blocked, level.things[i].place.row, level.things[i].place.col)
    return 0 <= 3 * greedy_tour(blocked, place.row, place.col, targets) <= 2 * level.horizon


def read_things(level: Any, drawn: Mapping[str, NDArray[np.bool_]]) -> None:
    """Fill in a level's things from where each kind is drawn; ValueError where they are too many or too few.

    Args:
        drawn: for each kind, in the order of their numbers, its name and its cells, bool, shape (rows, cols).
    """
    cells = [(row, col, kind) for kind, mask in enumerate(drawn.values()) for row, col in np.argwhere(mask)]
    if len(cells) != len(level["things"]):
        raise ValueError(f"there must be {len(level['things'])} of {' and '.join(drawn)} together, not {len(cells)}")
    for thing, (row, col, kind) in zip(level["things"], cells, strict=True):
        thing["place"]["row"], thing["place"]["col"], thing["kind"] = row, col, kind
