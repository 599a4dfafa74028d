"""What every algorithm's recipe shares: plain data, so that a training run can be named, compared and repeated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from ...choices import choose
from ...envs.engine.task import Task
from ...importing import check_path
from ..fields import check_number, check_numbers, number

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.callbacks import BaseCallback

DEVICES = ("cpu", "cuda", "auto")
UNTOLD = ("device",)  # fields that are no part of what a run is known by
OWN = ("policy", "extractor")  # fields that name a class of the user's own
MOST_GAMES = 100_000
LARGEST = 2 * 2**30  # bytes of what is kept to learn from; several seeds are often trained side by side
LATER = (  # fields that records tell only where they say something: they are older
    "before", "curriculum", "dropout", "weight_decay", "augment", *OWN,
)  # fmt: skip


@dataclass(frozen=True)
class Recipe(ABC):
    """Everything about a training run but the task and the seed; ValueError or TypeError when made wrongly.

    Attributes:
        algorithm, package: the class of the trained agent, and where it is imported from.
        draws: whether the trained agent draws its actions, rather than always taking the best.
        remembers: whether its network has a memory.
        steps: transitions to learn from, rounded up to whole rounds.
        n_envs: games played side by side.
        learning_rate: at the start; it falls to 0 in a straight line.
        patch, far: what the network sees of a grid, as in `PatchFeatures`; 0 for observations that are no grids.
        hidden: units of the network's layers; none make it linear.
        practice: arguments of the environment that training uses in place of the task's; evaluation never does.
        device: what the network learns on, one of `DEVICES`: "auto" takes a GPU where torch finds one. A record says
            which it was; it does not count in what a run is known by, so that agents of both are one experiment.
        policy, extractor: classes of the user's own as MODULE:CLASS, in place of the usual ones (`own`); none if empty.
            With an extractor, `hidden` are the layers behind it, and `patch` and `far` are 0.
    """

    algorithm: ClassVar[str]
    package: ClassVar[str]
    draws: ClassVar[bool] = True
    remembers: ClassVar[bool] = False
    steps: int = number(800_000, 1, 10**12)
    n_envs: int = number(256, 1, MOST_GAMES)
    learning_rate: float = number(2e-3, most=1.0)
    patch: int = number(7)
    far: int = number(0)
    hidden: tuple[int, ...] = (256, 128)
    practice: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    policy: str = ""
    extractor: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        object.__setattr__(self, "practice", dict(self.practice))
        choose("device", self.device, DEVICES)
        check_numbers(self)
        for units in self.hidden:
            check_number("hidden", units, whole=True, least=1, most=2**16)
        for name, side in (("patch", self.patch), ("far", self.far)):
            if side and side % 2 == 0:
                raise ValueError(f"{name} has the agent in its middle, so its side is odd, or 0, not {side}")
        for name in OWN:
            if getattr(self, name) != "":
                check_path(name, getattr(self, name))
        if self.extractor and (self.patch or self.far):
            raise ValueError("an extractor of your own sees what it likes: patch and far are 0 with it")

    @property
    def total_steps(self) -> int:
        """Transitions in all, as far as they are known beforehand."""
        return self.steps

    @property
    def own(self) -> tuple[str, ...]:
        """The classes of the user's own that it names."""
        return tuple(name for name in (self.policy, self.extractor) if name)

    @classmethod
    def model_class(cls) -> Any:
        """The class of stable-baselines3 that a saved agent of this algorithm is loaded by."""
        return getattr(import_module(cls.package), cls.algorithm)

    @abstractmethod
    def build(self, task: Task, seed: int) -> BaseAlgorithm:
        """The untrained agent, on games of its own that share no levels with those of other seeds."""

    def network(self, task: Task) -> dict[str, Any]:
        """The arguments of a network that sees what the recipe says, as stable-baselines3's policies take them."""
        from ..features import sight
        from ..own import own_extractor

        if self.extractor:
            return {"features_extractor_class": own_extractor(self.extractor), "net_arch": list(self.hidden)}
        kind, views = sight(task, patch=self.patch, far=self.far, hidden=self.hidden)
        return {"features_extractor_class": kind, "features_extractor_kwargs": views, "net_arch": []}

    @abstractmethod
    def hyperparameters(self) -> dict[str, Any]:
        """What stable-baselines3's class takes besides the network and the learning rate, as plain data."""

    def policy_class(self) -> Any:
        """The class of the network, or stable-baselines3's name for it."""
        from ..own import own_policy

        return own_policy(self.policy, self.algorithm) if self.policy else self.usual_policy()

    def usual_policy(self) -> Any:
        """The same where the user names none."""
        return "MlpPolicy"

    def callbacks(self, task: Task, seed: int) -> list[BaseCallback]:  # noqa: ARG002
        """What training on a task runs between the steps of the algorithm."""
        return []

    def training_task(self, task: Task) -> Task:
        """The task as training plays it, at first; ValueError or TypeError where `practice` does not fit it."""
        return played_with(task, self.practice)

    def unsuited(self, task: Task) -> str:
        """Why an agent will hardly learn a task by this algorithm; empty where nothing is known against it."""
        if "memory" in task.game.tags and not self.remembers:
            return "what is right depends on what was seen before, and its network has no memory: take RecurrentPPO"
        return ""

    def as_data(self) -> dict[str, Any]:
        """The recipe as JSON-able data; `recipe_of` makes it again."""
        said = {name: value for name, value in asdict(self).items() if value or name not in LATER}
        told = {name: value for name, value in said.items() if name not in UNTOLD}
        return {"algorithm": self.algorithm, **told, "hidden": list(self.hidden)}


def quiet(model: BaseAlgorithm) -> BaseAlgorithm:
    """The model, which logs nothing."""
    from stable_baselines3.common.logger import Logger

    model.set_logger(Logger(None, []))
    return model


def check_minibatch(minibatch: int, rollout: int) -> None:
    """ValueError unless a rollout is whole minibatches."""
    if rollout % minibatch:
        raise ValueError(f"minibatch {minibatch} does not divide n_envs x n_steps = {rollout}")


def spaces(task: Task) -> dict[str, Any]:
    """The observation and action space, as JSON-able data."""
    seen = task.observation_space
    return {
        "observation": {"shape": list(seen.shape), "dtype": str(seen.dtype)},
        "actions": int(task.action_space.n),
    }


def played_with(task: Task, arguments: Mapping[str, Any]) -> Task:
    """The task with other arguments of its environment."""
    for name in arguments:
        choose(f"argument of {task.game.name} to practise with", name, [part.name for part in fields(task.settings)])
    played = Task.of(task.game, task.split, task.alpha, task.reward, **{**task.arguments, **arguments})
    if spaces(played) != spaces(task):
        raise ValueError(
            f"practice {dict(arguments)} gives {spaces(played)}, but the agent shall play {spaces(task)}: "
            "practise only with arguments that leave the spaces as they are"
        )
    return played


def check_memory(what: str, kept: int, each: int, advice: str) -> None:
    """ValueError where transitions that are kept to learn from, of so many bytes each, take too much memory."""
    if kept * each > LARGEST:
        raise ValueError(
            f"{what} takes {kept * each / 2**30:.1f} GiB, and at most {LARGEST / 2**30:g} are allowed: take "
            f"{advice.format(LARGEST // each)}"
        )
