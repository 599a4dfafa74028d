"""Rounds: nobody knows their levels before, who enters is scored at once, and who knows too much is found out."""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import goalgap as command
from entrants import LEVELS, SALT, TASK, Constant, digest, entered, opened, run_of
from rich.console import Console

from goalgap import __version__
from goalgap.agents.reference import reference
from goalgap.cli.options import RefusedError
from goalgap.cli.rounds import Entering, Places
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.fingerprint import fingerprint
from goalgap.eval.play.policy import level_keys
from goalgap.leaderboards.rounds import keeping
from goalgap.leaderboards.rounds.checking import check
from goalgap.leaderboards.rounds.entering import check_admitted, enter
from goalgap.leaderboards.rounds.keeping import ALARMS, SECRET, Place, RoundError, new_salt, read_record
from goalgap.leaderboards.rounds.records import Entrant, Round
from goalgap.leaderboards.status import Register


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
        places=Places(tmp_path / "rounds", tmp_path / "private"),
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
