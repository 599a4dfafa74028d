"""Loading: an agent's file becomes a policy that can be evaluated.

Every agent file of GoalGap passes through one function, `open_model`, which runs no code of the file: of a zip of
stable-baselines3 it reads what `reading` knows, and refuses what needs more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.base_class import BaseAlgorithm

from ..choices import printable
from ..envs.engine.task import Task
from .algorithms import model_class
from .bundles.manifest import Network as Declaration
from .bundles.opening import bundled_model
from .chance import shares
from .checking import check_file, checked_spaces, content_of
from .network import Network
from .normalizing import warn_of_file
from .own import trusted
from .reading.building import read_model
from .reading.errors import AgentError, UnknownPartError
from .recipes import default_algorithm
from .records import ABLATED, agent_file, run_fields
from .threads import one_thread
from .views import space_below
from .weights import weights_digest
from .wrapped import PLAIN, Shown, how_shown

Actions = NDArray[np.int64]

REASON = 1000  # characters of an error
OWN = (
    ". A network with a policy or features of your own is opened with --trust MODULE:CLASS (trust=[...] in Python), "
    "which imports and runs that class. One with other parts of your own is evaluated in Python: load the model, "
    "model = {kind}.load({name!r}), which runs code from the file, and give it to goalgap.evaluate(task, model)"
)
ACTION = 4  # what an agent's random numbers are used for: the uses of reference policies are smaller


@dataclass(frozen=True)
class AgentPolicy:
    """A trained agent as a policy: (obs, state, episode_start) -> (actions, state).

    Every evaluation tells it which levels it plays, by `on_levels`: what it does on a level then depends on the level
    and the seed alone. In a loop of your own that does not, the place of a game in the batch stands for its level:
    what it does depends on what the game shows, the seed, that place, and how many calls ago the state was None.

    Attributes:
        name: for tables.
        model: the stable-baselines3 agent.
        sampled: whether actions are drawn from the policy, or its likeliest ones taken.
        seed: of the drawing, in 0 .. 2^63-1.
        memory: whether the network remembers anything from step to step; False makes every step its first, and is a
            ValueError where the network has no memory.
        record: what `agent.json` says; empty for a bare zip.
        sha256: of the zip; empty for a model that was never one.
        rows: how many observations the network reads at once, if not as many as `Network` finds to be right.
        shown: how it is shown observations, where wrappers had reshaped them in training.
    """

    name: str
    model: BaseAlgorithm
    sampled: bool = True
    seed: int = 0
    memory: bool = True
    record: dict[str, Any] = field(default_factory=dict)
    sha256: str = ""
    rows: int | None = None
    shown: Shown = PLAIN

    def __post_init__(self) -> None:
        if not self.memory and not self.remembers:
            raise ValueError(f"{self.name} has no memory to forget: only recurrent agents have one")

    @cached_property
    def network(self) -> Network:
        """What the model says of observations."""
        return Network(self.model, self.rows)

    @property
    def remembers(self) -> bool:
        """Whether the network has a memory at all."""
        return self.network.remembers

    @property
    def run_fields(self) -> dict[str, Any]:
        """What evaluation records of this agent (fields of its `Run`)."""
        known = run_fields(self.record) if self.record else {"agent": self.name, "details": self._identity}
        agent = known["agent"] if self.memory else f"{known['agent']}{ABLATED}"
        return {**known, "agent": agent, "deterministic": not (self.sampled and self.network.draws)}

    @property
    def _identity(self) -> dict[str, Any]:
        """What tells an agent without a record from others."""
        told = {"algorithm": type(self.model).__name__, "weights": weights_digest(self.network.policy)}
        if self.shown != PLAIN:
            told["observations"] = str(self.shown)
        return told | ({"sha256": self.sha256} if self.sha256 else {})

    def logits(
        self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_], network: Network | None = None
    ) -> tuple[NDArray[np.floating[Any]], Any]:
        """Logits, float64, shape (n, actions), for observations, as of its own or another `Network`; and the state."""
        memory, past = (None, None) if state is None else state
        shown, past = self.shown(obs, past, episode_start)
        if not self.memory:
            memory, episode_start = None, np.ones_like(episode_start)
        logits, memory = (network or self.network)(shown, memory, episode_start)
        return logits, (memory, past)

    def on_levels(self, keys: NDArray[np.uint64]) -> AgentOnLevels:
        """The policy that plays one episode on each level; keys, uint64, shape (n,), stand for the levels."""
        return AgentOnLevels(self.name, self, keys)

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        """Actions, int64, shape (n,), for observations, uint8, shape (n, *observation shape)."""
        return self.on_levels(np.arange(len(obs), dtype=np.uint64))(obs, state, episode_start)


@dataclass(frozen=True)
class AgentOnLevels:
    """An agent on levels that it knows by their keys: its chance is keyed by its seed, the level and the step.

    The state that is passed back holds the number of the step beside the network's own memory and what it was shown.
    """

    name: str
    agent: AgentPolicy
    keys: NDArray[np.uint64]

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        """Actions, int64, shape (n,), for observations, uint8, shape (n, *observation shape)."""
        agent, (step, *inner) = self.agent, state or (0, None, None)
        logits, after = agent.logits(obs, inner, episode_start)
        if agent.sampled:
            actions = drawn(logits, shares(agent.seed, self.keys, np.array([step]), ACTION))
        else:
            actions = logits.argmax(1)
        return actions, (step + 1, *after)


def drawn(logits: NDArray[Any], numbers: NDArray[np.float64]) -> Actions:
    """The action of each row in whose part of [0, 1), cut up by the actions' chances, the row's number lies."""
    upto = np.exp(logits - logits.max(1, keepdims=True)).cumsum(1)
    actions: Actions = (upto[:, :-1] <= numbers[:, None] * upto[:, -1:]).sum(1)
    return actions


class Playing(TypedDict, total=False):
    """How a loaded agent plays, as `AgentPolicy` has it."""

    sampled: bool
    memory: bool
    seed: int | None


def load_agent(
    path: Path,
    task: Task,
    *,
    algorithm: str | None = None,
    trust: Iterable[str | type[Any]] = (),
    **playing: Unpack[Playing],
) -> AgentPolicy:
    """The policy of a trained agent, checked against the task it shall play.

    No code of the file runs: networks of stable-baselines3, sb3-contrib and GoalGap are read, and of trusted classes.

    Args:
        path: a folder that `train` wrote, a bundle, or a zip of stable-baselines3.
        task: what it shall play; other splits and arguments than in training are allowed.
        algorithm: of a bare zip, which does not say, if not the default of the environment; a folder does say.
        trust: policies and feature extractors that the network may have besides, as MODULE:CLASS or as classes: these
            are imported, and their code runs.
        playing: as of `AgentPolicy`; the seed is that of training if left out, 0 for a bare zip.

    Raises:
        FileNotFoundError: nothing is there.
        AgentError: the file is corrupt, holds a network of other parts, or was trained for another environment or for
            other spaces.
        ValueError: the algorithm or a trusted class does not exist, or the agent has no memory to reset.
    """
    file, record = agent_file(path)
    content = content_of(file)
    check_file(file, content, record, task)
    named = record["recipe"]["algorithm"] if record else algorithm or default_algorithm(task.game.name)
    model = open_model(file, content, named, record.get("network"), trusted(trust))
    shown = checked_spaces(model, task, file)
    warn_of_file(file)
    name = f"{named} seed {record['seed']}" if record else printable(path.stem)
    if playing.get("seed") is None:
        playing["seed"] = record.get("seed", 0)
    return AgentPolicy(name, model, record=record, sha256=sha256(content).hexdigest(), shown=shown, **playing)  # type: ignore[arg-type]


def model_policy(model: BaseAlgorithm, task: Task, seed: int = 0) -> AgentPolicy:
    """The policy of a model that is in memory; what wrappers had reshaped is reshaped where the model's space tells."""
    shown = how_shown(space_below(model), task.observation_space)
    return AgentPolicy(type(model).__name__, model, seed=seed, shown=shown or PLAIN)


def open_model(
    file: Path, content: bytes, algorithm: str, declared: Declaration | None = None, own: tuple[type[Any], ...] = ()
) -> BaseAlgorithm:
    """The model that an agent file holds: the only place that opens one. No code of the file runs.

    The model has its network and its spaces, and cannot be trained further. The caller's random generators stay as
    they are. A file of weights alone, as bundles have it, is of the network that is `declared`; networks of other files
    may have classes of the caller's `own`.

    Raises:
        ValueError: there is no such algorithm.
        AgentError: the file cannot be read as an agent of this algorithm.
    """
    kind = model_class(algorithm)
    try:
        with one_thread(), torch.random.fork_rng(devices=[]):
            return bundled_model(declared, content, kind) if declared else read_model(content, kind, own)
    except Exception as error:
        advice = OWN.format(kind=kind.__name__, name=file.name) if isinstance(error, UnknownPartError) else ""
        reason = printable(" ".join(f"{error or type(error).__name__}".split()))[:REASON]
        raise AgentError(f"{file} cannot be read as a {algorithm} agent: {reason}{advice}") from error
