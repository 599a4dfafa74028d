"""Rounds that are closed: everybody can recompute them from what is public, and what is changed is found."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import goalgap as command
from entrants import LEVELS, SALT, TASK, Constant, digest, entered, opened, run_of
from forging import doctor, put

from goalgap.eval.table.episodes import Episodes
from goalgap.leaderboards.rounds.checking import check
from goalgap.leaderboards.rounds.keeping import ALARMS, EPISODES, ROWS, Place, RoundError


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


def test_environments_are_those_that_the_round_was_opened_with(closed: Place) -> None:
    place = closed.public / "round.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | {"environments": {"CheeseCorner": "0" * 16}}))
    assert len(found := faults(closed)) == 2
    assert {fault.partition(":")[0] for fault in found} == {"CheeseCorner is not the one that spring was opened with"}
