"""Curricula: the priorities of levels, what the buffer keeps, and what is played, tried and edited."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import goalgap
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.curricula.buffer import NOWHERE, LevelBuffer, Visit
from goalgap.agents.curricula.exploring import played_by, positive_value_losses
from goalgap.agents.curricula.learnability import LearnabilitySampler
from goalgap.agents.curricula.replaying import ReplaySampler
from goalgap.agents.curricula.sampler import Played
from goalgap.agents.curricula.scores import solved
from goalgap.agents.curricula.settings import METHODS, Curriculum
from goalgap.agents.recipes import default_recipe
from goalgap.agents.training import train
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.levels import Results, draw_levels, margins

TASK = goalgap.task("CheeseCorner", alpha=0.25)
FEW = {"buffer": 8}
NO_LOSSES = np.empty(0, int), np.empty(0)
TINY = {"n_envs": 4, "n_steps": 8, "minibatch": 16, "steps": 96, "hidden": (8,)}


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


def test_losses_of_several_tries_are_the_mean_of_all_their_steps():
    made = sampler(score="positive-value-loss", episodes=2)
    tries = iter([(1.0, 1), (0.0, 3)])

    def play(levels):
        loss, steps = next(tries)
        return Played(np.zeros(len(levels)), np.full(len(levels), loss), np.full(len(levels), steps))

    levels = made.fresh(2)
    assert made.tried(levels, np.ones(2), play).losses == pytest.approx([0.25, 0.25])


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


@pytest.mark.parametrize("score", ["max-latest", "oracle-latest"])
def test_what_rounding_leaves_is_no_regret(score):
    made = LevelBuffer(Curriculum.of({"method": "plr", "score": score}), draw_levels(TASK, np.arange(2)))
    value = 0.95**7
    made.kept["optimum"] = value
    made.tell(np.array([0]), Visit.of(np.zeros(3, int), np.full(3, value), np.ones(3), np.zeros(1)))
    made.kept["latest"][0] = value * (1 - 2**-52)
    assert made.kept["best"][0] != made.kept["latest"][0]
    assert made.scores().tolist() == [0.0, 0.0]


def test_a_level_is_solved_however_late_where_goals_are_places_and_in_part_elsewhere():
    returns, optima = np.array([0.95**30, 0.0, -1.0, 0.5, 2.0]), np.array([0.95, 0.95, 0.95, 1.0, 0.0])
    assert solved(returns, optima, places=True).tolist() == [1.0, 0.0, 0.0, 1.0, 1.0]
    assert solved(returns, optima, places=False) == pytest.approx([0.95**29, 0.0, 0.0, 0.5, 0.0])
    chests = sampler("sfl", task=goalgap.task("ValueCue"), candidates=8, every=1)
    assert chests._solved(np.array([0.5]), np.array([0.8])) == pytest.approx([0.625])


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


def test_positive_value_losses_by_hand():
    # two games of two steps; the second ends after the first step, where nothing more is expected
    rewards, values = np.array([[0.0, 1.0], [1.0, 9.0]]), np.array([[0.5, 0.75], [0.25, 9.0], [0.0, 0.0]])
    going = np.array([[True, True], [True, False]])
    model = SimpleNamespace(gamma=0.5, gae_lambda=0.5)
    last = 1.0 - 0.25
    first = 0.5 * 0.25 - 0.5 + 0.25 * last
    expected = [(last + max(first, 0)) / 2, 1.0 - 0.75]
    assert positive_value_losses(rewards, values, going, model) == pytest.approx(expected)


def test_levels_are_tried_by_the_policy_without_a_trace_in_training():
    recipe = replace(default_recipe(TASK), **TINY)
    model = recipe.build(TASK, 0)
    levels = draw_levels(TASK, np.arange(6))
    batch = Batch.on(TASK, levels)
    played = played_by(model, batch, TASK.channel)
    assert batch.done.all()
    assert (played.steps == batch.states["t"]).all()
    assert (played.returns == batch.returns[:, TASK.channel]).all()
    assert model.num_timesteps == 0


@pytest.mark.parametrize("method", METHODS)
def test_training_with_each_method_replays_tries_and_tells(method, tmp_path):
    own = {"candidates": 20, "every": 2} if method == "sfl" else {"score": "positive-value-loss"}
    recipe = replace(default_recipe(TASK), **TINY, curriculum={"method": method, **FEW, **own})
    folder = train(TASK, recipe, 0, tmp_path / "agent")
    record = goalgap.agents.records.read_record(folder)
    assert (record["tried_steps"] > 0) == (method != "plr")
    assert 0 <= record["distinguishing"] <= 1
    assert record["recipe"]["curriculum"]["method"] == method


def test_levels_that_are_seen_as_pictures_are_tried_too(tmp_path):
    task = goalgap.task("ColourShape", size=5)
    recipe = replace(default_recipe(task), **TINY, curriculum={"method": "robust-plr", **FEW})
    record = goalgap.agents.records.read_record(train(task, recipe, 0, tmp_path / "agent"))
    assert record["tried_steps"] > 0


def test_two_trainings_of_a_seed_are_the_same(tmp_path):
    recipe = replace(default_recipe(TASK), **TINY, curriculum={"method": "accel", **FEW})
    sums = [goalgap.agents.records.read_record(train(TASK, recipe, 0, tmp_path / name)) for name in "ab"]
    assert sums[0]["tried_steps"] == sums[1]["tried_steps"]
    assert sums[0]["distinguishing"] == sums[1]["distinguishing"]


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


class Lucky:
    """A policy that goes for the corner, but for the cheese in every second episode."""

    def __init__(self):
        self.calls = 0

    def __call__(self, levels):
        self.calls += 1
        batch = Batch.on(TASK, levels)
        batch.play(lambda played: played.best_actions(self.calls % 2))
        return Played(batch.returns[:, TASK.channel].copy(), np.zeros(len(levels)), batch.states["t"])


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


def learning(**changes):
    few = {"buffer": 8, "candidates": 64, "episodes": 2, "every": 1}
    return LearnabilitySampler(TASK, Curriculum.of({"method": "sfl", **few, **changes}), 3)


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


@pytest.mark.parametrize(
    ("curriculum", "told"),
    [
        ({"method": "pll"}, "did you mean 'plr'"),
        ("accel", "a curriculum is a table, such as"),
        ({"score": "max-latest"}, "a curriculum has a method, such as method:accel"),
        ({"method": "plr", "temprature": 1}, "did you mean 'temperature'"),
        ({"method": "plr", "temperature": 0}, "temperature is at least 0.001, not 0"),
        ({"method": "plr", "replay": "much"}, "replay is a number from 0.01 to 1, not 'much'"),
        ({"method": "plr", "edits": "identity"}, "levels are edited where curricula are robust"),
        ({"method": "accel", "edits": "idntity"}, "did you mean 'identity'"),
        ({"method": "plr", "every": 5}, "candidates, every are of sfl, not of plr"),
        ({"method": "plr", "episodes": 3}, "episodes changes nothing of plr"),
        ({"method": "robust-plr", "edit_steps": 3}, "edit_steps changes nothing of robust-plr"),
        ({"method": "sfl", "staleness": 0.5}, "staleness changes nothing of sfl"),
        ({"method": "plr", "episodes": 0}, "episodes is at least 1, not 0"),
        ({"method": "sfl", "every": 0}, "every is at least 1, not 0"),
        ({"method": "sfl", "score": "max-latest"}, "sfl keeps levels by their learnability"),
        ({"method": "sfl", "candidates": 99}, "at least as many as its buffer keeps, 100"),
        ({"method": "plr", "buffer": 16}, "a level for each of the 256 games"),
    ],
)
def test_a_wrong_curriculum_is_explained(curriculum, told):
    with pytest.raises((ValueError, TypeError), match=told):
        PPORecipe(curriculum=curriculum)


def test_what_cannot_be_trained_so_is_refused_before_training(tmp_path):
    accel = {"method": "accel"}
    with pytest.raises(ValueError, match="policies without a memory"):
        default_recipe(TASK, "RecurrentPPO", curriculum=accel)
    with pytest.raises(ValueError, match="take one"):
        default_recipe(TASK, before={"region": 2}, curriculum=accel)
    with pytest.raises(ValueError, match=r"after every 20 rollouts of .* 20,000 end before"):
        default_recipe(TASK, steps=20_000, curriculum={"method": "sfl"}).training_task(TASK)
    lava = goalgap.task("LavaLand")
    with pytest.raises(ValueError, match="LavaLand has no kernel `edit`"):
        train(lava, default_recipe(lava, curriculum=accel), 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())


def test_recipes_without_a_curriculum_are_what_they_were():
    assert "curriculum" not in default_recipe(TASK).as_data()
    assert not {"candidates", "every"} & set(Curriculum.of({"method": "accel"}).as_data())
    for method in METHODS:
        chosen = default_recipe(TASK, curriculum={"method": method})
        assert goalgap.agents.algorithms.recipe_of(chosen.as_data()) == chosen
