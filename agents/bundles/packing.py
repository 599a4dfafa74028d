"""Packing: an agent's file becomes a bundle, by its owner or by anyone, since no code of it runs."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import Box

from ...envs.engine.fingerprint import fingerprint
from ..acting import AgentPolicy
from ..loading import load_agent
from ..reading.errors import AgentError
from .cards import trained_on, write
from .manifest import Bundle, Card, Network, Space
from .weights import saved


def pack(agent: Path, card: Card, folder: Path, half: bool = False) -> Bundle:
    """Write an agent as a bundle.

    Args:
        agent: a folder that `train` wrote, or a zip of stable-baselines3.
        card: what its maker says of it.
        folder: a new one.
        half: keep weights in half precision, 16 bits a number.

    Raises:
        FileNotFoundError, AgentError: of the agent, as of `load_agent`; or card and record do not go together.
        StorageError: the folder cannot be written.
    """
    training, played = trained_on(agent, card)
    opened = load_agent(agent, played, algorithm=card.algorithm)
    try:
        weights = saved(opened.network.policy, half)
    except ValueError as error:
        raise AgentError(f"{agent} cannot be packed: {error}") from error
    made = Bundle(
        card=card, environment=played.game.id, fingerprint=fingerprint(played), algorithm=_algorithm(opened),
        network=_network(opened), training=training, weights=sha256(weights).hexdigest(), source=opened.sha256,
    )  # fmt: skip
    write(folder, made, weights)
    return made


def _algorithm(opened: AgentPolicy) -> str:
    return type(opened.model).__name__


def _network(opened: AgentPolicy) -> Network:
    """What declares a network, by the words of stable-baselines3's files: classes by their text."""
    model: Any = opened.model
    space: Box = model.observation_space
    seen = Space(shape=space.shape, dtype=space.dtype.name, low=_one(space.low), high=_one(space.high))
    arguments = _in_text(model.policy_kwargs)
    return Network(
        policy=type(model.policy).__name__, arguments=arguments, observations=seen, actions=int(model.action_space.n)
    )


def _one(bounds: Any) -> float:
    return float(np.unique(bounds).item())


def _in_text(told: Any) -> Any:
    """Arguments as JSON holds them."""
    if isinstance(told, dict):
        return {name: _in_text(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_in_text(value) for value in told]
    return str(told) if isinstance(told, type) else told
