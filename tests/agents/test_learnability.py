"""SFL: what a level teaches, and which levels are kept and played for it."""

from __future__ import annotations

import numpy as np
import pytest
from chosen import NO_LOSSES, TASK, Lucky, results, sampler

import goalgap
from goalgap.agents.curricula.learnability import LearnabilitySampler
from goalgap.agents.curricula.sampler import Played
from goalgap.agents.curricula.scores import solved
from goalgap.agents.curricula.settings import Curriculum
from goalgap.envs.engine.levels import margins


def learning(**changes):
    few = {"buffer": 8, "candidates": 64, "episodes": 2, "every": 1}
    return LearnabilitySampler(TASK, Curriculum.of({"method": "sfl", **few, **changes}), 3)


def test_a_level_is_solved_however_late_where_goals_are_places_and_in_part_elsewhere():
    returns, optima = np.array([0.95**30, 0.0, -1.0, 0.5, 2.0]), np.array([0.95, 0.95, 0.95, 1.0, 0.0])
    assert solved(returns, optima, places=True).tolist() == [1.0, 0.0, 0.0, 1.0, 1.0]
    assert solved(returns, optima, places=False) == pytest.approx([0.95**29, 0.0, 0.0, 0.5, 0.0])
    chests = sampler("sfl", task=goalgap.task("ValueCue"), candidates=8, every=1)
    assert chests._solved(np.array([0.5]), np.array([0.8])) == pytest.approx([0.625])


def test_sfl_keeps_the_levels_of_the_highest_learnability():
    """The formula, worked out once more from the episodes of all candidates."""
    made, lucky, told = learning(), Lucky(), []

    def play(levels):
        told.append((levels, lucky(levels).returns))
        return Played(told[-1][1], np.zeros(len(levels)), np.ones(len(levels), int))

    made.explore(play)
    (levels, first), (same, second) = told
    assert (levels["seed"] == same["seed"]).all()
    share = ((first > 0) * 1.0 + (second > 0)) / 2
    wanted = np.argsort(-share * (1 - share), kind="stable")[:8]
    assert made.buffer.levels["seed"].tolist() == levels["seed"][wanted].tolist()
    assert made.buffer.scores() == pytest.approx((share * (1 - share))[wanted])


def test_the_share_of_levels_that_can_be_learned_rises():
    """Who goes for the cheese half of the time can learn of levels where that makes a difference."""
    made = learning()
    made.explore(Lucky())
    assert (margins(TASK, made.fresh(64)) > 0).mean() < 0.5
    assert made.distinguishing() == 1.0
    played = np.concatenate([made.next_levels(4) for _ in range(100)])
    kept = np.isin(played["seed"], made.buffer.levels["seed"])
    assert kept.mean() == pytest.approx(0.5, abs=0.1)
    counts = np.unique(played["seed"][kept], return_counts=True)[1]
    assert len(counts) == 8
    assert counts.min() > 10
    assert (margins(TASK, played.copy()) > 0).mean() > 0.5


def test_sfl_finds_a_new_buffer_before_the_first_of_so_many_rollouts_and_leaves_it_alone_in_between():
    made, lucky, held = learning(every=3), Lucky(), []
    for _ in range(8):
        made.explore(lucky)
        made.begin_round()
        new = made.next_levels(4)
        made.tell(results(new, [0.0] * 4))
        made.end_round(*NO_LOSSES)
        held.append(tuple(made.buffer.levels["seed"].tolist()))
    assert lucky.calls == 3 * 2
    assert held[0] == held[2] != held[3] == held[5] != held[6] == held[7]
