"""What many tests share: every environment and split, and comparing what environments return."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import gymnasium
import pytest

from goalgap import SUITE
from goalgap.envs import ids
from goalgap.envs.engine.maze import Maze
from goalgap.terms import SPLITS
from goalgap.testing import expect_same


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one environment go to one worker, those of none by their file, so that few compile the same code."""
    modules = {f"test_{game.module.rpartition('.')[2]}": name for name, game in SUITE.items()}
    for item in items:
        words = {*re.split(r"[-_\[\] ]", item.name), *map(str, _parameters(item)), modules.get(item.path.stem)}
        group = next((name for name in SUITE if name in words), item.path.stem)
        item.add_marker(pytest.mark.xdist_group(group))


def _parameters(item: pytest.Item) -> list[Any]:
    return list(item.callspec.params.values()) if hasattr(item, "callspec") else []


@pytest.fixture(params=SUITE)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each environment."""
    return str(request.param)


@pytest.fixture(params=[name for name, game in SUITE.items() if game.layers])
def grid(request: pytest.FixtureRequest) -> str:
    """The name of each environment that is a grid."""
    return str(request.param)


@pytest.fixture(params=[name for name, game in SUITE.items() if issubclass(game.arguments, Maze)])
def maze(request: pytest.FixtureRequest) -> str:
    """The name of each environment that is a maze."""
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


@pytest.fixture
def same() -> Any:
    """A function that asserts deep equality: of values, types, shapes and keys."""
    return expect_same


@pytest.fixture
def nobody() -> Callable[[], AbstractContextManager[None]]:
    """A context in which permissions count: root, whom they do not stop, acts as another user."""

    @contextmanager
    def acting() -> Iterator[None]:
        if os.geteuid() == 0:
            try:
                os.seteuid(65534)
            except OSError:
                pytest.skip("root cannot act as another user here")
            try:
                yield
            finally:
                os.seteuid(0)
        else:
            yield

    return acting
