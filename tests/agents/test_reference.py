"""Reference policies do what their names say, on every game."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import goalgap
from goalgap.agents.reference import is_reference_name, reference, reference_names
from goalgap.envs.engine.batch import Batch

N = 200
FEW = range(12)


@cache
def played(name, game="CheeseCorner", seeds=range(N), split="deploy", seed=0):
    """Play each level once; the batch at its end, its first values, and the first actions of all games."""
    task = goalgap.task(game, split=split)
    batch = Batch.of(task, np.array(seeds))
    first, policy = batch.values(), reference(name, task.game, seed).bind(batch)
    steps = []
    while not batch.done.all():
        actions, state = policy(None, "kept", None)
        assert state == "kept"
        steps.append(np.where(batch.done, -1, actions))
        batch.step(actions)
    return batch, first, np.array(steps).T


@pytest.mark.parametrize("game", goalgap.SUITE)
def test_an_oracle_earns_what_its_value_claims(game):
    for g, goal in enumerate(goalgap.SUITE[game].goals):
        batch, claimed, _ = played(f"oracle:{goal.name}", game, range(40))
        np.testing.assert_allclose(batch.returns[:, g], claimed[:, g], atol=1e-9)


def test_an_oracle_takes_the_first_of_the_best_actions():
    task = goalgap.task("CheeseCorner")
    batch = Batch.of(task, np.arange(N))
    actions, _ = reference("oracle:cheese").bind(batch)(None, None, None)
    values = batch.action_values(0)
    for row, action in zip(values, actions, strict=True):
        assert action == next(a for a in range(4) if row[a] >= row.max() - 1e-9)


@pytest.mark.parametrize("game", goalgap.SUITE)
def test_standard_names_are_those_of_the_goals_and_play_to_the_end(game):
    """An oracle for each goal, and a mixture of each proxy with the intended goal; every game ends for each."""
    declared = goalgap.SUITE[game]
    names, wanted = reference_names(declared), declared.intended.name
    assert {name for name in names if name.startswith("oracle")} == {f"oracle:{goal.name}" for goal in declared.goals}
    mixtures = {f"mixture:{wanted}:{proxy.name}" for proxy in declared.proxies}
    assert set(names) >= mixtures | {"random", "noop", f"degraded:{wanted}:0.3"}
    assert len(names) == len(set(names)) == len(declared.goals) + len(mixtures) + 3
    for name in names:
        batch, _, steps = played(name, game, FEW)
        lengths = (steps >= 0).sum(1)
        assert (lengths == batch.states["t"]).all()
        assert (lengths[batch.truncated] == batch.levels["horizon"][batch.truncated]).all()


@pytest.mark.parametrize("game", goalgap.SUITE)
def test_reference_policies_of_a_game_differ(game):
    """No two of its names stand for the same play of the same levels."""
    names = reference_names(goalgap.SUITE[game])
    assert len({played(name, game, FEW)[2].tobytes() for name in names}) == len(names)


@pytest.mark.parametrize("game", goalgap.SUITE)
def test_an_episode_does_not_depend_on_the_batch_or_its_order(game):
    def episodes(name, seeds):
        steps = played(name, game, seeds)[2]
        return {seed: row[row >= 0].tolist() for seed, row in zip(seeds, steps, strict=True)}

    for name in reference_names(goalgap.SUITE[game]):
        together = episodes(name, FEW)
        apart = episodes(name, (7, 3, 11, 0, 5)) | episodes(name, (10, 9, 8, 6, 4, 2)) | episodes(name, (1,))
        assert apart == together


def test_another_seed_is_another_random_policy():
    first, again, other = (played("random", seeds=range(20), seed=seed)[2] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    width = min(first.shape[1], other.shape[1])
    assert (first[:, :width] != other[:, :width]).mean() > 0.5


def test_random_moves_are_uniform():
    _, _, steps = played("random", seeds=range(500))
    counts = np.bincount(steps[steps >= 0], minlength=4)
    assert abs(counts / counts.sum() - 0.25).max() < 0.01


def test_a_degraded_oracle_slips_as_often_as_it_says():
    task = goalgap.task("CheeseCorner")
    batch = Batch.of(task, np.arange(4000))
    best = reference("oracle:cheese").bind(batch)(None, None, None)[0]
    for fraction in (0.0, 0.3, 1.0):
        moves = reference(f"degraded:cheese:{fraction}").bind(batch)(None, None, None)[0]
        assert abs((moves != best).mean() - 0.75 * fraction) < 0.03


@pytest.mark.parametrize(("share", "low", "high"), [("", 0.35, 0.65), (":0.1", 0.02, 0.25), (":1", 1, 1)])
def test_a_mixture_is_one_oracle_or_the_other_for_a_whole_episode(share: str, low: float, high: float):
    oracles = [played(f"oracle:{goal}")[0].returns for goal in ("cheese", "corner")]
    mixed = played(f"mixture:cheese:corner{share}")[0].returns
    as_first, as_second = ((mixed == each).all(1) for each in oracles)
    assert (as_first | as_second).all()
    assert low <= as_first.mean() <= high


def test_noop_is_the_action_that_does_nothing_where_a_game_has_one():
    _, _, steps = played("noop", seeds=range(4))
    assert set(steps[steps >= 0]) == {0}
    task = goalgap.task("CheeseCorner")
    waiting = replace(task.game, actions=("up", "right", "down", "wait"), idle="wait")
    batch = Batch(replace(task, game=waiting), 2)
    assert reference("noop").bind(batch)(None, None, None)[0].tolist() == [3, 3]


def test_defaults_are_filled_into_names():
    assert reference("degraded:cheese").name == "degraded:cheese:0.3"


def test_a_name_is_told_from_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    game = goalgap.SUITE["CheeseCorner"]
    assert all(is_reference_name(name, game) for name in (*reference_names(game), "orcale:cheese"))
    assert not is_reference_name("results/CheeseCorner-f69e6c0dcc5b/seed-0", game)
    assert not is_reference_name("randon", game)
    (tmp_path / "random").mkdir()
    assert not is_reference_name("random", game)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("orcale:cheese", "oracle:<goal>"),
        ("oracle", "the forms are"),
        ("random:cheese", "the forms are"),
        ("oracle:chese", "did you mean 'cheese'"),
        ("mixture:cheese:keys", "choose from cheese, corner"),
        ("degraded:cheese:much", r"\[0, 1\], not 'much'"),
        ("degraded:cheese:1.5", r"\[0, 1\], not '1.5'"),
    ],
)
def test_wrong_names_are_explained(name, told):
    with pytest.raises(ValueError, match=told):
        reference(name, goalgap.SUITE["CheeseCorner"])


def test_a_goal_is_checked_at_the_latest_when_bound():
    batch = Batch(goalgap.task("CheeseCorner"), 1)
    with pytest.raises(ValueError, match="goal of CheeseCorner 'keys'"):
        reference("oracle:keys").bind(batch)
