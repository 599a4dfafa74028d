"""Acting: a network that is there becomes a policy that can be evaluated; nothing here needs torch by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .chance import shares
from .frames import PLAIN, Shown
from .onnx.network import OnnxNetwork
from .records import ABLATED, run_fields

Actions = NDArray[np.int64]
ACTION = 4  # what an agent's random numbers are used for: the uses of reference policies are smaller


@dataclass(frozen=True)
class AgentPolicy:
    """A trained agent as a policy: (obs, state, episode_start) -> (actions, state).

    Every evaluation tells it which levels it plays, by `on_levels`: what it does on a level then depends on the level
    and the seed alone. In a loop of your own that does not, the place of a game in the batch stands for its level:
    what it does depends on what the game shows, the seed, that place, and how many calls ago the state was None.

    Attributes:
        name: for tables.
        model: the stable-baselines3 agent, or the network of an ONNX file.
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
    model: Any
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
    def network(self) -> Any:
        """What the model says of observations: see `Network` and `OnnxNetwork`, which are called in one way."""
        return self._network(raw=False)

    @cached_property
    def raw_network(self) -> Any:
        """The same with logits as the last layer gives them: their energy is lost where they become probabilities."""
        return self._network(raw=True)

    def _network(self, raw: bool) -> Any:
        if isinstance(self.model, OnnxNetwork):
            return self.model
        from .network import Network

        return Network(self.model, self.rows, raw=raw)

    @property
    def remembers(self) -> bool:
        """Whether the network has a memory at all."""
        return bool(self.network.remembers)

    @property
    def run_fields(self) -> dict[str, Any]:
        """What evaluation records of this agent (fields of its `Run`)."""
        known = run_fields(self.record) if self.record else {"agent": self.name, "details": self._identity}
        agent = known["agent"] if self.memory else f"{known['agent']}{ABLATED}"
        return {**known, "agent": agent, "deterministic": not (self.sampled and self.network.draws)}

    @cached_property
    def weights(self) -> str:
        """A digest of the network's weights, or of the ONNX file that it is."""
        if isinstance(self.model, OnnxNetwork):
            return self.sha256
        from .weights import weights_digest

        return weights_digest(self.network.policy)

    @property
    def _identity(self) -> dict[str, Any]:
        """What tells an agent without a record from others."""
        told = {"algorithm": type(self.model).__name__, "weights": self.weights}
        if self.shown != PLAIN:
            told["observations"] = str(self.shown)
        return told | ({"sha256": self.sha256} if self.sha256 else {})

    def logits(
        self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_], network: Any = None
    ) -> tuple[NDArray[np.floating[Any]], Any]:
        """Logits, float64, shape (n, actions), for observations, as of its own or another `network`; and the state."""
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
