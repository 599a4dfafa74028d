"""Parts of networks that users write themselves: policies and feature extractors, named as MODULE:CLASS.

Their modules are imported where a user names them, in a recipe or by `trust`, and only there: a file or a record that
names a class imports nothing, and its class must be among those that are trusted by whoever opens it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.preprocessing import is_image_space, preprocess_obs
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecTransposeImage

from ..choices import shown
from ..envs.engine.batch import Batch
from ..envs.engine.task import Task
from ..importing import import_named
from .algorithms.recipe import Recipe
from .network import Network
from .reading.building import model_of, read_model
from .reading.declared import Declared
from .reading.known import POLICIES

BASES = {kinds[0] for kinds in POLICIES.values()}  # what a policy of each algorithm derives from


def own_extractor(name: str) -> type[BaseFeaturesExtractor]:
    """The feature extractor at MODULE:CLASS; ValueError or TypeError where there is none."""
    found: type[BaseFeaturesExtractor] = _own("extractor", name, BaseFeaturesExtractor)
    return found


def own_policy(name: str, algorithm: str) -> type[BasePolicy]:
    """The policy at MODULE:CLASS; ValueError or TypeError where there is none, or it is of another algorithm."""
    found: type[BasePolicy] = _own("policy", name, base := POLICIES[algorithm][0])
    if next(kind for kind in found.__mro__ if kind in BASES) is not base:
        raise ValueError(f"policy {name} is of another algorithm than {algorithm}: derive it from {base.__name__}")
    return found


def trusted(named: Iterable[str | type[Any]]) -> tuple[type[Any], ...]:
    """Classes that a user trusts, given themselves or as MODULE:CLASS.

    Raises:
        ValueError: one is not there.
        TypeError: one is neither a policy nor a feature extractor, or they are given as one text.
    """
    if isinstance(named, str):
        raise TypeError(f"trust is a list of classes, or of names as MODULE:CLASS, not {shown(named)}")
    return tuple(_own("class", each, (BasePolicy, BaseFeaturesExtractor)) for each in named)


def _own(what: str, named: str | type[Any], base: Any) -> Any:
    found = import_named(what, named) if isinstance(named, str) else named
    if not isinstance(found, type):
        raise TypeError(f"{what} {shown(named)} is no class, but {shown(found)}")
    if not issubclass(found, base):
        allowed = " or ".join(kind.__name__ for kind in (base if isinstance(base, tuple) else (base,)))
        raise TypeError(f"{what} {shown(named)} does not derive from stable-baselines3's {allowed}")
    return found


def check_own_parts(recipe: Recipe, task: Task) -> None:
    """Build the network of the user's own parts, let it act, save it, and read it again, before any training.

    Raises:
        ValueError, TypeError: one of these fails; the message says how such a class is written.
    """
    if not recipe.own:
        return
    space, obs = _seen(task)
    with torch.random.fork_rng(devices=[]):
        if recipe.extractor:
            _check_extractor(recipe.extractor, own_extractor(recipe.extractor), space, obs)
        _check_network(recipe, task, space, obs)


def _seen(task: Task) -> tuple[Any, NDArray[Any]]:
    """The space of a task and two observations, as stable-baselines3 shows them to a network."""
    space, obs = task.observation_space, Batch.of(task, [0, 1]).observe()
    if is_image_space(space):
        return VecTransposeImage.transpose_space(space), VecTransposeImage.transpose_image(obs)
    return space, obs


def _check_extractor(name: str, kind: type[BaseFeaturesExtractor], space: Any, obs: NDArray[Any]) -> None:
    """ValueError unless it is built of the space alone and gives as many features as it says."""
    with _told(name, "is to be built as Extractor(observation_space), its other arguments having defaults"):
        extractor = kind(space)
    with _told(name, "is to make features of observations"), torch.no_grad():
        features = extractor(preprocess_obs(torch.as_tensor(obs), space))
    shape, expected = tuple(getattr(features, "shape", ())), (2, extractor.features_dim)
    if shape != expected:
        raise ValueError(
            f"{name} says that its features_dim is {extractor.features_dim}, so of 2 observations its features have "
            f"shape {expected}, not {shape}: pass the right number to super().__init__(observation_space, features_dim)"
        )


def _check_network(recipe: Recipe, task: Task, space: Any, obs: NDArray[Any]) -> None:
    names, arguments = " and ".join(recipe.own), recipe.network(task)
    model, found = recipe.model_class(), recipe.policy_class()
    kind = model.policy_aliases[found] if isinstance(found, str) else found
    with _told(names, "is to be built as Policy(observation_space, action_space, lr_schedule, **policy_kwargs)"):
        policy = kind(space, task.action_space, lambda _: 0.0, **arguments)
    with _told(names, "is to act on observations"):
        Network(policy, rows=len(obs))(obs, None, np.ones(len(obs), np.bool_))
    if wrong := [name for name, part in policy.state_dict().items() if part.dtype != torch.float32]:
        raise ValueError(
            f"{names}: weights and buffers that are saved are float32, and {', '.join(wrong)} is not; "
            "register_buffer(..., persistent=False) keeps what need not be saved"
        )
    file = BytesIO()
    with _told(names, "is to be saved and opened again"):
        model_of(model, Declared(kind, arguments, space, task.action_space), policy).save(file)
        read_model(file.getvalue(), model, trusted(recipe.own))


@contextmanager
def _told(name: str, expected: str) -> Iterator[None]:
    """Within, whatever a user's class raises is told with its name and what is expected of it."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{name} {expected}: {type(error).__name__}: {error}") from error
