"""Opening: the network that a manifest declares, with the weights beside it, held to what agents' files may hold."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete
from stable_baselines3.common.base_class import BaseAlgorithm

from ...choices import choose, shown
from ..reading.arguments import POLICY, checked
from ..reading.building import build, model_of
from ..reading.declared import DTYPES, VALUES, Declared
from ..reading.errors import part
from ..reading.known import POLICIES
from .manifest import Network, Space
from .weights import SafeWeights


def bundled_model(network: Network, weights: bytes, kind: Any) -> BaseAlgorithm:
    """The model of an algorithm, given by its class.

    Raises:
        UnknownPartError: its network is built of something that is not known here.
        ValueError: the weights are not those of the network, or not finite.
    """
    with part("network"):
        declared = _declared(network, kind.__name__)
    with part("weights"):
        policy = build(declared, SafeWeights(weights))
    return model_of(kind, declared, policy)


def _declared(network: Network, algorithm: str) -> Declared:
    policies = {policy.__name__: policy for policy in POLICIES[algorithm]}
    policy = policies[choose(f"policy of {algorithm}", network.policy, list(policies))]
    arguments = checked(POLICY, network.arguments)
    return Declared(policy, arguments, _box(network.observations), Discrete(network.actions))


def _box(space: Space) -> Box:
    if space.dtype not in DTYPES or prod(space.shape) > VALUES:
        raise ValueError(f"observations are at most {VALUES} of {', '.join(DTYPES)}, not {shown(space)}")
    return Box(space.low, space.high, space.shape, np.dtype(space.dtype).type)
