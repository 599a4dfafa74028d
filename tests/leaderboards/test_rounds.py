"""Rounds: nobody knows their levels before, everybody can recompute them after, and what is changed is found."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import goalgap as command
from forging import doctor, put
from rich.console import Console
from stable_baselines3 import DQN

import goalgap
from goalgap import __version__
from goalgap.agents.bundles.manifest import Bundle, Card
from goalgap.agents.bundles.packing import pack
from goalgap.agents.reference import reference
from goalgap.cli.options import RefusedError
from goalgap.cli.rounds import Entering
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.fingerprint import fingerprint
from goalgap.eval.play.policy import level_keys
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run
from goalgap.isolation import policies
from goalgap.isolation.backends import ADVICE, backends
from goalgap.leaderboards.rounds import keeping
from goalgap.leaderboards.rounds.checking import check
from goalgap.leaderboards.rounds.derivation import Derivation
from goalgap.leaderboards.rounds.entering import check_admitted, enter
from goalgap.leaderboards.rounds.keeping import ALARMS, EPISODES, ROWS, SECRET, Place, RoundError, new_salt, read_record
from goalgap.leaderboards.rounds.playing import play
from goalgap.leaderboards.rounds.records import AlarmRows, Entrant, Round, RoundEntry, agent_hash, commitment
from goalgap.leaderboards.status import Register
from goalgap.players import players

TASK = goalgap.task("CheeseCorner")
CARD = Card(
    name="Mine", authors="Me", description="A test.", license="MIT", environment="CheeseCorner", algorithm="DQN",
    reward="cheese", alpha=0, training_seed=0,
)  # fmt: skip
LEVELS = 60
SALT = bytes(range(32))
RANDOM = """
import numpy as np

def make_policy(shape, n):
    def act(obs, state, starts):
        rng = np.random.default_rng(0) if state is None else state
        return rng.integers(n, size=len(obs)), rng
    return act
"""
confined = pytest.mark.skipif(not backends(), reason=f"nothing confines a worker here: {ADVICE}")


@dataclass
class Constant:
    """Always takes one action, or, without one, each as often."""

    action: int | None = None
    name: str = "constant"

    def __call__(self, obs: Any, state: Any, _: Any) -> Any:
        rng = np.random.default_rng(0) if state is None else state
        drawn = rng.integers(4, size=len(obs))
        return drawn if self.action is None else np.full(len(obs), self.action), rng


class Cheating:
    """Knows the seeds of all levels by their keys, and does what is best there."""

    name = "cheating"

    def __init__(self, seeds: np.ndarray[Any, Any]) -> None:
        tasks = [TASK.on(split) for split in ("train", "control", "deploy")]
        self.known = {
            key: (task, seed)
            for task in tasks
            for key, seed in zip(level_keys(Batch.of(task, seeds)).tolist(), seeds.tolist(), strict=True)
        }

    def on_levels(self, keys: Any) -> Cheating:
        tasks, seeds = zip(*(self.known[key] for key in keys.tolist()), strict=True)
        self.batch = Batch.of(tasks[0], seeds)
        self.bound = reference("oracle:cheese").bind(self.batch)
        return self

    def __call__(self, obs: Any, state: Any, starts: Any) -> Any:
        actions, state = self.bound(obs, state, starts)
        self.batch.step(actions)
        return actions, state


def opened(folder: Path, name: str = "spring", **others: Any) -> Place:
    place = Place.of(name, folder / "rounds", folder / "private")
    place.open(
        Round(
            name=name, suite_version=__version__, environments={"CheeseCorner": fingerprint(TASK)}, levels=LEVELS,
            opened="2026-11-27", commitment=commitment(SALT), **others,
        ),
        SALT,
    )  # fmt: skip
    return place


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def run_of(name: str, **others: Any) -> Run:
    return Run(agent="mine", reward="cheese", details={"submission": digest(name)}, **others)


def entered(place: Place, name: str, policy: Any = None, author: str = "A. Person") -> RoundEntry:
    agents = {0: digest(name)}
    entrant = Entrant(name=name, author=author, environment="CheeseCorner", agents=agents)
    return enter(place, TASK, entrant, [(policy or Constant(), run_of(name))])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a round that has been closed."""
    folder = tmp_path_factory.mktemp("round")
    place = opened(folder)
    entered(place, "One", Constant(1))
    entered(place, "Two")
    place.close()
    return folder


