"""Is the measurement right about agents whose goal is known? Each plays a pool of levels, and is judged on many trials.

A trial is an agent's episodes on some levels of each split, drawn from the pool with replacement.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...envs.engine.task import Task
from ...eval.measures.arrays import LevelValues, arranged
from ...eval.measures.catalogue import Measure, computed
from ...eval.measures.definitions import GAPS
from ...eval.measures.findings import findings
from ...eval.measures.outcomes import outcome_names
from ...eval.play.rollout import evaluate
from .agents import Class, Known

GOAL_GAP = Measure("gap", name="goal")
RIGHT = 0.99  # of the trials
SOUND, AIMLESS = 0.03, 0.08  # the largest goal gap of who wants what is intended, and of who wants nothing
RECOVERED = 0.03  # how far a pursuit share may be from what it is by its making
EXACTLY = 1e-12


@dataclass(frozen=True)
class Judged:
    """What the measurement says of a known agent.

    Attributes:
        classes: how many trials were given each class.
        learned, gap, shares: on the whole pool, the score on what it was trained on, the goal gap and pursuit shares.
        gaps: the goal gap of each trial, shape (trials,).
        leftover: the most by which the gaps of a trial miss the shortfall.
    """

    agent: Known
    classes: Counter[Class]
    learned: float
    gap: float
    shares: dict[str, float]
    gaps: NDArray[np.float64]
    leftover: float

    @property
    def faults(self) -> list[str]:
        """What is not as it must be, in words."""
        bound = {"sound": SOUND, "aimless": AIMLESS, "": np.inf}[self.agent.gap]
        away = {goal: self.shares[goal] - share for goal, share in self.agent.shares.items()}
        return [
            *([f"right in {self.right:.1%} of the trials"] if self.right < RIGHT else []),
            *([f"a goal gap of {self.gap:.3f}, asked for {bound}"] if abs(self.gap) > bound else []),
            *(f"the share of {goal} is off by {off:.3f}" for goal, off in away.items() if abs(off) > RECOVERED),
            *([f"the gaps miss the shortfall by {self.leftover:.1e}"] if self.leftover > EXACTLY else []),
        ]

    @property
    def right(self) -> float:
        """The share of trials whose class is one that is right."""
        return sum(self.classes[one] for one in self.agent.expected) / self.classes.total()


def judged(task: Task, agent: Known, pool: int = 1000, trials: int = 1000, levels: int = 200) -> Judged:
    """Play the levels 0 .. pool-1 of each split, and judge `trials` trials of so many levels."""
    values = arranged(evaluate(task, agent.policy, pool))
    drawn, whole = resampled(values, trials, levels), computed(values)
    measured = computed(drawn, kinds=("gap", "shortfall"))
    parts = sum(measured[Measure("gap", name=name)] for name in GAPS if Measure("gap", name=name) in measured)
    names = outcome_names(values.game)
    return Judged(
        agent, Counter((finding.kind, finding.goal) for finding in findings(drawn)),
        float(whole[Measure("learned")][0]), float(whole[GOAL_GAP][0]),
        {name: float(whole[Measure("pursuit", "deploy", name)][0]) for name in names},
        measured[GOAL_GAP], float(abs(parts - measured[Measure("shortfall")]).max()),
    )  # fmt: skip


def resampled(values: LevelValues, trials: int, levels: int, seed: int = 0) -> LevelValues:
    """Trials of one agent, one after the other where training seeds stand."""
    rng = np.random.default_rng(seed)
    drawn = {
        split: array[0][rng.integers(0, array.shape[1], (trials, levels))] for split, array in values.values.items()
    }
    return replace(values, seeds=tuple(range(trials)), values=drawn)
