"""The policy that the evaluator plays with, and what is recorded of it.

Its chance: an agent's file is opened by our own code, which draws by the keys of the levels. These go to its worker, so
its actions are those it has without one, to the bit. A key is a function of its level's split and seed, so whoever has
it can find the level by trying: a stranger's code is given none, and sees no more of a level than observations. What it
does by chance is its own business; to come out the same again, it draws from a generator that it seeds itself where
`state` is None, and levels are then played in batches of the same size.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..agents.normalizing import check_plain
from ..agents.reading.errors import AgentError
from ..agents.recipes import default_algorithm
from ..agents.records import agent_file, run_fields
from ..choices import printable
from ..envs import SUITE
from ..envs.engine.levels import checked_seeds
from ..envs.engine.task import Task
from ..eval.play.policy import Policy
from ..eval.table.runs import Run
from ..extras import MissingPackageError
from ..files import sha256_of
from ..players import load_agent, run_of
from .backends import ADVICE, Backend, backends
from .limits import USUAL, EntryError, Limits
from .process import Worker, worker
from .submission import copied, digest
from .worker import CERTAIN, DRAWS, REQUEST

NONE = "none"  # how a run's details call it


@dataclass(frozen=True)
class IsolatedCode:
    """A stranger's code as a policy; its state stays in its worker, and what is handed on stands for it.

    Attributes:
        name: for tables.
        worker: what acts.
        actions: how many there are.
        keys: of the levels, if it is given any.
    """

    name: str
    worker: Worker
    actions: int
    keys: NDArray[np.uint64] | None = None

    def __call__(
        self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], Any]:
        """Actions, int64, shape (n,), for observations, uint8, shape (n, *observation shape).

        Raises:
            ValueError: `state` is not what the last call returned.
            EntryError: the worker gave none of the environment's actions in time.
        """
        n, first = len(obs), state is None
        if not first and state is not self.worker.turn:
            raise ValueError(f"{self.name} remembers one batch of games: play them one after the other")
        head = REQUEST.pack(n, first, first and self.keys is not None)
        keys = self.keys.tobytes() if first and self.keys is not None else b""
        answer = self.worker.ask(head + obs.tobytes() + episode_start.tobytes() + keys, 8 * n)
        actions = np.frombuffer(answer, np.int64)
        if actions.min() < 0 or actions.max() >= self.actions:
            told = f"{actions.min()} .. {actions.max()}"
            raise self.worker.fail("actions", f"actions are 0 .. {self.actions - 1}, not {told}")
        self.worker.turn = object()
        return actions, self.worker.turn


@dataclass(frozen=True)
class IsolatedAgent(IsolatedCode):
    """An agent's file as a policy that draws by the keys of its levels."""

    def on_levels(self, keys: NDArray[np.uint64]) -> IsolatedAgent:
        """The policy that plays one episode on each level; keys, uint64, shape (n,), stand for the levels."""
        return replace(self, keys=keys)


@contextmanager
def isolated(
    path: Path, task: Task, *, code: bool = False, limits: Limits = USUAL, backend: Backend | None = None,
    **options: Any,
) -> Iterator[tuple[Policy, Run]]:  # fmt: skip
    """A submission that is ready to act, confined until the block ends: its policy, and what is recorded of it.

    Args:
        path: an agent's folder or file; or with `code` a Python file that defines
            `make_policy(observation_shape, number_of_actions)`, which returns a callable
            `(obs, state, episode_start) -> (actions, state)` as `Policy` describes it, or a folder with a `policy.py`.
        task: what it plays.
        limits: what it may use.
        backend: what confines it, which the run's details name by `isolation`; by default the first that works here.
            Where there is none, or in an environment of somebody's own, an agent plays in this process, and they say
            "none": a worker has the suite alone.
        options: of `load_agent`, for an agent.

    Raises:
        FileNotFoundError: nothing is at the path.
        MissingPackageError: nothing here can confine code.
        EntryError: the submission fails, here or later, when it is asked for actions.
    """
    chosen = backend or next(iter(backends()), None)
    if chosen is None or not (code or task.game.name in SUITE):
        yield _unconfined(path, task, code, options)
        return
    with tempfile.TemporaryDirectory(prefix="goalgap-") as folder:
        copy = copied(path, Path(folder), limits.submission)
        run = _run_of_code(path, copy, task) if code else _run_of_agent(path, copy, task, options)
        told: dict[str, Any] = {"details": run.details | {"isolation": str(chosen)}}
        with worker(chosen, _plan(copy, task, code, options), limits) as acting:
            told["deterministic"] = _ready(acting, copy, path) == CERTAIN
            kind = IsolatedCode if code else IsolatedAgent
            yield kind(run.agent, acting, len(task.game.actions)), run.model_copy(update=told)


def _plan(copy: Path, task: Task, code: bool, options: dict[str, Any]) -> dict[str, Any]:
    """What a worker is told: of the game, what a policy must know or an agent is checked against, and no level."""
    plan = {"submission": str(copy), "shape": task.observation_space.shape, "actions": len(task.game.actions)}
    if code:
        return plan | {"kind": "code"}
    played = {"environment": task.game.name, "arguments": task.arguments}
    return plan | {"kind": "agent", "task": played, "options": options}


def _ready(acting: Worker, copy: Path, path: Path) -> bytes:
    """How the worker acts; a failure names the submission as the user did."""
    try:
        told = acting.ready()
    except EntryError as error:
        raise EntryError(error.reason, str(error).replace(str(copy), str(path))) from None
    if told not in (DRAWS, CERTAIN):
        raise acting.fail("output", "it answered before it was asked")
    return told


def _run_of_code(path: Path, copy: Path, task: Task) -> Run:
    details = {"submission": digest(copy), "code": True}
    return Run(agent=printable(path.resolve().stem), reward=task.reward, alpha=task.alpha, details=details)


def _run_of_agent(path: Path, copy: Path, task: Task, options: dict[str, Any]) -> Run:
    """As of the agent itself, whose worker is not asked."""
    told: dict[str, Any] = {"agent": printable(path.stem), "reward": task.reward, "alpha": task.alpha}
    algorithm = options.get("algorithm") or default_algorithm(task.game.name)
    try:
        file, record = agent_file(copy)
        told |= run_fields(record) if record else {"details": {"algorithm": algorithm, "sha256": sha256_of(file)}}
        run = Run(**told)
        Task.of(task.game, alpha=run.alpha, reward=run.reward)
        checked_seeds([run.training_seed], 1)
    except (TypeError, ValueError) as error:
        wrong = str(error).replace(str(copy), str(path))
        raise EntryError("unreadable", f"{path} does not say what it was trained with: {wrong}") from error
    if not record:
        try:
            check_plain(agent_file(path)[0])
        except AgentError as error:
            raise EntryError("unreadable", str(error)) from error
    return run


def _unconfined(path: Path, task: Task, code: bool, options: dict[str, Any]) -> tuple[Policy, Run]:
    """An agent's file, of which nothing but numbers is read, in this process."""
    if code:
        raise MissingPackageError(
            f"a stranger's code runs confined or not at all, and nothing here confines it: {ADVICE}"
        )
    agent = load_agent(path, task, **options)
    run = run_of(agent, task)
    return agent, run.model_copy(update={"details": run.details | {"isolation": NONE}})
