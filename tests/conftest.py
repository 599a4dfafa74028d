"""What many tests share: every environment and split, and comparing what environments return."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import gymnasium
import pytest

from goalgap import SUITE
from goalgap.envs import ids
from goalgap.envs.engine.maze import Maze
from goalgap.terms import SPLITS
from goalgap.testing import expect_same

os.environ.setdefault("OMP_NUM_THREADS", "1")  # as many tests run at once as there are processors
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell runs in the background would ignore Ctrl-C

MODULES = {f"test_{game.module.rpartition('.')[2]}": name for name, game in SUITE.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one environment go to one worker, those of none by their file, so that few compile the same code."""
    from xdist.scheduler import LoadScopeScheduling

    class ByEnvironment(LoadScopeScheduling):  # pytest-xdist's own groups are ignored by pytest 9.2
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return ByEnvironment(config, log)


def group(nodeid: str) -> str:
    """The environment that a test is about, by its parameters or its file, or else its file."""
    file = nodeid.partition("::")[0]
    words = re.split(r"[-_ :,]", nodeid.partition("[")[2].rstrip("]"))
    return MODULES.get(Path(file).stem) or next((word for word in words if word in SUITE), file)


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
