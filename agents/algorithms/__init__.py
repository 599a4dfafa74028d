"""How agents learn: one file an algorithm, with its recipe, how it is built and where its class is loaded from.

Agents that other algorithms trained are loaded and evaluated too: `LOADED` names all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ...choices import choose
from .ars import ARSRecipe
from .ppo import PPORecipe
from .recipe import Recipe
from .recurrent_ppo import RecurrentPPORecipe

ALGORITHMS: dict[str, type[Recipe]] = {kind.algorithm: kind for kind in (PPORecipe, RecurrentPPORecipe, ARSRecipe)}
OTHERS = {"A2C": "stable_baselines3", "DQN": "stable_baselines3", "QRDQN": "sb3_contrib", "TRPO": "sb3_contrib"}
LOADED = (*ALGORITHMS, *OTHERS)


def algorithm_named(name: Any) -> type[Recipe]:
    """The recipes of an algorithm; ValueError lists the algorithms there are."""
    return ALGORITHMS[choose("algorithm", name, ALGORITHMS)]


def model_class(name: Any) -> Any:
    """The class of stable-baselines3 that an agent is loaded by; ValueError lists the algorithms there are."""
    chosen = choose("algorithm", name, LOADED)
    return ALGORITHMS[chosen].model_class() if chosen in ALGORITHMS else getattr(import_module(OTHERS[chosen]), chosen)


def recipe_of(data: Mapping[str, Any]) -> Recipe:
    """The recipe that `Recipe.as_data` wrote; ValueError or TypeError where it is none."""
    changes = dict(data)
    return algorithm_named(changes.pop("algorithm", None))(**changes)
