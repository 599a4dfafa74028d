"""Mitigations by name: the change of a recipe that each stands for, as it is typed after `--recipe`. No torch here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..choices import choose
from ..terms import NONE
from .changes import typed
from .curricula.settings import METHODS

MITIGATIONS: dict[str, str] = {
    **{method: f"curriculum=method:{method}" for method in METHODS},
    "dropout": "dropout=0.1",  # as Cobbe et al. 2019 found best, like the decay
    "weight-decay": "weight_decay=0.0001",
    "shift": "augment=shift",
    "cutout": "augment=cutout",
}
NAMES = (NONE, *MITIGATIONS)
NAMED = {change: name for name, change in MITIGATIONS.items()}  # by what is typed
LONGEST = 80  # characters of one that a name tells
FIELDS = tuple(dict.fromkeys(change.partition("=")[0] for change in MITIGATIONS.values()))  # of recipes


def mitigated(changes: tuple[str, ...], mitigation: str | None) -> tuple[str, ...]:
    """Changes of a recipe, and that of a mitigation, if there is one; ValueError lists those that there are.

    One with other constants is itself such a change: dropout=0.2, or curriculum=method:accel,score:oracle-latest.
    """
    if mitigation and "=" in mitigation:
        choose("field of a mitigation", mitigation.partition("=")[0], FIELDS)
        return (*changes, mitigation)
    name = choose("mitigation", NONE if mitigation is None else mitigation, NAMES)
    return changes if name == NONE else (*changes, MITIGATIONS[name])


def mitigations_of(recipe: Mapping[str, Any]) -> Iterator[str]:
    """What a recipe, as data, mitigates by: names, or changes where constants are others. It may be a stranger's."""
    for name in FIELDS:
        if value := recipe.get(name):
            try:
                change = f"{name}={typed(name, value)}"
            except (TypeError, ValueError):  # of no curriculum that there is
                continue
            if len(change) <= LONGEST and change.isprintable():
                yield NAMED.get(change, change)