@pytest.fixture
def closed(made: Path, tmp_path: Path) -> Place:
    """A copy that a test may spoil."""
    shutil.copytree(made, tmp_path / "copy")
    return Place.of("spring", tmp_path / "copy" / "rounds", tmp_path / "copy" / "private")


def test_a_round_commits_to_a_salt_that_nobody_can_read(tmp_path: Path) -> None:
    assert command("round", "open", "spring", "--environments", "CheeseCorner", "--rounds", tmp_path / "rounds",
                   "--private", tmp_path / "private", "--levels", LEVELS) == 0  # fmt: skip
    place = Place.of("spring", tmp_path / "rounds", tmp_path / "private")
    told, secret = place.round(), place.private / SECRET
    assert (secret.stat().st_mode & 0o777, secret.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    salt = bytes.fromhex(secret.read_text())
    assert len(salt) == 32
    assert told.commitment == hashlib.sha256(salt).hexdigest()
    assert (told.levels, told.submissions, told.suite_version, told.salt) == (LEVELS, 3, __version__, "")
    assert told.environments == {"CheeseCorner": fingerprint(TASK)}
    assert len({new_salt() for _ in range(10)}) == 10


def test_what_is_public_before_the_close_is_aggregates_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = opened(tmp_path)
    entered(place, "One")
    public = [path for path in place.public.rglob("*") if path.is_file()]
    assert sorted(path.name for path in public) == ["entry.json", "round.json"]
    seeds = place.round().derivation(SALT, "CheeseCorner", digest("One")).level_seeds("deploy", LEVELS)
    text = "".join(path.read_text() for path in public) + capsys.readouterr().out
    assert SALT.hex() not in text
    assert not [seed for seed in seeds.tolist() if str(seed) in text]
    told = json.loads((place.folders()[0] / "entry.json").read_text())
    assert {name: len(told[name]["seeds"]) for name in ("score", "gap")} == {"score": 1, "gap": 1}


def test_a_closed_round_is_recomputed_from_what_is_public(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "private").rename(made / "lost")
    assert command("round", "check", "spring", "--rounds", made / "rounds") == 0
    (made / "lost").rename(made / "private")
    said = capsys.readouterr().out
    assert all(word in said for word in ("One", "Two", "A. Person"))
    place = Place.of("spring", made / "rounds", made / "private")
    assert place.round().salt == SALT.hex()
    own = place.round().derivation(SALT, "CheeseCorner", digest("One"))
    played = Episodes.read(place.folder("CheeseCorner", "One") / EPISODES).where(split="deploy")
    assert played.column("level_seed").tolist() == own.level_seeds("deploy", LEVELS).tolist()


def changed(**values: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        place = folder / "entry.json"
        place.write_text(json.dumps(json.loads(place.read_text()) | values))

    return change


def vouched(folder: Path, change: Callable[[], None]) -> None:
    """A change of the rows that the entry vouches for."""
    change()
    rows = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ROWS}
    changed(rows=rows)(folder)


def with_returns(folder: Path) -> None:
    table = Episodes.read(folder / EPISODES).table
    vouched(folder, lambda: doctor(folder / EPISODES, put(table, "return.cheese", 1.0)))


def with_public_levels(folder: Path) -> None:
    """Easier ones, chosen by whoever keeps the round."""
    from goalgap.eval.play.rollout import evaluate

    vouched(folder, lambda: evaluate(TASK, Constant(1), LEVELS, run=run_of("One")).write(folder / EPISODES))


def with_actions(change: Callable[[list[list[int]]], list[list[int]]]) -> Callable[[Path], None]:
    """Other actions on alarm levels."""

    def write(folder: Path) -> None:
        told = json.loads((folder / ALARMS).read_text())
        told["actions"]["0"] = change(told["actions"]["0"])
        (folder / ALARMS).write_text(json.dumps(told))

    return lambda folder: vouched(folder, lambda: write(folder))


def spoilt(folder: Path) -> None:
    (folder / "entry.json").write_text("[")


def faults(place: Place) -> list[str]:
    return [each.fault for each in check(place) if each.fault]


THREE = {"0": digest("Three")}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed(score={"mean": 0.9, "seeds": [0.9]}), "another score"),
        (changed(gap={"mean": 0.9, "seeds": [0.9]}), "another score, or another gap"),
        (changed(alarm={"counted": 10, "won": 0}), "its actions give"),
        (changed(agents=THREE), "played by other agents"),
        (changed(name="Three"), "it belongs in"),
        (changed(environment="CheeseDish"), "it belongs in"),
        (changed(rows={}), "vouches for"),
        (spoilt, "is not JSON"),
        (lambda folder: (folder / EPISODES).unlink(), "missing"),
        (with_returns, "does not replay"),
        (with_public_levels, "other levels of train than derive"),
        (with_actions(lambda rows: [[3] * 8 for _ in rows]), "its actions give"),
        (with_actions(lambda rows: [[200] * 8 for _ in rows]), "there are 4 actions in CheeseCorner"),
        (with_actions(lambda rows: rows[1:]), "has acted on 60 alarm levels"),
    ],
)
def test_what_was_changed_is_found(closed: Place, change: Callable[[Path], None], told: str) -> None:
    change(closed.folder("CheeseCorner", "One"))
    (fault,) = faults(closed)
    assert re.search(told, fault)


