"""Rollouts: each level once, reproducible, honest about what was played, and replayable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import pyarrow as pa
import pytest

from goalgap import SUITE
from goalgap.agents.reference import reference
from goalgap.envs import ids, task
from goalgap.envs.engine.fingerprint import fingerprint
from goalgap.eval.play.games import game_record, recorded_task
from goalgap.eval.play.policy import LevelPolicy, Policy, ReferencePolicy
from goalgap.eval.play.replay import verify, walks
from goalgap.eval.play.rollout import evaluate, rollout
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.eval.table.runs import Run
from goalgap.terms import Event

TASK = task("CheeseCorner", split="deploy")


class Walker:
    """Acts from its memory: counts its calls, and remembers what it was handed."""

    name = "walker"

    def __init__(self, actions: Any = None) -> None:
        self.calls: list[tuple[Any, Any, Any]] = []
        self.actions = actions

    def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[Any, Any]:
        self.calls.append((obs.shape, state, episode_start.copy()))
        count = 0 if state is None else state
        return np.full(len(obs), count % 4) if self.actions is None else self.actions, count + 1


def test_each_level_is_played_once_in_the_order_given() -> None:
    seeds = [7, 3, 2**63 - 1, 0, 12]
    played = rollout(TASK, Walker(), seeds, batch_size=2)
    assert played.column("level_seed").tolist() == seeds
    assert (played.column("length") >= 1).all()


def test_the_batch_size_changes_nothing() -> None:
    policy = reference("degraded:cheese:0.3")
    tables = [rollout(TASK, policy, range(20), batch_size=size).table for size in (1, 7, 256)]
    assert tables[0].equals(tables[1].combine_chunks())
    assert tables[0].equals(tables[2])


def test_an_evaluation_is_reproducible_and_its_seed_matters() -> None:
    first, again, other = (rollout(TASK, reference("random", seed=seed), range(20)).table for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_state_is_handed_back_and_only_the_first_call_starts_episodes() -> None:
    policy = Walker()
    rollout(TASK, policy, range(3))
    assert [state for _, state, _ in policy.calls] == [None, *range(1, len(policy.calls))]
    assert policy.calls[0][2].all()
    assert not any(starts.any() for _, _, starts in policy.calls[1:])
    assert isinstance(policy, Policy)
    assert not isinstance(policy, ReferencePolicy)
    assert isinstance(reference("random"), ReferencePolicy)


class Keyed(Walker):
    """Notes the keys of its levels."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[int] = []

    def on_levels(self, keys: Any) -> Walker:
        self.keys += keys.tolist()
        assert keys.dtype == np.uint64
        return self


def test_a_policy_may_be_told_a_key_for_each_level() -> None:
    """The key is that of the level whatever else is played, and levels of other splits and seeds have others."""
    whole, parts, other = Keyed(), Keyed(), Keyed()
    rollout(TASK, whole, range(10))
    rollout(TASK, parts, range(9, -1, -1), batch_size=3)
    rollout(TASK.on("control"), other, range(10))
    assert parts.keys[::-1] == whole.keys
    assert len({*whole.keys, *other.keys}) == 20
    assert isinstance(whole, LevelPolicy)
    assert not isinstance(Walker(), LevelPolicy)


def test_games_that_are_over_stay_over() -> None:
    together = rollout(TASK, reference("oracle:cheese"), range(30))
    assert len(set(together.column("length").tolist())) > 3
    assert together.column("terminated").all()
    assert np.allclose(together.column("return", "cheese"), 0.95 ** (together.column("length") - 1.0))


def test_progress_is_told_of_every_episode() -> None:
    told: list[int] = []
    evaluate(TASK, Walker(), 5, progress=told.append)
    assert sum(told) == 15


def test_gymnasium_plays_the_same_episodes(name: str) -> None:
    """The single environment, given the level and the actions, pays what the table says."""
    played = rollout(task(name, split="deploy"), reference("random"), range(5))
    env = gymnasium.make(ids(SUITE[name])["deploy"])
    discounts = {reward.name: reward.discount for reward in played.game.rewards}
    discounts |= {event.name: 1.0 for event in played.game.events}
    for row, level in enumerate(played.column("level_seed").tolist()):
        env.reset(options={"level_seed": level})
        returns, over, t = dict.fromkeys(discounts, 0.0), False, 0
        for action in played.table["actions"][row].as_py():
            assert not over
            _, _, terminated, truncated, info = env.step(action)
            returns = {goal: earned + discounts[goal] ** t * info["goals"][goal] for goal, earned in returns.items()}
            over, t = terminated or truncated, t + 1
        assert over
        assert t == played.column("length")[row]
        for goal, earned in returns.items():
            assert earned == pytest.approx(played.column("return", goal)[row])


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="different level seeds"):
        rollout(TASK, Walker(), [1, 1])
    with pytest.raises(ValueError, match="at least one"):
        rollout(TASK, Walker(), [])
    with pytest.raises(ValueError, match="alpha 0"):
        rollout(task("CheeseCorner", alpha=0.5), Walker(), [1])
    for bad in (np.array([4, 0]), np.array([-1, 0]), np.array([0.0, 1.0]), np.array([0])):
        with pytest.raises(ValueError, match=r"must return integers in 0 \.\. 3 of shape \(2,\)"):
            rollout(TASK, Walker(bad), [1, 2])


