"""How agents learn: one file an algorithm, with its recipe, how it is built and where its class is loaded from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...choices import choose
from .a2c import A2CRecipe
from .ars import ARSRecipe
from .dqn import DQNRecipe
from .ppo import PPORecipe
from .qrdqn import QRDQNRecipe
from .recipe import Recipe
from .recurrent_ppo import RecurrentPPORecipe
from .trpo import TRPORecipe

KINDS = (PPORecipe, RecurrentPPORecipe, A2CRecipe, TRPORecipe, DQNRecipe, QRDQNRecipe, ARSRecipe)
ALGORITHMS: dict[str, type[Recipe]] = {kind.algorithm: kind for kind in KINDS}


def algorithm_named(name: Any) -> type[Recipe]:
    """The recipes of an algorithm; ValueError lists the algorithms there are."""
    return ALGORITHMS[choose("algorithm", name, ALGORITHMS)]


def model_class(name: Any) -> Any:
    """The class of stable-baselines3 that an agent is loaded by; ValueError lists the algorithms there are."""
    return algorithm_named(name).model_class()


def recipe_of(data: Mapping[str, Any]) -> Recipe:
    """The recipe that `Recipe.as_data` wrote; ValueError or TypeError where it is none."""
    changes = dict(data)
    return algorithm_named(changes.pop("algorithm", None))(**changes)