def test_a_copy_of_an_entry_is_found(closed: Place) -> None:
    one, other = closed.folder("CheeseCorner", "One"), closed.folder("CheeseCorner", "Zwei")
    shutil.copytree(one, other)
    changed(name="Zwei")(other)
    assert faults(closed) == ["the same agent is entered twice"]


def test_the_salt_must_be_the_one_that_was_committed_to(closed: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place = closed.public / "round.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"salt": "00" * 32}))
    assert command("round", "check", "spring", "--rounds", closed.public.parent) == 2
    assert "the salt is not the one that the round has committed to" in capsys.readouterr().err


def test_a_round_that_is_open_cannot_be_checked_and_one_that_is_closed_takes_nothing(
    closed: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(tmp_path)
    assert command("round", "check", "spring", "--rounds", tmp_path / "rounds") == 2
    assert "spring is open: until it is closed there is nothing to recompute" in capsys.readouterr().err
    with pytest.raises(RoundError, match=r"was closed on .*: its salt is known"):
        entered(closed, "Late")
    with pytest.raises(RoundError, match="spring was closed on"):
        closed.close()


def test_closing_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, write = opened(tmp_path), keeping.write_whole
    entered(place, "One")

    def failing(path: Path, content: bytes) -> None:
        if path.name == ALARMS:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(keeping, "write_whole", failing)
    with pytest.raises(KeyboardInterrupt):
        place.close()
    assert not place.round().closed
    monkeypatch.undo()
    place.close()
    assert [each.fault for each in check(place)] == [""]


def test_what_was_scored_cannot_be_exchanged_before_the_close(tmp_path: Path) -> None:
    place = opened(tmp_path)
    entered(place, "One")
    (place.kept(place.folder("CheeseCorner", "One")) / ALARMS).write_text("{}")
    with pytest.raises(RoundError, match="not what was there when One was scored"):
        place.close()
    assert not place.round().salt


def test_an_author_may_enter_so_many_agents_and_no_agent_twice(tmp_path: Path) -> None:
    place = opened(tmp_path, submissions=2)
    told = place.round()

    def entrant(name: str, author: str = "A. Person", agent: str = "") -> Entrant:
        agents = {0: digest(agent or name)}
        return Entrant(name=name, author=author, environment="CheeseCorner", agents=agents)

    entered(place, "One")
    with pytest.raises(RoundError, match="this very agent has entered as One, and would play the same levels"):
        check_admitted(place, told, entrant("Other", "Somebody", agent="One"))
    with pytest.raises(RoundError, match="there is an entry one in CheeseCorner already"):
        check_admitted(place, told, entrant("one"))
    entered(place, "Two")
    with pytest.raises(RoundError, match=r"a\. PERSON has handed in 2 agents for CheeseCorner"):
        check_admitted(place, told, entrant("Three", "a. PERSON"))
    check_admitted(place, told, entrant("Three", "Somebody"))


def test_training_seeds_are_different_agents() -> None:
    with pytest.raises(ValueError, match="two of these are the same"):
        Entrant(name="One", author="Me", environment="CheeseCorner", agents={0: "a" * 64, 1: "a" * 64})


def test_several_training_seeds_play_the_same_levels_and_alarm_levels_of_their_own(tmp_path: Path) -> None:
    place = opened(tmp_path)
    agents = {seed: digest(str(seed)) for seed in range(2)}
    entrant = Entrant(name="Both", author="Me", environment="CheeseCorner", agents=agents)
    players = [(Constant(0), run_of(str(seed), training_seed=seed)) for seed in range(2)]
    entry = enter(place, TASK, entrant, players)
    assert len(entry.score.seeds) == 2
    place.close()
    assert [each.fault for each in check(place)] == [""]


@pytest.mark.parametrize("action", [None, 0, 1, 2, 3])
def test_who_does_nothing_always_the_same_or_anything_scores_at_chance(tmp_path: Path, action: int | None) -> None:
    entry = entered(opened(tmp_path), "Null", Constant(action))
    assert entry.score.mean is not None
    assert abs(entry.score.mean) < 0.15
    assert entry.alarm.counted > 5
    assert (entry.status, entry.alarm.won <= 0.5 * entry.alarm.counted) == ("scored", True)


def test_who_knows_the_levels_is_quarantined_on_the_board_under_any_name(tmp_path: Path) -> None:
    place, console = opened(tmp_path), Console(file=io.StringIO(), width=200)
    own = place.round().derivation(SALT, "CheeseCorner", digest("Cheating"))
    names = {"train": LEVELS, "control": LEVELS, "deploy": LEVELS, "alarm": 2 * LEVELS}
    cheating = Cheating(np.concatenate([own.level_seeds(name, n) for name, n in names.items()]))
    at = Entering(
        round="spring",
        author="Me",
        rounds=tmp_path / "rounds",
        private=tmp_path / "private",
        entries=tmp_path / "board",
    )
    with pytest.raises(RefusedError, match=r"Cheating is quarantined: .* decisions won on alarm levels"):
        at.enter(console, TASK, [(cheating, run_of("Cheating"))], "Cheating")
    assert re.search(r"Cheating +CheeseCorner +Me +quarantined +\W +\W", console.file.getvalue())  # type: ignore[attr-defined]
    entry = next(place.entries())
    assert (entry.status, entry.alarm.won) == ("quarantined", entry.alarm.counted)
    assert entry.score.mean == pytest.approx(1)
    standing = Register.read(tmp_path / "board").contents[digest("Cheating")]
    assert standing.status == "quarantined"
    assert "in the round spring" in standing.reason


def at(folder: Path) -> tuple[object, ...]:
    return "--rounds", folder / "rounds", "--private", folder / "private", "--entries", folder / "board"


def submit(folder: Path, *words: object) -> int:
    return command("submit", folder / "policy.py", "CheeseCorner", "--code", "--round", "spring", *at(folder), *words)


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


def test_environments_are_those_that_the_round_was_opened_with(closed: Place) -> None:
    place = closed.public / "round.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"environments": {"CheeseCorner": "0" * 16}}))
    assert len(found := faults(closed)) == 2
    assert {fault.partition(":")[0] for fault in found} == {"CheeseCorner is not the one that spring was opened with"}


@pytest.mark.parametrize("name", ["../spring", "Spring", "spring\n", ""])
def test_names_of_rounds_are_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(RoundError, match="a round is called by"):
        Place.of(name, tmp_path, tmp_path)


def test_a_salt_is_not_kept_where_it_would_be_published(tmp_path: Path) -> None:
    (tmp_path / "rounds").mkdir()
    (tmp_path / "private").symlink_to(tmp_path / "rounds")
    with pytest.raises(RoundError, match="is among what is published"):
        opened(tmp_path)
    assert not [*(tmp_path / "rounds").iterdir()]


def test_a_round_is_opened_once(tmp_path: Path) -> None:
    place = opened(tmp_path)
    with pytest.raises(RoundError, match="there is a round in"):
        opened(tmp_path)
    (place.public / "round.json").unlink()
    with pytest.raises(RoundError, match="holds the salt of a round of that name already"):
        opened(tmp_path)
    assert (place.private / SECRET).read_text() == SALT.hex()


@pytest.mark.parametrize("content", ["", "[", "[]", "{}", '{"levels": NaN}', "[" * 10_000])
def test_records_that_are_none_are_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "round.json").write_text(content)
    with pytest.raises(RoundError, match=r"round\.json"):
        read_record(Round, tmp_path / "round.json")
