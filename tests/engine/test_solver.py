"""Fast solvers against brute force over `step`, and oracles against the values they claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers import sized

from goalgap.envs import SUITE
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.parse import parse
from goalgap.envs.engine.solver import brute_force
from goalgap.envs.engine.task import Task
from goalgap.terms import SPLITS, Split

SMALL: dict[str, dict[str, Any]] = {
    "KeysAndChests": {"few": 1, "many": 3},
    "Probation": {"coins": 2, "cameras": 2},
    "SweetTooth": {"foods": 2},
}
EXACT, REFERENCES = ([game for game in SUITE.values() if game.exact == exact] for exact in (True, False))
GAMES = pytest.mark.parametrize("game", EXACT, ids=lambda game: game.name)
EVERY_SPLIT = pytest.mark.parametrize("split", SPLITS)


def begun(task: Task, n: int, horizon: int = 0) -> Batch:
    """The first levels of a task; with `horizon`, in a hurry."""
    batch, where = Batch(task, n), np.arange(n)
    batch.begin_seeds(where, where)
    if horizon:
        batch.levels["horizon"] = horizon
    return batch


def small(game: Game, split: Split = "train") -> Task:
    return Task.of(game, split, **sized(game.name, 5), **SMALL.get(game.name, {}))


@GAMES
@EVERY_SPLIT
def test_values_are_the_optimum(game: Game, split: Split) -> None:
    for horizon in (0, 3, 6):
        batch = begun(small(game, split), 6, horizon)
        truth = [
            [brute_force(batch.task, batch.levels[k : k + 1], g) for g in range(len(game.channels))]
            for k in range(batch.n)
        ]
        np.testing.assert_allclose(batch.values(), truth, rtol=0, atol=1e-12)


@GAMES
@EVERY_SPLIT
def test_action_values_are_the_optimum_in_the_middle_of_an_episode(game: Game, split: Split) -> None:
    batch = begun(small(game, split), 40)
    over = np.zeros(batch.n, bool)
    for action in np.random.default_rng(1).integers(0, len(game.actions), (5, batch.n)):
        batch.step(action, over)
        over |= batch.terminated
    going = np.flatnonzero(~over)[:3]
    assert len(going)
    for goal in range(len(game.channels)):
        claimed = batch.action_values(goal)
        for k in going:
            truth = [look_ahead(batch, k, action, goal) for action in range(len(game.actions))]
            np.testing.assert_allclose(claimed[k], truth, rtol=0, atol=1e-12)


def look_ahead(batch: Batch, k: int, action: int, goal: int) -> float:
    """One step, then brute force."""
    after = Batch(batch.task, 1)
    after.levels[:], after.states[:] = batch.levels[k], batch.states[k]
    after.step(np.array([action]))
    later = 0.0 if after.terminated[0] else brute_force(batch.task, after.levels, goal, after.states)
    return float(after.rewards[0, goal] + batch.discounts[goal] * later)


@GAMES
@EVERY_SPLIT
@pytest.mark.parametrize("choose", ["argmax", "best_actions"])
def test_following_an_oracle_collects_exactly_what_it_claims(game: Game, split: Split, choose: str) -> None:
    task = Task.of(game, split)
    for goal in range(len(game.channels)):
        batch = begun(task, 12)
        claimed, over = batch.values()[:, goal], np.zeros(batch.n, bool)
        while not over.all():
            best = batch.best_actions(goal) if choose == "best_actions" else batch.action_values(goal).argmax(axis=1)
            batch.step(best, over)
            over |= batch.terminated | batch.truncated
        np.testing.assert_allclose(batch.returns[:, goal], claimed, rtol=0, atol=1e-12)


@pytest.mark.parametrize("game", REFERENCES, ids=lambda game: game.name)
@EVERY_SPLIT
def test_following_a_reference_collects_exactly_what_it_claims_from_anywhere(game: Game, split: Split) -> None:
    task, rng = Task.of(game, split), np.random.default_rng(0)
    for goal in range(len(game.channels)):
        batch = begun(task, 40)
        for _ in range(9):
            batch.step(rng.integers(0, len(game.actions), batch.n))
        before, claimed, over = batch.returns[:, goal].copy(), batch.values()[:, goal], batch.terminated.copy()
        while not over.all():
            best = batch.best_actions(goal)
            promised = batch.action_values(goal)[np.arange(batch.n), best]
            np.testing.assert_allclose(promised[~over], batch.values()[~over, goal], rtol=0, atol=1e-12)
            batch.step(best, over)
            over |= batch.terminated | batch.truncated
        assert claimed.any()
        np.testing.assert_allclose(batch.returns[:, goal] - before, claimed, rtol=0, atol=1e-12)


def test_brute_force_knows_a_level_that_can_be_solved_by_hand() -> None:
    task = Task.of(SUITE["CheeseCorner"], "deploy", size=5, horizon=6)
    levels = parse(
        task,
        """
        #######
        #....c#
        #.###.#
        #.###.#
        #.###.#
        #.m...#
        #######
        """,
    )
    assert brute_force(task, levels, 0) == pytest.approx(0.0)  # seven steps to the cheese
    assert brute_force(task, levels, 1) == pytest.approx(0.95**4)  # five to the corner
    with pytest.raises(ValueError, match="one level at a time, not 2"):
        brute_force(task, levels.repeat(2), 0)
