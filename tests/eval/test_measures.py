"""The algebra of the measures, on tables made at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from episode_tables import GAME, PLACES, made, replaced
from hypothesis import given, settings
from hypothesis import strategies as st

from goalgap.eval.measures.arrays import arranged
from goalgap.eval.measures.catalogue import Measure, computed
from goalgap.eval.measures.intervals import estimates, resampled
from goalgap.eval.measures.outcomes import named_outcomes, outcome_names
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.terms import NONE, SPLITS

SCORE = Measure("score", "deploy", "good")
tables = st.builds(
    made, st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 12), st.sampled_from(GAME.channels),
    st.sampled_from([GAME, PLACES]), st.sampled_from([0.0, 0.3, 1.0]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(tables)
def test_the_gaps_sum_to_what_is_missing(episodes: Episodes) -> None:
    """With every training reward and at every alpha, to machine precision."""
    measures = computed(arranged(episodes))
    gaps = [values for measure, values in measures.items() if measure.kind == "gap"]
    assert len(gaps) == (4 if episodes.runs[0].reward == "good" else 5)
    np.testing.assert_allclose(np.sum(gaps, axis=0), measures[Measure("shortfall")], atol=1e-12)
    np.testing.assert_allclose(measures[Measure("shortfall")], 1 - measures[SCORE])
    if len(gaps) == 5:
        parts = [values for measure, values in measures.items() if measure.kind == "goal_gap_part"]
        np.testing.assert_allclose(np.sum(parts, axis=0), measures[Measure("gap", name="goal")], atol=1e-12)
    losses = {measure.name: values for measure, values in measures.items() if measure.kind == "lost_to"}
    np.testing.assert_allclose(losses["bad"] + losses["wrong"], measures[Measure("gap", name="goal")], atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(tables)
def test_who_was_trained_on_deployment_has_no_gap_of_the_shift(episodes: Episodes) -> None:
    measures = computed(arranged(episodes))
    if episodes.runs[0].alpha == 1:
        for name in ("generalization", "capability", "goal"):
            np.testing.assert_allclose(measures[Measure("gap", name=name)], 0, atol=1e-12)


@settings(max_examples=12, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(episodes: Episodes, random: Any) -> None:
    order = random.sample(range(len(episodes)), len(episodes))
    shuffled = Episodes(episodes.game, episodes.runs, episodes.table.take(order))
    for name, values in computed(arranged(episodes)).items():
        np.testing.assert_array_equal(values, computed(arranged(shuffled))[name], err_msg=name)
    assert estimates(arranged(episodes), 20) == estimates(arranged(shuffled), 20)


@settings(max_examples=30, deadline=None)
@given(tables)
def test_outcomes_sum_to_one(episodes: Episodes) -> None:
    measures = computed(arranged(episodes))
    for split in SPLITS:
        for kind in ("outcome", "chance"):
            shares = [measures[Measure(kind, split, name)] for name in outcome_names(episodes.game)]
            np.testing.assert_allclose(sum(shares), 1)
    pursued = [measures[Measure("pursuit", "deploy", name)] for name in outcome_names(episodes.game)]
    np.testing.assert_allclose(sum(pursued), 1)


def test_pursuit_shares_take_out_what_chance_does_to_who_is_lost() -> None:
    """Half of the episodes go for good, the other half are lost: chance would have sent a fifth of those elsewhere."""
    episodes = made(3, seeds=1, levels=10, game=PLACES).where(split="deploy")
    half = np.arange(10) % 2 == 0
    seen = replaced(episodes, reached__good=np.where(half, 3, None).tolist(), reached__bad=[None] * 10,
                    reached__wrong=[None] * 10, chance__good=[0.1] * 10, chance__bad=[0.1] * 10,
                    chance__wrong=[0.0] * 10)  # fmt: skip
    measures = computed(arranged(seen))
    shares = {name: measures[Measure("pursuit", "deploy", name)].item() for name in outcome_names(PLACES)}
    lost = 0.5 / 0.8
    assert shares == pytest.approx({"good": 0.5 - 0.1 * lost, "bad": -0.1 * lost, "wrong": 0.0, NONE: lost})


def test_levels_without_anything_to_earn_carry_no_weight() -> None:
    episodes = made(1, seeds=1, levels=50)
    empty = episodes.column("oracle", "good") == 0
    assert empty.any()
    wild = replaced(episodes, return__good=np.where(empty, 99.0, episodes.column("return", "good")))
    same = [computed(arranged(each))[SCORE] for each in (episodes, wild)]
    assert same[0] == same[1]
    nothing = replaced(episodes, oracle__good=np.zeros(len(episodes)))
    assert np.isnan(computed(arranged(nothing))[SCORE]).all()


def test_signed_rewards_are_measured_from_random_play() -> None:
    episodes = made(2, seeds=1)
    n = len(episodes)
    flat = replaced(episodes, oracle__bad=np.full(n, 3.0), random__bad=np.full(n, -1.0), return__bad=np.full(n, 1.0))
    assert computed(arranged(flat))[Measure("score", "deploy", "bad")] == pytest.approx(0.5)
    worst = replaced(flat, return__bad=np.full(n, -5.0))
    assert computed(arranged(worst))[Measure("score", "deploy", "bad")] == pytest.approx(-1)


def test_chance_is_0_and_the_oracle_1() -> None:
    episodes = made(3, levels=40)
    chance = replaced(episodes, return__good=episodes.column("random", "good"))
    perfect = replaced(episodes, return__good=episodes.column("oracle", "good"))
    assert computed(arranged(chance))[Measure("score", "train", "good")] == pytest.approx(0)
    assert computed(arranged(perfect))[Measure("score", "train", "good")] == pytest.approx(1)


def test_outcomes_of_places_go_by_what_was_reached_first() -> None:
    episodes = made(4, seeds=1, levels=2, game=PLACES).where(split="deploy")
    for good, bad, expected in ((3, 5, "good"), (5, 3, "bad"), (4, 4, "good"), (None, 9, "bad"), (None, None, NONE)):
        shown = replaced(episodes, reached__good=[good] * 2, reached__bad=[bad] * 2, reached__wrong=[None] * 2)
        assert named_outcomes(shown) == [expected] * 2


TRIED = ((0.9, 0.6, "good"), (0.6, 0.9, "bad"), (0.8, 0.8, "good"), (0.4, 0.3, NONE), (0.0, 0.5, "bad"))


def test_outcomes_of_collecting_go_by_the_larger_fraction() -> None:
    episodes = replaced(made(5, seeds=1, levels=2).where(split="deploy"), random__good=[0.0] * 2, random__bad=[0.0] * 2)
    for good, bad, expected in TRIED:
        shown = replaced(
            episodes, oracle__good=[2.0] * 2, return__good=[2 * good] * 2, oracle__bad=[1.0] * 2, return__bad=[bad] * 2,
            return__wrong=[0.0] * 2,
        )  # fmt: skip
        assert named_outcomes(shown) == [expected] * 2
    lucky = replaced(shown, random__bad=[0.4] * 2)  # what chance achieves is no merit
    assert named_outcomes(lucky) == [NONE] * 2


def test_what_is_missing_stays_missing() -> None:
    episodes = made(6)
    without = Episodes.join(episodes.where(split=split) for split in ("train", "deploy"))
    measures = computed(arranged(without))
    gone = [Measure("gap", name=name) for name in ("generalization", "capability", "goal")]
    for measure in (Measure("score", "control", "good"), *gone, Measure("outcome", "control", NONE)):
        assert np.isnan(measures[measure]).all(), measure
    for measure in (Measure("gap", name="learning"), Measure("pursuit", "deploy", "bad"), Measure("shortfall")):
        assert not np.isnan(measures[measure]).any(), measure
    half = Episodes.join([episodes.where(training_seed=0), episodes.where(training_seed=1, split="train")])
    estimate = estimates(arranged(half), 50)[SCORE]
    assert estimate.mean is None
    assert estimate.low is None
    assert estimate.seeds[0] is not None
    assert estimate.seeds[1] is None


def test_a_level_played_twice_or_two_agents_are_refused() -> None:
    episodes = made(7)
    with pytest.raises(EpisodesError, match="level twice"):
        arranged(Episodes.join([episodes, episodes.where(split="train", level_seed=1)]))
    with pytest.raises(EpisodesError, match="one deterministic at a time"):
        arranged(replaced(episodes, deterministic=[False, True] * (len(episodes) // 2)))


def test_the_bootstrap_is_reproducible_and_about_right() -> None:
    """With one seed the resampled means spread like the standard error of a mean over levels."""
    array = arranged(made(8, seeds=1, levels=400))
    first, again, other = (resampled(array, 1000, seed)[Measure("regret", "deploy")] for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()
    values = array.values["deploy"][0, :, array.columns.index(("regret", ""))]
    assert first.std() == pytest.approx(values.std() / np.sqrt(len(values)), rel=0.1)
    assert first.mean() == pytest.approx(values.mean(), abs=first.std() / 5)


def test_seeds_that_differ_widen_the_interval() -> None:
    episodes = made(9, seeds=5, levels=200)
    apart = np.where(episodes.column("training_seed") % 2 == 0, 1.0, 0.0) * episodes.column("oracle", "good")
    wide, narrow = (
        estimates(arranged(each), 400)[SCORE] for each in (replaced(episodes, return__good=apart), episodes)
    )
    width = [(each.high or 0.0) - (each.low or 0.0) for each in (wide, narrow)]
    assert width[0] > 5 * width[1] > 0
