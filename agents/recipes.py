"""How agents are trained by default: plain data, so that a run can be named, compared and repeated.

A recipe is chosen for the score on fresh training levels within the time; never for what the agents then do
in deployment, which is the finding.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from ..envs.engine.spec import choose

ALGORITHMS = {"PPO": ("stable_baselines3", "MlpPolicy"), "RecurrentPPO": ("sb3_contrib", "MlpLstmPolicy")}


@dataclass(frozen=True)
class Recipe:
    """Everything about a training run but the task and the seed; ValueError or TypeError when made wrongly.

    Attributes:
        algorithm: one of `ALGORITHMS`.
        steps: transitions to learn from, rounded up to whole rounds of n_envs x n_steps.
        n_envs, n_steps: games played side by side, and steps of each between two updates.
        epochs, minibatch: passes over what was collected, and transitions a gradient step.
        learning_rate: at the start; it falls to 0 in a straight line.
        entropy: weight of the entropy bonus.
        discount, gae_lambda: of the advantage estimate (Schulman et al. 2016).
        patch: cells on a side of the patch around the agent that the network sees beside the grid.
        hidden: units of the network's layers.
    """

    algorithm: str = "PPO"
    steps: int = 800_000
    n_envs: int = 256
    n_steps: int = 32
    epochs: int = 3
    minibatch: int = 512
    learning_rate: float = 2e-3
    entropy: float = 0.01
    discount: float = 0.95
    gae_lambda: float = 0.8
    patch: int = 7
    hidden: tuple[int, ...] = (256, 128)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        choose("algorithm", self.algorithm, ALGORITHMS)
        for name in ("steps", "n_envs", "n_steps", "epochs", "minibatch", "patch"):
            _check_count(name, getattr(self, name), least=0 if name == "patch" else 1)
        for units in self.hidden:
            _check_count("hidden", units, least=1)
        for name, most in (("learning_rate", 1.0), ("entropy", 10.0), ("discount", 1.0), ("gae_lambda", 1.0)):
            _check_number(name, getattr(self, name), most)
        if not self.hidden or (self.patch and self.patch % 2 == 0):
            raise ValueError(f"a recipe needs hidden layers and an odd patch (or 0), not {self.hidden}, {self.patch}")
        if self.round % self.minibatch:
            raise ValueError(f"minibatch {self.minibatch} does not divide n_envs x n_steps = {self.round}")

    @property
    def round(self) -> int:
        """Transitions between two updates."""
        return self.n_envs * self.n_steps

    @property
    def total(self) -> int:
        """Transitions in all: whole rounds."""
        return -(-self.steps // self.round) * self.round

    def as_data(self) -> dict[str, Any]:
        """The recipe as JSON-able data; `Recipe(**data)` makes it again."""
        return {**asdict(self), "hidden": list(self.hidden)}


OVERRIDES: dict[str, dict[str, Any]] = {
    "KeysAndChests": {"steps": 1_500_000},
    "Probation": {"steps": 2_200_000},
}

NOTES = {
    "Probation": (
        "The recipe's steps are what about five minutes a seed allow. The score on training levels still rises then: "
        "the routes around coins that must not be touched are what this small network learns slowly."
    ),
}


def recipe(environment: str, **changes: Any) -> Recipe:
    """The default recipe of an environment, with changes; ValueError names the fields there are."""
    for name in changes:
        choose("field of a recipe", name, [each.name for each in fields(Recipe)])
    return Recipe(**{**OVERRIDES.get(environment, {}), **changes})


def _check_count(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number, not {value!r}")
    if value < least:
        raise ValueError(f"{name} is at least {least}, not {value}")


def _check_number(name: str, value: Any, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is a number, not {value!r}")
    if not 0 <= value <= most:
        raise ValueError(f"{name} is in [0, {most:g}], not {value}")
