"""Rounds by commands: strangers' code and bundles enter confined, and bundles play their levels again."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from commands import goalgap as command
from entrants import LEVELS, SALT, TASK, Constant, opened
from stable_baselines3 import DQN

import goalgap
from goalgap import __version__
from goalgap.agents.bundles.manifest import Bundle, Card
from goalgap.agents.bundles.packing import pack
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run
from goalgap.isolation import policies
from goalgap.isolation.backends import ADVICE, backends
from goalgap.leaderboards.rounds.derivation import Derivation
from goalgap.leaderboards.rounds.entering import enter
from goalgap.leaderboards.rounds.keeping import ALARMS, EPISODES, read_record
from goalgap.leaderboards.rounds.playing import play
from goalgap.leaderboards.rounds.records import AlarmRows, Entrant, agent_hash
from goalgap.players import players

CARD = Card(
    name="Mine", authors="Me", description="A test.", license="MIT", environment="CheeseCorner", algorithm="DQN",
    reward="cheese", alpha=0, training_seed=0,
)  # fmt: skip
RANDOM = """
import numpy as np

def make_policy(shape, n):
    def act(obs, state, starts):
        rng = np.random.default_rng(0) if state is None else state
        return rng.integers(n, size=len(obs)), rng
    return act
"""
confined = pytest.mark.skipif(not backends(), reason=f"nothing confines a worker here: {ADVICE}")


def at(folder: Path) -> tuple[object, ...]:
    return "--rounds", folder / "rounds", "--private", folder / "private", "--entries", folder / "board"


def submit(folder: Path, *words: object) -> int:
    usual = (*at(folder)[:2], *at(folder)[4:]) if "--private" in words else at(folder)
    return command("submit", folder / "policy.py", "CheeseCorner", "--code", "--round", "spring", *usual, *words)


@confined
def test_a_strangers_code_enters_a_round_by_commands_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = opened(tmp_path)
    (tmp_path / "policy.py").write_text(RANDOM)
    assert submit(tmp_path, "--author", "Me", "--name", "Mine") == 0
    assert re.search(r"\d+ of \d+ decisions won on alarm levels; status: scored", capsys.readouterr().out)
    kept = Episodes.read(place.kept(place.folder("CheeseCorner", "Mine")) / EPISODES)
    assert kept.runs[0].details["isolation"] == str(backends()[0])
    assert command("round", "close", "spring", "--rounds", tmp_path / "rounds", "--private", tmp_path / "private") == 0
    assert command("round", "check", "spring", "--rounds", tmp_path / "rounds") == 0


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bundles of agents that differ in one weight."""
    folder = tmp_path_factory.mktemp("bundles")
    model = DQN("MlpPolicy", goalgap.vec_env(TASK, 1), policy_kwargs={"net_arch": [8]}, buffer_size=10, device="cpu")
    for name in ("one", "two"):
        model.save(folder / f"{name}.zip")
        pack(folder / f"{name}.zip", CARD, folder / name)
        next(model.policy.parameters()).data[0, 0] += 1
    return folder


def test_the_same_agent_plays_the_same_levels_and_one_of_other_weights_plays_others(bundles: Path) -> None:
    pack(bundles / "one.zip", CARD, bundles / "again")
    told = {name: Bundle.read(bundles / name).digest for name in ("one", "again", "two")}
    assert told["one"] == told["again"] != told["two"]
    own = Derivation(SALT, __version__, "CheeseCorner", told["one"])
    levels = [set(replace(own, agent=each).level_seeds("deploy", 100).tolist()) for each in told.values()]
    assert levels[0] == levels[1]
    assert not levels[0] & levels[2]


@confined
def test_a_bundle_is_played_confined_as_it_plays_here(
    bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = opened(tmp_path)
    words = "--round", "spring", "--author", "Me", "--name", "Mine", *at(tmp_path)
    assert command("submit", bundles / "one", "CheeseCorner", *words) == 0
    ((policy, run),) = players(bundles / "one", TASK)
    own = place.round().derivation(SALT, "CheeseCorner", agent_hash(run))
    here, alarms = play(own, LEVELS, TASK, (policy, run))  # type: ignore[arg-type]
    kept = place.kept(place.folder("CheeseCorner", "Mine"))
    for name in ("split", "level_seed", "actions"):
        assert Episodes.read(kept / EPISODES).table[name].equals(here.table[name])
    assert read_record(AlarmRows, kept / ALARMS).actions == {run.training_seed: alarms[0].actions.tolist()}
    place.close()
    checking = ("round", "check", "spring", "--rounds", tmp_path / "rounds", "--bundle")
    assert command(*checking, bundles / "one", bundles / "two") == 0
    assert "agents that have played their levels again: 1 of 2 that were given" in capsys.readouterr().out


def test_a_round_finds_an_agent_that_did_not_play_its_levels(
    bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose content hash somebody else has played under."""
    monkeypatch.setattr(policies, "backends", lambda: ())
    place, told = opened(tmp_path), Bundle.read(bundles / "one").digest
    entrant = Entrant(name="Mine", author="Me", environment="CheeseCorner", agents={0: told})
    enter(place, TASK, entrant, [(Constant(), Run(agent="mine", reward="cheese", details={"bundle": told}))])
    place.close()
    checking = ("round", "check", "spring", "--rounds", tmp_path / "rounds")
    assert command(*checking) == 0
    assert command(*checking, "--bundle", bundles / "one") == 2
    assert "takes another action than was recorded" in " ".join(capsys.readouterr().out.split())


def test_what_is_no_bundle_has_no_content_hash() -> None:
    with pytest.raises(ValueError, match="PPO has no content hash, and a round takes bundles alone"):
        agent_hash(Run(agent="PPO", details={"sha256": "a" * 64}))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "add --author and --name"),
        (("--author", "Me", "--name", "Mine", "--argmax"), "leave out --argmax"),
        (("--author", "Me", "--name", "Mine", "--levels", 5), "leave out --levels"),
        (("--author", "Me", "--name", "Mine", "--out", "x"), "leave out --out"),
        (("--author", "Me", "--name", "Mine", "--size", 5), "standard arguments"),
        (("--author", "Me", "--name", "Mine", "--private", "elsewhere"), "does not hold a salt"),
    ],
)
def test_what_a_round_does_not_take_is_told_before_anything_is_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[object, ...], told: str
) -> None:
    opened(tmp_path)
    assert submit(tmp_path, *words) == 2
    assert told in capsys.readouterr().err
