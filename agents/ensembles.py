"""Ensembles: several agents that act as one, by the mean of their probabilities (Lakshminarayanan et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..choices import shown
from .acting import ACTION, AgentPolicy, drawn
from .chance import shares
from .confidence import Floats, probabilities
from .records import TRAINED

Actions = NDArray[np.int64]


class Thought(NamedTuple):
    """What agents make of observations.

    Attributes:
        logits: float64, shape (agents, n, actions), as their last layers give them.
        actions: what they would do together, int64, shape (n,).
        state: what is passed back with the next observations.
    """

    logits: Floats
    actions: Actions
    state: Any


@dataclass(frozen=True)
class Ensemble:
    """Agents of one task as one policy, of which one alone acts as it does by itself.

    Attributes:
        name: for tables.
        agents: at least one; ValueError where one knows no chances of its actions, or comes twice.
        sampled, seed: as of `AgentPolicy`.
    """

    name: str
    agents: tuple[AgentPolicy, ...]
    sampled: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.agents:
            raise ValueError("an ensemble has at least one agent")
        for agent in self.agents:
            if not isinstance(agent, AgentPolicy):
                raise TypeError(f"an ensemble is of agents that goalgap.load_agent has opened, not of {shown(agent)}")
        known = dict[str, int]()
        for k, agent in enumerate(self.agents, 1):
            if agent.weights and (first := known.setdefault(agent.weights, k)) != k:
                raise ValueError(f"agents {first} and {k} of {len(self.agents)} are one and the same: name each once")
        for agent in self.agents:
            if not agent.network.draws:
                kind = type(agent.model).__name__
                raise ValueError(f"{agent.name} cannot say how sure it is: {kind} knows no chances of its actions")

    @classmethod
    def of(cls, agents: Sequence[AgentPolicy]) -> Ensemble:
        """Agents that act together as the first of them acts."""
        made = cls(f"{len(agents)} agents", tuple(agents))
        first = made.agents[0]
        name = first.name if len(agents) == 1 else made.name
        return replace(made, name=name, sampled=first.sampled, seed=first.seed)

    @property
    def run_fields(self) -> dict[str, Any]:
        """What evaluation records of them: who they are, and how they were trained, as far as they say so.

        Raises:
            ValueError: they were not all trained alike.
        """
        said = [{name: agent.record[name] for name in TRAINED if name in agent.record} for agent in self.agents]
        told = {name: value for fields in said for name, value in fields.items()}
        if any(told[name] != value for fields in said for name, value in fields.items()):
            alike = " and with ".join(str(fields) for fields in said if fields)
            raise ValueError(f"agents of an ensemble were trained alike, not with {alike}")
        members = [{"agent": agent.name, "weights": agent.weights} for agent in self.agents]
        return {"deterministic": not self.sampled, "details": {"agents": members}, **told}

    def think(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_], keys: Any) -> Thought:
        """What they make of observations, uint8, shape (n, *observation shape).

        Args:
            state: None before the first step, then that of the last thought.
            episode_start: bool, shape (n,).
            keys: of the levels, as of `AgentPolicy.on_levels`.
        """
        step, inner = state or (0, [None] * len(self.agents))
        each = zip(self.agents, inner, strict=True)
        told = [agent.logits(obs, own, episode_start, agent.raw_network) for agent, own in each]
        logits = np.stack([own for own, _ in told])
        with np.errstate(divide="ignore"):
            together = np.log(probabilities(logits).mean(0))
        if self.sampled:
            actions = drawn(together, shares(self.seed, keys, np.array([step]), ACTION))
        else:
            actions = together.argmax(1)
        return Thought(logits, actions, (step + 1, [own for _, own in told]))

    def on_levels(self, keys: NDArray[np.uint64]) -> EnsembleOnLevels:
        """The policy that plays one episode on each level."""
        return EnsembleOnLevels(self.name, self, keys)

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        """As of `AgentPolicy`."""
        return self.on_levels(np.arange(len(obs), dtype=np.uint64))(obs, state, episode_start)


@dataclass(frozen=True)
class EnsembleOnLevels:
    """An ensemble on levels that it knows by their keys."""

    name: str
    ensemble: Ensemble
    keys: NDArray[np.uint64]

    def __call__(self, obs: NDArray[np.uint8], state: Any, episode_start: NDArray[np.bool_]) -> tuple[Actions, Any]:
        """Actions, int64, shape (n,), for observations, uint8, shape (n, *observation shape)."""
        thought = self.ensemble.think(obs, state, episode_start, self.keys)
        return thought.actions, thought.state
