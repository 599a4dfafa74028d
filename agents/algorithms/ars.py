"""Augmented random search (Mania et al. 2018): variants of the network are tried, and no gradient is used.

It suits environments in which a linear view of what is near shows what to do, as in IrishElk, and small mazes; ways
around walls take more than that: SweetTooth is not learned in 15 million steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...envs.engine.task import Task
from ..fields import number
from .recipe import MOST_GAMES, Recipe

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

NOT_LEARNED = ("SweetTooth",)  # as its entry on the board shows


@dataclass(frozen=True)
class ARSRecipe(Recipe):
    """How ARS is trained.

    Attributes:
        n_envs: episodes that each variant is judged by.
        directions: changes of the weights that are tried in each round, forwards and backwards.
        top: how many of them, the best, the network then moves along.
        deviation: standard deviation of each weight's change.
    """

    algorithm = "ARS"
    package = "sb3_contrib"
    steps: int = number(15_000_000, 1)
    n_envs: int = number(64, 1, MOST_GAMES)
    learning_rate: float = number(0.2, most=100.0)
    patch: int = number(5)
    far: int = number(7)
    hidden: tuple[int, ...] = ()
    directions: int = number(24, 1)
    top: int = number(12, 1)
    deviation: float = number(0.2, most=100.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.own:
            raise ValueError("ARS has a network of its own, and takes no policy or extractor of yours: take PPO or DQN")
        if self.top > self.directions:
            raise ValueError(f"top is at most the number of directions, {self.directions}, not {self.top}")

    def build(self, task: Task, seed: int) -> BaseAlgorithm:
        from ..evolution import SideBySideARS

        return SideBySideARS(task, self, seed)

    def unsuited(self, task: Task) -> str:
        hard = task.game.name in NOT_LEARNED and not self.hidden
        return super().unsuited(task) or "its linear network did not learn it in 15 million steps: take PPO" * hard

    def hyperparameters(self) -> dict[str, Any]:
        told = {"n_delta": self.directions, "n_top": self.top, "delta_std": self.deviation}
        return told | {"zero_policy": not self.hidden, "n_eval_episodes": self.n_envs}

    def network(self, task: Task) -> dict[str, Any]:
        from ..features import sight

        return {"net_arch": list(self.hidden), **sight(task, patch=self.patch, far=self.far)[1]}

    def usual_policy(self) -> Any:
        from ..softmax import SoftmaxPolicy

        return SoftmaxPolicy
