"""The columns of a table of episodes, each group declared once.

A group is one column, or one for each reward, channel (reward or event) or curve of the game. `SCHEMA`
is the version of this list. A new group names the version that brings it, `since`: tables of older versions stay
readable, with that group missing (null). One that is no longer written names its last version, `until`, and is left
out of what is read. No group changes its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from .game import GameRecord

SCHEMA = 3


@dataclass(frozen=True)
class Group:
    """A column, or the same column for each reward, channel or curve.

    Attributes:
        of: what there is one of it for; its name is `name`, or `name.REWARD` and so on.
        since, until: the schema versions that have it.
        pooled: whether a row's value depends on other rows, the other levels of its run and split.
        null: what stands for null in an array of integers.
        optional: whether a value may be missing (null), such as an optimum that nobody knows.
    """

    name: str
    type: pa.DataType
    of: Literal["episode", "channel", "reward", "curve"] = "episode"
    since: int = 1
    until: int = SCHEMA
    pooled: bool = False
    null: int | None = None
    optional: bool = False


GROUPS = (
    Group("agent", pa.string()),
    Group("training_seed", pa.int64()),
    Group("deterministic", pa.bool_()),
    Group("environment", pa.string()),
    Group("split", pa.string()),
    Group("level_seed", pa.int64()),
    Group("margin", pa.float64()),
    Group("length", pa.int32()),
    Group("terminated", pa.bool_()),
    Group("random_capability", pa.float64(), until=2),
    Group("actions", pa.list_(pa.uint8())),
    Group("return", pa.float64(), "channel"),
    Group("oracle", pa.float64(), "channel", optional=True),
    Group("random", pa.float64(), "channel"),
    Group("reached", pa.int32(), "channel", null=-1, optional=True),
    Group("bits", pa.float64(), "channel", pooled=True, optional=True),
    Group("bits_limit", pa.float64(), "channel", pooled=True),
    Group("chance", pa.float64(), "reward", since=3),
    Group("curve", pa.list_(pa.float32()), "curve"),
)


def column_name(group: str, of: str = "") -> str:
    """The name of a column: of an episode, or of one of its rewards, channels or curves."""
    return f"{group}.{of}" if of else group


def columns(game: GameRecord, version: int = SCHEMA) -> dict[str, Group]:
    """All columns of a game's episodes in their order, by name, as they were in a version of the schema."""
    return {name: group for name, group in _columns(game) if group.since <= version <= group.until}


def _columns(game: GameRecord) -> Iterator[tuple[str, Group]]:
    """Columns of the episode; then channel by channel; then of rewards, and of curves."""
    rewards = tuple(reward.name for reward in game.rewards)
    yield from ((group.name, group) for group in GROUPS if group.of == "episode")
    for of, names in (("channel", game.channels), ("reward", rewards), ("curve", game.curves)):
        yield from ((column_name(group.name, name), group) for name in names for group in GROUPS if group.of == of)


def schema(game: GameRecord, version: int = SCHEMA) -> pa.Schema:
    """The columns and types of a game's episodes, as they were in a version of the schema."""
    return pa.schema([(name, group.type) for name, group in columns(game, version).items()])


def completed(table: pa.Table, game: GameRecord, version: int) -> pa.Table:
    """A table of an older schema as one of today: what is newer is null."""
    for name, group in columns(game).items():
        if group.since > version:
            table = table.append_column(name, pa.nulls(len(table), group.type))
    return table.select(list(columns(game)))


def check(found: pa.Schema, game: GameRecord, version: int = SCHEMA) -> None:
    """ValueError unless a table has exactly the columns of a version of the schema."""
    expected = schema(game, version)
    if not found.equals(expected):
        odd = [field.name for field in found if field not in expected]
        odd += [field.name for field in expected if field not in found]
        differ = f"columns that differ: {', '.join(dict.fromkeys(odd))}" if odd else "the columns are in another order"
        raise ValueError(f"not a table of {game.environment} episodes; {differ}")
