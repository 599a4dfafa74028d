"""The buffer of a curriculum: the scores and priorities of levels, and which it keeps."""

from __future__ import annotations

import numpy as np
import pytest
from chosen import TASK, visit

from goalgap.agents.curricula.buffer import NOWHERE, LevelBuffer, Visit
from goalgap.agents.curricula.settings import Curriculum
from goalgap.envs.engine.levels import draw_levels


def buffer(scores, **changes):
    """A buffer whose levels, of the seeds 0, 1, ..., have these scores, and were never played again."""
    levels = draw_levels(TASK, np.arange(len(scores)))
    made = LevelBuffer(Curriculum.of({"method": "plr", "score": "positive-value-loss", **changes}), levels)
    made.kept["loss"], made.kept["played"] = scores, 1
    return made


def tried(seeds, losses):
    """New levels of these seeds, their optima, and what one episode on each came to."""
    full = np.ones(len(seeds))
    return draw_levels(TASK, np.array(seeds)), full, visit(0.0 * full, losses * full)


def test_probabilities_are_those_of_the_formula():
    made = buffer([0.1, 0.4, 0.2], temperature=0.5, staleness=0.25)
    made.round, made.kept["visit"] = 5, [1, 5, 4]
    ranked = np.array([1 / 3, 1 / 1, 1 / 2]) ** 2
    expected = 0.75 * ranked / ranked.sum() + 0.25 * np.array([4, 0, 1]) / 5
    assert made.probabilities() == pytest.approx(expected)


def test_draws_are_different_levels_in_proportion_to_their_probabilities():
    made, rng = buffer([0.1, 0.4, 0.2], temperature=2.0, staleness=0.0), np.random.default_rng(0)
    drawn = np.array([made.choose(1 - rng.random(3), 2) for _ in range(4000)])
    assert (drawn[:, 0] != drawn[:, 1]).all()
    first = np.bincount(drawn[:, 0]) / len(drawn)
    assert first == pytest.approx(made.probabilities(), abs=0.03)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("max-latest", [0.75 - 0.25, 0.0]),
        ("oracle-latest", [1.0 - 0.25, 0.0]),
        ("positive-value-loss", [0.0, 0.0]),
        ("learnability", [2.5 / 7 * 4.5 / 7, 0.0]),  # (0 + 2 x 0.75 + 4 x 0.25) / 7 is solved
    ],
)
def test_scores_after_three_episodes_on_one_level(score, expected):
    made = LevelBuffer(Curriculum.of({"method": "plr", "score": score}), draw_levels(TASK, np.arange(2)))
    made.kept["optimum"] = 1.0
    for value in (0.0, 0.75, 0.25):
        made.tell(np.array([0]), visit([value]))
    assert made.scores() == pytest.approx(expected)


def test_what_was_learned_can_be_learned_no_more():
    made = LevelBuffer(Curriculum.of({"method": "plr", "score": "learnability"}), draw_levels(TASK, np.arange(1)))
    for value in (0.0, 1.0):
        for _ in range(50):
            made.tell(np.array([0]), visit([value]))
    assert made.scores() == pytest.approx([0.0])


def test_the_latest_return_is_the_mean_of_a_visit_and_the_best_is_of_one_episode():
    """As Abdel Sadek et al. 2025 have it: a level that is solved now and then has a score when it was seen but once."""
    made = LevelBuffer(Curriculum.of({"method": "plr"}), draw_levels(TASK, np.arange(2)))
    returns = np.array([0.75, 0.25, 0.5, 0.0])
    made.tell(np.array([1, 0]), Visit.of(np.array([0, 1, 0, 1]), returns, np.zeros(4), np.zeros(2)))
    assert made.kept["best"].tolist() == [0.25, 0.75]
    assert made.kept["latest"].tolist() == [0.125, 0.625]
    assert made.scores() == pytest.approx([0.125, 0.125])
    twice = Visit.of(np.zeros(2, int), returns[[0, 3]], np.zeros(2), np.zeros(1))
    made.insert(draw_levels(TASK, np.array([7])), np.ones(1), twice)
    assert sorted(made.scores().tolist()) == pytest.approx([0.125, 0.375])


def test_a_negative_return_is_the_best_where_it_is_the_only_one():
    made = LevelBuffer(Curriculum.of({"method": "plr"}), draw_levels(TASK, np.arange(2)))
    made.tell(np.array([1]), visit([-2.0]))
    made.tell(np.array([1]), visit([-3.0]))
    assert made.kept["best"].tolist() == [0.0, -2.0]
    assert made.scores().tolist() == [0.0, 1.0]


def test_new_levels_take_the_places_of_the_least_likely_only_where_they_score_higher():
    made = buffer([0.5, 0.1, 0.3, 0.2])
    made.insert(*tried([10, 11], losses=0.15))
    # of the two least likely levels, 1 (0.1) and 3 (0.2), and the two new ones (0.15), 3 and a new one are left
    assert sorted(made.levels["seed"].tolist()) == [0, 2, 3, 11]
    assert made.find(np.array([11, 1, 0]))[1] == NOWHERE
    assert made.levels["seed"][made.find(np.array([11, 0]))].tolist() == [11, 0]


def test_more_new_levels_than_there_is_room_for():
    made = buffer([0.5, 0.1])
    made.insert(*tried([10, 11, 12, 13], losses=0.3))
    assert len(made.kept) == 2
    assert 0 in made.levels["seed"]


@pytest.mark.parametrize("score", ["max-latest", "oracle-latest"])
def test_what_rounding_leaves_is_no_regret(score):
    made = LevelBuffer(Curriculum.of({"method": "plr", "score": score}), draw_levels(TASK, np.arange(2)))
    value = 0.95**7
    made.kept["optimum"] = value
    made.tell(np.array([0]), Visit.of(np.zeros(3, int), np.full(3, value), np.ones(3), np.zeros(1)))
    made.kept["latest"][0] = value * (1 - 2**-52)
    assert made.kept["best"][0] != made.kept["latest"][0]
    assert made.scores().tolist() == [0.0, 0.0]
