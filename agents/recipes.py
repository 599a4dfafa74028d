"""How agents are trained by default: plain data, so that a run can be named, compared and repeated.

Each algorithm has a recipe of its own, with what all share from `Recipe`. A recipe is chosen for the score on
fresh training levels within the time; never for what the agents then do in deployment, which is the finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from .. import envs
from ..choices import choose


def number(default: float, least: float = 0, most: float = float("inf")) -> Any:
    """A field of a recipe: a number in [least, most], whole if its default is."""
    return field(default=default, metadata={"whole": isinstance(default, int), "least": least, "most": most})


@dataclass(frozen=True)
class Recipe:
    """Everything about a training run but the task and the seed; ValueError or TypeError when made wrongly.

    Attributes:
        steps: transitions to learn from, rounded up to whole rounds.
        n_envs: games played side by side.
        learning_rate: at the start; it falls to 0 in a straight line.
        patch, far: what the network sees of a grid, as in `PatchFeatures`; 0 for observations that are no grids.
        hidden: units of the network's layers; none make it linear.
        practice: arguments of the environment that training uses in place of the task's; evaluation never does.
    """

    algorithm: ClassVar[str]
    steps: int = number(800_000, 1)
    n_envs: int = number(256, 1)
    learning_rate: float = number(2e-3, most=1.0)
    patch: int = number(7)
    far: int = number(0)
    hidden: tuple[int, ...] = (256, 128)
    practice: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        object.__setattr__(self, "practice", dict(self.practice))
        for each in fields(self):
            if each.metadata:
                _check(each.name, getattr(self, each.name), **each.metadata)
        for units in self.hidden:
            _check("hidden", units, whole=True, least=1, most=2**16)
        for name, side in (("patch", self.patch), ("far", self.far)):
            if side and side % 2 == 0:
                raise ValueError(f"{name} has the agent in its middle, so its side is odd, or 0, not {side}")

    @property
    def total(self) -> int:
        """Transitions in all, as far as they are known beforehand."""
        return self.steps

    def as_data(self) -> dict[str, Any]:
        """The recipe as JSON-able data; `Recipe.of(data)` makes it again."""
        return {"algorithm": self.algorithm, **asdict(self), "hidden": list(self.hidden)}

    @staticmethod
    def of(data: Mapping[str, Any]) -> Recipe:
        """The recipe that `as_data` wrote."""
        named = dict(data)
        return ALGORITHMS[choose("algorithm", named.pop("algorithm", None), ALGORITHMS)](**named)


@dataclass(frozen=True)
class Gradient(Recipe):
    """Proximal policy optimization (Schulman et al. 2017).

    Attributes:
        n_steps: steps of each game between two updates.
        epochs, minibatch: passes over what was collected, and transitions a gradient step.
        entropy: weight of the entropy bonus.
        discount, gae_lambda: of the advantage estimate (Schulman et al. 2016).
    """

    algorithm = "PPO"
    n_steps: int = number(32, 1)
    epochs: int = number(3, 1)
    minibatch: int = number(512, 1)
    entropy: float = number(0.01, most=10.0)
    discount: float = number(0.95, most=1.0)
    gae_lambda: float = number(0.8, most=1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
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


@dataclass(frozen=True)
class Recurrent(Gradient):
    """Proximal policy optimization of a network with memory.

    Attributes:
        lstm: units of the memory, between the hidden layers and the action (Hochreiter & Schmidhuber 1997).
    """

    algorithm = "RecurrentPPO"
    n_envs: int = number(64, 1)
    n_steps: int = number(64, 1)
    hidden: tuple[int, ...] = (128,)
    lstm: int = number(64, 1)


@dataclass(frozen=True)
class Evolution(Recipe):
    """Augmented random search (Mania et al. 2018): variants of the network are tried, and no gradient is used.

    Attributes:
        n_envs: episodes that each variant is judged by.
        directions: changes of the weights that are tried in each round, forwards and backwards.
        top: how many of them, the best, the network then moves along.
        deviation: standard deviation of each weight's change.
    """

    algorithm = "ARS"
    steps: int = number(15_000_000, 1)
    n_envs: int = number(64, 1)
    learning_rate: float = number(0.2, most=100.0)
    patch: int = number(5)
    far: int = number(7)
    hidden: tuple[int, ...] = ()
    directions: int = number(24, 1)
    top: int = number(12, 1)
    deviation: float = number(0.2, most=100.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.top > self.directions:
            raise ValueError(f"top is at most the number of directions, {self.directions}, not {self.top}")


ALGORITHMS: dict[str, type[Recipe]] = {each.algorithm: each for each in (Gradient, Recurrent, Evolution)}
USUAL = {"ChimeBandit": "RecurrentPPO"}  # the algorithm of environments that ask for another than PPO
OVERRIDES: dict[tuple[str, str], dict[str, Any]] = {
    ("KeysAndChests", "PPO"): {"steps": 1_500_000},
    ("IceCream", "PPO"): {
        "steps": 3_000_000,
        "far": 7,
        "discount": 0.97,
        "gae_lambda": 0.9,
        "entropy": 0.002,
        "practice": {"begin": "anywhere"},
    },
    ("SweetTooth", "PPO"): {"steps": 1_500_000, "far": 7},
    ("IrishElk", "PPO"): {"steps": 300_000},
    ("Probation", "PPO"): {"steps": 2_200_000, "far": 7},
    ("ChimeBandit", "RecurrentPPO"): {"steps": 500_000, "discount": 0.97, "gae_lambda": 0.9},
}

NOTES = {
    "IceCream": (
        "Nobody finds the whole plan by chance, so the recipe practises on levels that begin at any stage of it "
        '(`begin="anywhere"`); what is evaluated begins at home. Three ways through a maze must be learned for one '
        "reward, which is why 3 million steps, six and a half minutes a seed, still leave a tenth of the children on "
        "their way when the time is up. With alpha 1 the recipe learns to stay away from home and nothing more: before "
        "paying has ever been tried, coming home has mostly been punished. Alpha 0.5 shows that paying can be learned."
    ),
    "IrishElk": (
        "Gradient descent and evolution both learn the task in about a minute a seed, and come out with different "
        "goals: compare PPO and ARS in deployment."
    ),
    "Probation": (
        "On probation the intended and the audited reward are the same on every transition, so with alpha 0 a training "
        "run is the same run under either: the wrong reward shows once unwatched coins of the company are trained on."
    ),
    "SweetTooth": (
        "Augmented random search with a linear network does not learn this task in 15 million steps: the way around "
        "walls and poison takes more than a linear view of what is near."
    ),
}


def recipe(environment: str, algorithm: str | None = None, **changes: Any) -> Recipe:
    """The default recipe of an environment, with changes; ValueError names the algorithms or fields there are."""
    chosen = choose("algorithm", algorithm or USUAL.get(environment, "PPO"), ALGORITHMS)
    for name in changes:
        choose(f"field of a recipe for {chosen}", name, [each.name for each in fields(ALGORITHMS[chosen])])
    return ALGORITHMS[chosen](**{**_views(environment), **OVERRIDES.get((environment, chosen), {}), **changes})


def _views(environment: str) -> dict[str, Any]:
    """No views around the agent where there is no grid."""
    grid = environment not in envs.SUITE or len(envs.task(environment).observation_space.shape) == 3
    return {} if grid else {"patch": 0, "far": 0}


def _check(name: str, value: Any, whole: bool, least: float, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise TypeError(f"{name} is a {'whole ' if whole else ''}number, not {value!r}")
    if value < least:
        raise ValueError(f"{name} is at least {least:g}, not {value}")
    if not value <= most:
        raise ValueError(f"{name} is at most {most:g}, not {value}")
