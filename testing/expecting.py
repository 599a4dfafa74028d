"""Assertions that say what is wrong, also outside of pytest and under `python -O`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.engine.batch import Batch

EXACTLY = 1e-9


def expect(condition: Any, message: str) -> None:
    """AssertionError with a message, unless the condition holds."""
    if not condition:
        raise AssertionError(message)


def expect_on_levels(batch: Batch, good: NDArray[np.bool_], message: str) -> None:
    """AssertionError with a message and the first level that is not good, drawn; `good` is of shape (n,)."""
    for k in np.flatnonzero(~good)[:1]:
        raise AssertionError(f"{message}\n{described(batch, int(k))}")


def expect_close(
    batch: Batch, actual: NDArray[np.float64], expected: NDArray[np.float64], claims: str, truth: str
) -> None:
    """AssertionError, with the first level drawn, unless two numbers a level are the same; both of shape (n,)."""
    for k in np.flatnonzero(~(np.abs(actual - expected) <= EXACTLY))[:1]:
        message = f"{claims} {float(actual[k]):g}, but {truth} {float(expected[k]):g}"
        raise AssertionError(f"{message}\n{described(batch, int(k))}")


def described(batch: Batch, k: int) -> str:
    """The level of game k, for people: its split, its seed and its drawing."""
    scene = Batch.on(batch.task, batch.levels[k : k + 1]).scenes()[0]
    return f"on the {batch.task.split} level of seed {scene.level['seed']}:\n{batch.task.game.art.level(scene)}"


def expect_same(one: Any, other: Any, path: str = "") -> None:
    """AssertionError, naming the place, unless two values are deeply equal: in types, keys, shapes and content."""
    both_dicts = isinstance(one, dict) and isinstance(other, dict)
    expect(both_dicts or type(one) is type(other), f"{path}: {type(one)} and {type(other)}")
    if both_dicts:
        expect(one.keys() == other.keys(), f"{path}: keys {[*one]} and {[*other]}")
        for key, value in one.items():
            expect_same(value, other[key], f"{path}.{key}")
    elif isinstance(one, tuple | list) or (isinstance(one, np.ndarray) and one.dtype == object):
        expect(len(one) == len(other), f"{path}: {len(one)} and {len(other)} items")
        for i, pair in enumerate(zip(one, other, strict=True)):
            expect_same(*pair, f"{path}[{i}]")
    elif isinstance(one, np.ndarray):
        expect(
            (one.dtype, one.shape) == (other.dtype, other.shape),
            f"{path}: {one.dtype} {one.shape}, {other.dtype} {other.shape}",
        )
        if not (one == other).all():  # writing arrays takes longer than comparing them
            raise AssertionError(f"{path}: {one} and {other}")
    else:
        expect(one == other, f"{path}: {one} and {other}")
