"""Samplers of curricula: what is played, tried, edited and told, and that distinguishing levels gather."""

from __future__ import annotations

import numpy as np
import pytest
from chosen import NO_LOSSES, TASK, Lucky, results, sampler, visit

import goalgap
from goalgap.agents.curricula.buffer import NOWHERE
from goalgap.agents.curricula.sampler import Played
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import margins


def test_losses_of_several_tries_are_the_mean_of_all_their_steps():
    made = sampler(score="positive-value-loss", episodes=2)
    tries = iter([(1.0, 1), (0.0, 3)])

    def play(levels):
        loss, steps = next(tries)
        return Played(np.zeros(len(levels)), np.full(len(levels), loss), np.full(len(levels), steps))

    levels = made.fresh(2)
    assert made.tried(levels, np.ones(2), play).losses == pytest.approx([0.25, 0.25])


def test_a_rollout_deals_different_levels_round_and_round():
    made = sampler(games=4)
    hand = [*made.next_levels(3)["seed"], *made.next_levels(1)["seed"]]
    assert len(set(hand)) == 4
    assert made.next_levels(4)["seed"].tolist() == hand
    assert set(hand) <= set(made.buffer.levels["seed"].tolist())


def test_what_is_replayed_most_is_what_scores_most():
    made = sampler(score="oracle-latest", staleness=0.0, games=2)
    made.buffer.tell(np.arange(8), visit(made.buffer.kept["optimum"] * np.linspace(1.0, 0.0, 8)))
    scores = made.buffer.scores()
    made.begin_round()
    best = made.buffer.levels["seed"][np.argsort(-scores)[:2]]
    assert set(made.next_levels(2)["seed"].tolist()) == set(best.tolist())


def test_plr_learns_from_new_levels_and_keeps_them_while_robust_plr_only_replays():
    plain, robust = sampler("plr", replay=0.5), sampler("robust-plr")
    hands = []
    for _ in range(50):
        hands.append(plain.next_levels(4))
        assert plain.next_levels(4)["seed"].tolist() == hands[-1]["seed"].tolist(), "new levels are played again too"
        plain.begin_round()
    played = np.concatenate(hands)
    share = np.isin(played["seed"], plain.buffer.levels["seed"]).mean()
    assert 0.35 < share < 0.65
    new = played[~np.isin(played["seed"], plain.buffer.levels["seed"])][:3]
    before = robust.buffer.levels["seed"].copy()
    for made in (plain, robust):
        made.tell(results(new, [0.0, 0.0, 0.0]))
        made.end_round(*NO_LOSSES)
    assert np.isin(new["seed"], plain.buffer.levels["seed"]).all()
    assert (robust.buffer.levels["seed"] == before).all()


def test_new_levels_come_in_by_the_losses_of_their_rollout():
    """Also where the levels of the buffer have losses of their own: a new one is held to them with its own."""
    made = sampler("plr", score="positive-value-loss")
    made.buffer.kept["loss"], made.buffer.kept["played"] = 1e-3, 1
    made.begin_round()
    new = np.sort(made.fresh(3), order="seed")
    made.tell(results(new[:2], [0.0, 0.0]))
    made.tell(results(new[1:2], [0.0]))  # ends a second time
    seeds = np.append(new["seed"], made.buffer.levels["seed"][0])
    order = np.argsort(seeds)
    made.end_round(seeds[order], np.array([0.9, 1e-4, 0.9, 0.5])[order])
    where = made.buffer.find(new["seed"])
    assert (where != NOWHERE).tolist() == [True, False, False], "the second loses, the third has not ended"
    assert sorted(made.buffer.kept["loss"])[-2:] == [0.5, 0.9]
    assert made.buffer.kept["played"][where[0]] == 1


def test_accel_edits_the_levels_that_were_replayed():
    made = sampler("accel", games=4, task=goalgap.task("CheeseCorner", alpha=1.0))
    made.begin_round()
    begun, edited = made.next_levels(3), made.edited()
    assert (edited["cheese"] == begun["cheese"]).all(), "identity edits leave it alone"
    assert len(np.unique(begun["cheese"])) == 3
    assert (edited["walls"] != begun["walls"]).any(axis=1).all()
    made.begin_round()
    assert len(made.edited()) == 0
    made.explore(Lucky())  # there is nothing to edit


def test_samplers_of_different_seeds_share_no_level_and_of_one_seed_all():
    one, same, other = sampler(seed=0), sampler(seed=0), sampler(seed=1)
    drawn = [set(each.buffer.levels["seed"].tolist()) | set(each.fresh(50)["seed"].tolist()) for each in (one, other)]
    assert not drawn[0] & drawn[1]
    assert (one.buffer.levels["walls"] == same.buffer.levels["walls"]).all()
    assert one.next_levels(4)["seed"].tolist() == same.next_levels(4)["seed"].tolist()


def test_regret_gathers_distinguishing_levels_around_a_fooled_agent():
    """Who goes for the corner loses all where the cheese is elsewhere, and nothing where it is not."""
    made = sampler(score="oracle-latest", buffer=64, games=16)
    for _ in range(20):
        levels = made.fresh(16)
        batch = Batch.on(made.task, levels)
        batch.play(lambda played: played.best_actions(1))
        made.buffer.insert(levels, made.optima(levels), visit(batch.returns[:, made.task.channel]))
    assert (margins(TASK, made.fresh(64)) > 0).mean() < 0.5
    assert made.distinguishing() > 0.9


@pytest.mark.parametrize("method", ["robust-plr", "accel"])
def test_the_share_of_distinguishing_levels_rises_above_alpha_as_it_explores(method):
    """From what is tried between rollouts, which edits leave as rare as they are."""
    made = sampler(method, score="oracle-latest", buffer=64, games=16)

    def fooled(levels):
        batch = Batch.on(made.task, levels.copy())
        batch.play(lambda played: played.best_actions(1))
        return Played(batch.returns[:, made.task.channel].copy(), np.zeros(len(levels)), batch.states["t"])

    for _ in range(10):
        made.explore(fooled)
        made.begin_round()
        levels = made.next_levels(16)
        made.tell(results(levels, fooled(levels).returns))
        made.end_round(*NO_LOSSES)
    assert made.distinguishing() > TASK.alpha + 0.3
