"""Infos of many games, made when somebody looks at them.

Gymnasium's vector infos are a dictionary of arrays and masks. Making them takes longer than a step of the games, and
most training loops never look, so they are made from what was noted in the step when they are first read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..batch import Batch
from ..levels import margins

READING = (
    "__contains__", "__delitem__", "__eq__", "__getitem__", "__iter__", "__len__", "__ne__", "__or__", "__repr__",
    "__reversed__", "clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "values",
)  # fmt: skip


class NotedLevels:
    """The levels of a batch as they were: their seeds, and their margins, measured only when somebody asks."""

    def __init__(self, batch: Batch) -> None:
        self.seeds, self._margins = batch.levels["seed"].copy(), batch.levels["margin"].copy()
        self._task, self._levels = batch.task, batch.levels.copy() if np.isnan(self._margins).any() else None

    def margins(self) -> NDArray[np.float64]:
        """The margin of each level, shape (n,)."""
        if self._levels is not None:
            self._margins, self._levels = margins(self._task, self._levels), None
        return self._margins


class LazyInfos(dict[str, Any]):
    """A dictionary whose content `make` gives when it is first read; what has been set before stays."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self._make: Callable[[], dict[str, Any]] | None = make

    def fill(self) -> None:
        """Make the content, once."""
        make, self._make = self._make, None
        if make is not None:
            for name, value in make().items():
                dict.setdefault(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self.items()),)


def _reading(name: str) -> Callable[..., Any]:
    read = getattr(dict, name)

    def method(self: LazyInfos, *arguments: Any, **named: Any) -> Any:
        for read_too in (self, *arguments):
            if isinstance(read_too, LazyInfos):
                read_too.fill()
        return read(self, *arguments, **named)

    method.__name__ = name
    return method


for _name in READING:
    setattr(LazyInfos, _name, _reading(_name))
