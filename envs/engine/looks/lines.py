"""Records as text, both ways: a line for each field, its name and its numbers.

    payoff 16 0 0
    chime  0 16 0

So are the levels of games written that are no grids. The engine's own fields are left out. A field of two
dimensions has a line for each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OWN = {"seed", "horizon", "margin", "start", "t"}


def write(record: Any) -> str:
    """The fields of a record, one a line, numbers in columns."""
    rows = [(name, numbers) for name in _names(record.dtype) for numbers in _rows(record[name])]
    left = max(len(name) for name, _ in rows)
    right = max(len(str(number)) for _, numbers in rows for number in numbers)
    return "\n".join(f"{name:{left}} {' '.join(f'{number:{right}}' for number in numbers)}" for name, numbers in rows)


def fill(record: NDArray[np.void], text: str) -> None:
    """Fill an array of one record from what `write` wrote; ValueError says which line is wrong and why."""
    found: dict[str, list[int]] = {name: [] for name in _names(record.dtype)}
    for k, line in enumerate(filter(str.strip, text.splitlines()), 1):
        name, *numbers = line.split()
        if name not in found:
            raise ValueError(f"line {k}: no field {name!r}; the fields are {', '.join(found)}")
        found[name] += [_number(number, k) for number in numbers]
    for name, values in found.items():
        shape = record[name].shape[1:]
        if len(values) != int(np.prod(shape)):
            raise ValueError(f"{name} has {len(values)} numbers, and needs {int(np.prod(shape))}")
        limits = np.iinfo(record[name].dtype)
        for value in values:
            if not limits.min <= value <= limits.max:
                raise ValueError(f"{name} must be in {limits.min} .. {limits.max}, not {value}")
        record[name] = np.array(values).reshape(shape)


def _names(dtype: np.dtype[Any]) -> list[str]:
    return [name for name in dtype.names or () if name not in OWN]


def _rows(values: Any) -> list[list[int]]:
    array = np.atleast_1d(values)
    return [list(map(int, row)) for row in array.reshape(-1, array.shape[-1])]


def _number(text: str, line: int) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"line {line}: {text!r} is no whole number") from None
