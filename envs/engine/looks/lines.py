"""Records as text, both ways: a line for each field, its name and its numbers.

    payoff 16 0 0
    chime  0 16 0

So are the levels of games written that are no grids. A field of two dimensions has a line for each row. The engine's
own fields are left out. Where a level holds its first state, in the field `start`, the fields of that follow those of
the level, but for those that are all zero: these may be left out when a level is read, too. Of a grid only what is
hidden is written so, which its game names, below the drawing.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
from numpy.lib.recfunctions import structured_to_unstructured, unstructured_to_structured
from numpy.typing import NDArray

from ....choices import shown

ENGINE = frozenset({"seed", "horizon", "margin", "start", "t"})  # as in `task.HEADER` and `task.CLOCK`


def write(record: Any, only: Container[str] | None = None) -> str:
    """Write the fields of a record, or `only` some of them, one a line, numbers in columns."""
    rows = [
        (name, numbers)
        for name, (part, field) in _fields(record, only).items()
        if part is record or _plain(part[field]).any()
        for numbers in _rows(part[field])
    ]
    left = max((len(name) for name, _ in rows), default=0)
    right = max((len(str(number)) for _, numbers in rows for number in numbers), default=0)
    return "\n".join(f"{name:{left}} {' '.join(f'{number:{right}}' for number in numbers)}" for name, numbers in rows)


def fill(record: Any, text: str, only: Container[str] | None = None) -> None:
    """Fill a record from what `write` wrote; ValueError says which line or field is wrong and why."""
    fields = _fields(record, only)
    given: dict[str, list[int]] = {}
    for k, line in enumerate(filter(str.strip, text.splitlines()), 1):
        name, *numbers = line.split()
        if name not in fields:
            raise ValueError(f"line {k}: no field {shown(name)}; the fields are {', '.join(fields)}")
        given.setdefault(name, []).extend(_number(number, k) for number in numbers)
    for name, (part, field) in fields.items():
        if part is record or name in given:
            part[field] = _checked(name, given.get(name, []), part[field])


def _fields(record: Any, only: Container[str] | None) -> dict[str, tuple[Any, str]]:
    """By its name in text, each field: the record that holds it, and its name there."""
    own = {name: (record, name) for name in record.dtype.names if name not in ENGINE}
    if only is not None:
        return {name: where for name, where in own.items() if name in only}
    if "start" not in record.dtype.names:
        return own
    start = record["start"]
    later = [name for name in start.dtype.names if name not in ENGINE]
    return own | {f"start.{name}" if name in own else name: (start, name) for name in later}


def _plain(values: Any) -> NDArray[Any]:
    """The numbers of a field as an array; a place is its row and col."""
    array = np.asarray(values)
    return structured_to_unstructured(array) if array.dtype.names else array


def _rows(values: Any) -> list[list[int]]:
    array = np.atleast_1d(_plain(values))
    return [list(map(int, row)) for row in array.reshape(-1, array.shape[-1])]


def _checked(name: str, numbers: list[int], old: Any) -> NDArray[Any]:
    """Numbers for a field that holds `old`; ValueError where they are too many, too few, too small or too large."""
    plain = _plain(old)
    if len(numbers) != plain.size:
        raise ValueError(f"{name} has {len(numbers)} numbers, and needs {plain.size}")
    low, high = (0, 1) if plain.dtype == bool else (np.iinfo(plain.dtype).min, np.iinfo(plain.dtype).max)
    for number in numbers:
        if not low <= number <= high:
            raise ValueError(f"{name} must be in {low} .. {high}, not {number}")
    values = np.array(numbers, plain.dtype).reshape(plain.shape)
    return unstructured_to_structured(values, old.dtype) if old.dtype.names else values


def _number(text: str, line: int) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"line {line}: {shown(text)} is no whole number") from None
