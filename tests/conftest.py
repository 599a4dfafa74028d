"""What many tests share: every environment and split, and comparing what environments return."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from goalgap import SUITE
from goalgap.envs import ids
from goalgap.envs.engine.spec import SPLITS


@pytest.fixture(params=SUITE)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each environment."""
    return str(request.param)


@pytest.fixture(params=[name for name, game in SUITE.items() if game.layers])
def grid(request: pytest.FixtureRequest) -> str:
    """The name of each environment that is a grid."""
    return str(request.param)


@pytest.fixture(params=SPLITS)
def split(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def env_id(name: str, split: str) -> str:
    """The Gymnasium id of each environment and split."""
    return ids(SUITE[name])[split]


@pytest.fixture
def env(env_id: str) -> gymnasium.Env[Any, Any]:
    return gymnasium.make(env_id)


def sized(name: str, size: int) -> dict[str, int]:
    """The argument `size`, where an environment has one."""
    return {"size": size} if SUITE[name].layers else {}


@pytest.fixture
def same() -> Any:
    """A function that asserts deep equality: of values, types, shapes and keys."""
    return assert_same


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
