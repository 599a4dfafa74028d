"""A network that a file declares is built, and given the weights of the file, once both agree.

It is built twice: first without memory, on torch's device `meta`, where a network of any size costs nothing and tells
the names and shapes of its weights. Only a network whose weights are those of the file is built to be used.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch
from sb3_contrib.ars.policies import ARSPolicy
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from torch.overrides import TorchFunctionMode

from ...choices import shown
from .archive import Archive
from .declared import Declared, read_declared
from .errors import part
from .tensors import WEIGHTS, Weights

MEMBERS, POLICY = 64, "policy.pth"
DATA = 32 * 2**20  # bytes, most of them the last pictures that many games have shown
LARGEST = 2 * WEIGHTS  # bytes of weights and of tables that a network looks things up in


class OnMeta(TorchFunctionMode):
    """Inside, what is on the device `meta` stays there: stable-baselines3 moves what it has built to a processor."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function is torch.Tensor.to and args[0].is_meta:
            return args[0]
        return function(*args, **(kwargs or {}))


class Named(Protocol):
    """Weights by name: `stored` has the shape of each, and `tensor` gives it, or ValueError where it is not finite."""

    @property
    def stored(self) -> Mapping[str, Any]: ...

    def tensor(self, name: str) -> torch.Tensor: ...


def read_model(content: bytes, kind: Any, own: tuple[type[Any], ...] = ()) -> BaseAlgorithm:
    """The model that a zip of stable-baselines3 holds.

    Args:
        content: of the zip.
        kind: the class of the algorithm that trained it.
        own: classes that its network may be built of besides those that are known here.

    Raises:
        UnknownPartError: its network is built of something that is not known here.
        Exception: whatever else is wrong with the zip.
    """
    archive = Archive(content, MEMBERS)
    declared = read_declared(archive.read("data", DATA), kind.__name__, own)
    with part(POLICY):
        policy = build(declared, Weights(archive.read(POLICY, WEIGHTS)), own)
    return model_of(kind, declared, policy)


def model_of(kind: Any, declared: Declared, policy: BasePolicy) -> BaseAlgorithm:
    """The model of an algorithm whose network is there, with its spaces."""
    model: BaseAlgorithm = kind(
        type(policy), None, policy_kwargs=declared.arguments, device="cpu", _init_setup_model=False
    )
    model.observation_space, model.action_space = declared.observation_space, declared.action_space
    model.policy = policy
    return model


def build(declared: Declared, weights: Named, own: tuple[type[Any], ...] = ()) -> BasePolicy:
    """The network that a file declares, with the weights of the file.

    Where it may have classes of the user's `own`, which may not work on `meta`, it is built in memory at once.

    Raises:
        ValueError: the network has other weights than there are, or is too large; or weights are not finite.
        Exception: what its parts raise of their arguments.
    """
    if not own:
        with torch.device("meta"), OnMeta():
            _check(_built(declared), weights)
    policy = _built(declared)
    _check(policy, weights)
    policy.load_state_dict({name: weights.tensor(name) for name in weights.stored})
    policy.set_training_mode(False)
    policy.predict(np.zeros(declared.observation_space.shape, declared.observation_space.dtype))
    return policy


def _built(declared: Declared) -> BasePolicy:
    """The network, not initialized as for training: its weights are given to it."""
    kind, arguments = declared.policy_class, copy.deepcopy(declared.arguments)
    if issubclass(kind, ActorCriticPolicy):
        arguments["ortho_init"] = False
    if not issubclass(kind, ARSPolicy):
        arguments["lr_schedule"] = float
    policy: BasePolicy = kind(declared.observation_space, declared.action_space, **arguments)
    return policy


def _check(planned: BasePolicy, weights: Named) -> None:
    """ValueError unless the weights have the names, shapes and types of the network's, and all fits into memory."""
    own, given = planned.state_dict(), weights.stored
    for name in {**own, **given}:
        if name not in given or name not in own:
            raise ValueError(f"{shown(name)} {'is missing' if name in own else 'is of no part of its network'}")
        if tuple(own[name].shape) != given[name].shape:
            raise ValueError(f"{shown(name)} has shape {given[name].shape}, and is to have {tuple(own[name].shape)}")
    parts = [*planned.parameters(), *planned.buffers()]
    if sum(part.numel() * part.element_size() for part in parts) > LARGEST:
        raise ValueError(f"its network takes more than {LARGEST} bytes")
