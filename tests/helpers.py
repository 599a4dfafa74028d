"""What tests share that is no fixture."""

from __future__ import annotations

from typing import Any

import numpy as np

from goalgap import SUITE


def sized(name: str, size: int) -> dict[str, int]:
    """The argument `size`, where an environment has one."""
    return {"size": size} if SUITE[name].layers else {}


def assert_same(one: Any, other: Any, path: str = "") -> None:
    assert type(one) is type(other), f"{path}: {type(one)} and {type(other)}"
    if isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key, value in one.items():
            assert_same(value, other[key], f"{path}.{key}")
    elif isinstance(one, tuple | list) or (isinstance(one, np.ndarray) and one.dtype == object):
        assert len(one) == len(other), path
        for i, (mine, its) in enumerate(zip(one, other, strict=True)):
            assert_same(mine, its, f"{path}[{i}]")
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), path
        assert (one == other).all(), f"{path}: {one} and {other}"
    else:
        assert one == other, path
