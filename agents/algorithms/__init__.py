"""How agents learn: one file an algorithm, with its recipe, how it is built and where its class is loaded from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...choices import choose
from .ars import ARSRecipe
from .ppo import PPORecipe
from .recipe import Recipe
from .recurrent_ppo import RecurrentPPORecipe

ALGORITHMS: dict[str, type[Recipe]] = {kind.algorithm: kind for kind in (PPORecipe, RecurrentPPORecipe, ARSRecipe)}


def algorithm_named(name: Any) -> type[Recipe]:
    """The recipes of an algorithm; ValueError lists the algorithms there are."""
    return ALGORITHMS[choose("algorithm", name, ALGORITHMS)]


def recipe_of(data: Mapping[str, Any]) -> Recipe:
    """The recipe that `Recipe.as_data` wrote; ValueError or TypeError where it is none."""
    changes = dict(data)
    return algorithm_named(changes.pop("algorithm", None))(**changes)
