"""Mitigations by name: the change of a recipe that each stands for, as it is typed after `--recipe`. No torch here."""

from __future__ import annotations

from ..choices import choose
from ..terms import NONE
from .curricula.settings import METHODS

MITIGATIONS: dict[str, str] = {
    **{method: f"curriculum=method:{method}" for method in METHODS},
    "dropout": "dropout=0.1",  # as Cobbe et al. 2019 found best, like the decay
    "weight-decay": "weight_decay=1e-4",
    "shift": "augment=shift",
    "cutout": "augment=cutout",
}
NAMES = (NONE, *MITIGATIONS)


def mitigated(changes: tuple[str, ...], mitigation: str | None) -> tuple[str, ...]:
    """Changes of a recipe, and that of a mitigation, if there is one; ValueError lists those that there are."""
    name = choose("mitigation", NONE if mitigation is None else mitigation, NAMES)
    return changes if name == NONE else (*changes, MITIGATIONS[name])
