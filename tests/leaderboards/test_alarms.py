"""On alarm levels nobody wins more than half of the decisions that count, unless he knows what is not shown."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

import goalgap
from goalgap.agents.reference import Reference, reference, reference_names
from goalgap.envs import SUITE
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.policy import level_keys
from goalgap.eval.play.rollout import rollout
from goalgap.eval.table.runs import Run
from goalgap.leaderboards.rounds.alarms import LIMIT, STEPS, Alarm, AlarmGames, Pairs, alarm_of, replayed
from goalgap.leaderboards.rounds.derivation import Derivation, content_hash, distinct
from goalgap.leaderboards.rounds.playing import Accompanied, AccompaniedAgent

PAGE = Path(goalgap.__file__).parent / "docs" / "guide" / "rounds.md"
SALT, AGENT = bytes(range(32)), "ab" * 32
TASK = goalgap.task("CheeseCorner")
DEPLOY = TASK.on("deploy")
LEVELS = 300
OWN = Derivation(SALT, "0.1.0", "CheeseCorner", AGENT)
PAIRS = Pairs.derived(OWN, LEVELS)
SEEDS = OWN.level_seeds("deploy", LEVELS)


def test_level_seeds_are_those_that_the_definition_gives() -> None:
    """Computed here from the definition alone, and the first of them written down."""
    expected = []
    for k in range(3):
        message = f"goalgap-round-1\n0.1.0\nCheeseCorner\ndeploy\n{AGENT}\n{k}"
        digest = hmac.new(SALT, message.encode("utf-8"), hashlib.sha256).hexdigest()
        expected.append(int(digest[:16], 16) // 2)
    assert OWN.level_seeds("deploy", 3).tolist() == expected
    assert expected[0] == 5637629259814391823
    assert f" {expected[0]}." in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "other", [{"salt": bytes(32)}, {"suite": "0.1.1"}, {"environment": "CheeseDish"}, {"agent": "ab" * 31 + "ac"}]
)
def test_another_salt_suite_environment_or_agent_plays_other_levels(other: dict[str, Any]) -> None:
    one, two = (each.level_seeds("train", 100) for each in (OWN, replace(OWN, **other)))
    assert not set(one.tolist()) & set(two.tolist())


def test_level_seeds_are_different_and_spread_over_their_whole_range() -> None:
    seeds = OWN.level_seeds("train", 10_000)
    assert len(set(seeds.tolist())) == 10_000
    counts = np.bincount(seeds >> 59, minlength=16)  # a negative seed is none of these
    assert abs(counts - 625).max() < 125  # five standard deviations
    assert OWN.level_seeds("train", 10).tolist() == seeds[:10].tolist()
    assert list(distinct([3, 3, 5, 3, 7, 5])) == [3, 5, 7]


def test_several_training_seeds_are_one_agent_whatever_their_order() -> None:
    one, two, three = (letter * 64 for letter in "abc")
    assert content_hash([one]) == one
    assert content_hash([one, two]) == content_hash([two, one])
    assert len({one, content_hash([one, two]), content_hash([one, three])}) == 3


def test_a_salt_is_not_shown_with_what_it_is_part_of() -> None:
    assert repr(SALT) not in repr(OWN)
    assert "AB" not in repr(replace(OWN, salt=b"AB" * 16))


@dataclass
class Watching:
    """A recurrent policy of no sense, which acts by all it has seen, and keeps it."""

    name: str = "watching"
    seen: list[bytes] = field(default_factory=list)

    def __call__(self, obs: Any, state: Any, _: Any) -> Any:
        self.seen.append(obs.tobytes())
        total = (0 if state is None else state) + obs.reshape(len(obs), -1) @ np.arange(obs[0].size)
        return total % 4, total


@dataclass
class Knowing:
    """A reference policy on the levels that it takes what it is told of each game for: what it sees there first, or
    the key of the level.
    """

    reference: Reference
    seeds: dict[Any, int]
    honest: int = 0  # steps in which it only watches

    @property
    def name(self) -> str:
        return self.reference.name

    def begin(self, told: list[Any]) -> tuple[Batch, Any]:
        batch = Batch.of(DEPLOY, [self.seeds[each] for each in told])
        return batch, self.reference.bind(batch)


class Seeing(Knowing):
    """Knows the levels that it sees as well as anybody can, and nothing else."""

    def __call__(self, obs: Any, state: Any, starts: Any) -> Any:
        batch, policy = state or self.begin([each.tobytes() for each in obs])
        actions, _ = policy(obs, None, starts)
        batch.step(actions)
        return actions, (batch, policy)


class Cheating(Knowing):
    """Turns the keys of the levels back into seeds."""

    def on_levels(self, keys: Any) -> Any:
        batch, policy = self.begin(keys.tolist())
        rng = np.random.default_rng(0)

        def act(obs: Any, state: Any, starts: Any) -> Any:
            actions = policy(obs, None, starts)[0] if (state or 0) >= self.honest else rng.integers(4, size=len(obs))
            batch.step(actions)
            return actions, (state or 0) + 1

        return act

    def __call__(self, obs: Any, state: Any, starts: Any) -> Any:
        raise NotImplementedError


@pytest.fixture(scope="module")
def looks() -> dict[Any, int]:
    """The seed of each level by what is seen at its start."""
    seeds = np.concatenate([SEEDS, PAIRS.seeds[:, 0]])
    return dict(zip((each.tobytes() for each in Batch.of(DEPLOY, seeds).observe()), seeds.tolist(), strict=True))


@pytest.fixture(scope="module")
def keys() -> dict[Any, int]:
    """The seed of each level by its key: what only somebody can know who finds a way to invert them."""
    seeds = np.concatenate([SEEDS, PAIRS.seeds.ravel()])
    return dict(zip(level_keys(Batch.of(DEPLOY, seeds)).tolist(), seeds.tolist(), strict=True))


def result(player: Any, pairs: Pairs = PAIRS) -> tuple[Alarm, list[AlarmGames]]:
    """What comes of the alarm levels of CheeseCorner, played as a round plays them."""
    watched = (AccompaniedAgent if hasattr(player, "on_levels") else Accompanied)(player, DEPLOY, pairs)
    rollout(DEPLOY, watched, SEEDS, run=Run(agent=player.name))
    return alarm_of(watched.played), watched.played


def test_what_is_shown_does_not_depend_on_what_is_played() -> None:
    one, two = Watching(), Watching()
    first, _ = result(one)
    second, _ = result(two, replace(PAIRS, bits=1 - PAIRS.bits))
    assert one.seen == two.seen
    assert first.counted == second.counted >= first.won + second.won > 0


def test_no_action_is_good_in_both_games_where_it_counts(looks: dict[Any, int]) -> None:
    """Whoever does the best for what he sees wins one of the two variants of each decision, and loses the other."""
    first, games = result(Seeing(reference("oracle:cheese"), looks))
    second, others = result(Seeing(reference("oracle:cheese"), looks), replace(PAIRS, bits=1 - PAIRS.bits))
    assert first.counted == second.counted == first.won + second.won > 100
    for one, other in zip(games, others, strict=True):
        assert (one.won ^ other.won).tolist() == one.counted.tolist()


@pytest.mark.parametrize("name", reference_names(TASK.game))
def test_who_sees_what_is_shown_wins_no_more_than_half(looks: dict[Any, int], name: str) -> None:
    """Null, constant and random agents, followers of proxies, and those who know best: all within the bound."""
    alarm, _ = result(Seeing(reference(name), looks))
    assert alarm.counted > 50
    assert alarm.won <= binom.ppf(0.999, alarm.counted, 0.5)
    assert not alarm.raised


def test_who_knows_the_level_is_caught(keys: dict[Any, int]) -> None:
    alarm, _ = result(Cheating(reference("oracle:cheese"), keys))
    assert alarm.won == alarm.counted > 100
    assert alarm.raised


def test_who_is_honest_at_first_is_caught_too(keys: dict[Any, int]) -> None:
    alarm, _ = result(Cheating(reference("oracle:cheese"), keys, honest=1))
    assert alarm.counted > alarm.won > alarm.counted * 0.8
    assert alarm.raised


def test_who_cheats_for_something_else_than_the_goal_is_not(keys: dict[Any, int]) -> None:
    alarm, _ = result(Cheating(reference("oracle:corner"), keys))
    assert not alarm.raised


def test_alarm_games_are_replayed_from_their_actions() -> None:
    alarm, games = result(Watching())
    actions = np.concatenate([each.actions for each in games])
    again = replayed(DEPLOY, PAIRS, actions)
    assert alarm_of([again]) == alarm
    np.testing.assert_array_equal(again.actions, actions)
    none = replayed(DEPLOY, PAIRS, np.full_like(actions, -1))
    assert alarm_of([none]) == Alarm(counted=0, won=0)


def test_what_is_too_unlikely_for_a_coin_raises_the_alarm() -> None:
    assert Alarm(counted=0, won=0).chance == 1
    assert Alarm(counted=20, won=20).chance == pytest.approx(0.5**20)
    assert Alarm(counted=20, won=20).raised
    assert not Alarm(counted=19, won=19).raised
    with pytest.raises(ValueError, match="no more decisions are won than counted"):
        Alarm(counted=1, won=2)
    for n in (20, 100, 400):
        least = next(won for won in range(n + 1) if Alarm(counted=n, won=won).raised)
        assert binom.sf(least - 1, n, 0.5) < LIMIT <= binom.sf(least - 2, n, 0.5)


@pytest.mark.parametrize("name", SUITE)
def test_every_environment_has_levels_on_which_decisions_count(name: str) -> None:
    task = goalgap.task(name).on("deploy")
    games, rng = AlarmGames(task, Pairs.derived(replace(OWN, environment=name), 96)), np.random.default_rng(0)
    for _ in range(STEPS):
        games.step(rng.integers(len(task.game.actions), size=96))
    alarm = alarm_of([games])
    assert alarm.counted > 0
    assert not alarm.raised