@pytest.mark.parametrize("returned", [0, np.zeros(2, int), (np.zeros(2, int),)])
def test_a_policy_returns_actions_and_state(returned: object) -> None:
    class Wrong(Walker):
        def __call__(self, *_: object) -> Any:
            return returned

    with pytest.raises(TypeError, match=r"must return \(actions, state\), a tuple of two, not"):
        rollout(TASK, Wrong(), [1, 2])


def test_replaying_verifies_and_tampering_shows() -> None:
    played = rollout(TASK, reference("mixture:cheese:corner"), range(20))
    verify(played)
    for column in ("return.cheese", "oracle.corner", "length"):
        index = played.table.schema.get_field_index(column)
        forged = pa.array(played.table[column].to_numpy() * 2, played.table.schema.field(index).type)
        with pytest.raises(EpisodesError, match=f"does not replay: {column}"):
            verify(Episodes(played.game, played.runs, played.table.set_column(index, column, forged)))


def test_a_walk_goes_from_cell_to_neighbouring_cell() -> None:
    scenes, cells = walks(TASK, {3: np.array([1, 1, 2], np.uint8), 4: np.array([0], np.uint8)})
    assert len(scenes) == 2
    assert scenes[0].obs.shape == TASK.observation_space.shape
    assert [len(each) for each in cells] == [4, 2]
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) <= 1 for a, b in zip(cells[0], cells[0][1:], strict=False))
    mouse = TASK.game.layers.mouse
    assert all(scenes[game].obs[*cells[game][0], mouse] == 1 for game in range(2))


def test_a_null_is_no_match_for_a_value() -> None:
    played = rollout(TASK, reference("random"), range(5))
    for column in ("length", "terminated", "reached.corner", "oracle.cheese"):
        index = played.table.schema.get_field_index(column)
        emptied = pa.nulls(5, played.table.schema.field(index).type)
        with pytest.raises(EpisodesError, match=f"does not replay: {column} is None"):
            verify(Episodes(played.game, played.runs, played.table.set_column(index, column, emptied)))


def test_a_record_that_was_changed_is_not_the_game() -> None:
    """Roles and the like stand in the manifest, and scores believe it: so it is held to the code."""
    record = game_record(TASK)
    swapped = tuple(
        replace(reward, role="proxy" if reward.role == "intended" else "intended") for reward in record.rewards
    )
    for change in ({"rewards": swapped}, {"places": False}, {"oversight": "corner"}, {"events": (Event("a", "b"),)}):
        with pytest.raises(ValueError, match="has changed"):
            recorded_task(record.model_copy(update=change), "deploy")


def test_the_fingerprint_tells_games_apart() -> None:
    prints = {fingerprint(task("CheeseCorner", **given)) for given in ({}, {"horizon": 9}, {"maze": "perfect"})}
    assert len(prints) == 3
    assert fingerprint(TASK) == fingerprint(TASK.on("train"))
    record = game_record(TASK)
    assert recorded_task(record, "deploy") == TASK
    with pytest.raises(ValueError, match="has changed"):
        recorded_task(record.model_copy(update={"fingerprint": "0"}), "deploy")
    with pytest.raises(ValueError, match="no environment 'Chess' here"):
        recorded_task(record.model_copy(update={"environment": "Chess"}), "deploy")
    for arguments in ({"size": "x"}, {"more": 1}, {"horizon": "x" * 10**5}):
        with pytest.raises(ValueError, match="was not played with") as refused:
            recorded_task(record.model_copy(update={"arguments": arguments}), "deploy")
        assert len(str(refused.value)) < 1000


def test_runs_carry_what_a_result_depends_on() -> None:
    run = Run(agent="a", training_seed=3, deterministic=True, details={"algorithm": "ppo"})
    played = evaluate(TASK, Walker(), 4, run=run)
    assert played.runs[0].key == ("a", 3, True)
    assert played.runs[0].details == {"algorithm": "ppo"}
    assert {"python", "numpy"} <= played.runs[0].versions.keys()
    assert len(played.runs) == 1
    assert played.column("deterministic").all()
