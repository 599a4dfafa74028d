"""What tests of curricula share: a task of rare distinguishing levels, samplers of it, and what comes of playing."""

from __future__ import annotations

import numpy as np

import goalgap
from goalgap.agents.curricula.buffer import Visit
from goalgap.agents.curricula.replaying import ReplaySampler
from goalgap.agents.curricula.sampler import Played
from goalgap.agents.curricula.settings import Curriculum
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import Results

TASK = goalgap.task("CheeseCorner", alpha=0.25)
FEW = {"buffer": 8}
NO_LOSSES = np.empty(0, int), np.empty(0)


def visit(returns, losses=0.0):
    """An episode on each of some levels."""
    returns = np.asarray(returns, float)
    return Visit.of(np.arange(len(returns)), returns, returns.clip(0, 1), losses + np.zeros(len(returns)))


def sampler(method="robust-plr", games=4, seed=3, task=TASK, **changes):
    return ReplaySampler(task, Curriculum.of({"method": method, **FEW, **changes}), seed, games)


def results(levels, returns):
    both = np.zeros((len(levels), len(TASK.channels)))
    both[:, TASK.channel] = returns
    return Results(np.array(levels), both, np.ones(len(levels), np.int32), np.zeros(len(levels), bool))


class Lucky:
    """A policy that goes for the corner, but for the cheese in every second episode."""

    def __init__(self):
        self.calls = 0

    def __call__(self, levels):
        self.calls += 1
        batch = Batch.on(TASK, levels)
        batch.play(lambda played: played.best_actions(self.calls % 2))
        return Played(batch.returns[:, TASK.channel].copy(), np.zeros(len(levels)), batch.states["t"])
