"""Whatever happens, each cell ends with an outcome, nothing finished is lost, and nothing half-written is read."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from instant import Instant, carried_out, carried_out_at_once, here, ran, swept

from goalgap import files
from goalgap.agents.processes import carry_out
from goalgap.cli.options import RefusedError
from goalgap.cli.results import locked
from goalgap.sweeps.engines.local import ENDED, Local, _explained
from goalgap.sweeps.outcomes import Outcome
from goalgap.sweeps.store import Store
from goalgap.sweeps.tables import write_table
from goalgap.sweeps.working import Elsewhere, Piece, settle


def reasons(outcomes: list[Outcome | None]) -> dict[int, str]:
    return {number: each.reason for number, each in enumerate(outcomes) if each and not each.done}


def test_cells_are_carried_out_once_and_outcomes_are_typed(tmp_path: Path) -> None:
    found = carried_out(swept(tmp_path, 5))
    assert [each.result.steps for each in found] == [0, 1, 4, 9, 16]
    assert {each.status for each in found} == {"done"}
    again = carried_out(swept(tmp_path, 7))
    assert again[:5] == found
    assert ran(tmp_path) == list(range(7))
    cell = swept(tmp_path, 1).cells[0]
    log = Store(tmp_path).path(cell.key, ".log").read_text()
    assert "this is cell 0" in log
    assert not list(tmp_path.rglob("*.lock"))


def test_what_fails_is_kept_with_its_reason_and_tried_again_only_when_asked(tmp_path: Path) -> None:
    sweep = swept(tmp_path, 3, raises=[1])
    found = carried_out(sweep)
    assert reasons(found) == {1: "KeyError: 'nothing'"}
    assert "FATES" in sweep.store.path(sweep.cells[1].key, ".log").read_text()
    carried_out(swept(tmp_path, 3))
    assert ran(tmp_path) == [0, 1, 2]
    again = carried_out(swept(tmp_path, 3, retry=True, raises=[1]))
    assert again[1].attempts == 2
    assert ran(tmp_path) == [0, 1, 1, 2]
    assert carried_out(swept(tmp_path, 3, retry=True))[1].done


def test_a_process_that_dies_is_the_failure_of_its_cell_alone(tmp_path: Path) -> None:
    found = carried_out(swept(tmp_path, 8, dies=[2], leaves=[5], raises=[6]), Local(2))
    assert reasons(found) == {
        2: "its process was killed by SIGKILL, as the system does where memory is short",
        5: "its process ended with exit code 3",
        6: "KeyError: 'nothing'",
    }
    assert ran(tmp_path) == list(range(8))


@pytest.mark.parametrize("damage", [b"", b"{", b'{"format": "goalgap-cell"}', b"\x00" * 100, None])
def test_an_outcome_that_cannot_be_read_is_none(damage: bytes | None, tmp_path: Path) -> None:
    before = carried_out(swept(tmp_path, 3))
    sweep = swept(tmp_path, 3)
    path = sweep.store.path(sweep.cells[1].key, ".json")
    if damage is None:  # that of another cell
        damage = sweep.store.path(sweep.cells[2].key, ".json").read_bytes()
    path.write_bytes(damage)
    assert [bool(outcome) for _, outcome in sweep.known()] == [True, False, True]
    assert [each.result for each in carried_out(sweep)] == [each.result for each in before]
    assert ran(tmp_path) == [0, 1, 1, 2]


def test_an_outcome_whose_files_are_gone_is_none(tmp_path: Path) -> None:
    (outcome,) = carried_out(swept(tmp_path, 1))
    store = Store(tmp_path)
    store.keep(outcome.model_copy(update={"result": outcome.result.model_copy(update={"files": ("gone",)})}))
    assert not store.outcome(Instant(tmp_path, 0))
    (tmp_path / "gone").mkdir()
    assert store.outcome(Instant(tmp_path, 0))
    store.keep(outcome.model_copy(update={"result": outcome.result.model_copy(update={"files": ("x" * 300,)})}))
    assert not store.outcome(Instant(tmp_path, 0)), "there can be no such file"


def test_a_full_disk_is_told_and_the_cells_are_done_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, sweep = [], swept(tmp_path, 4)
    _, pieces = sweep.survey(1)
    write = files.write_whole

    def full(path: Path, content: bytes) -> None:
        with files._explained(path):
            raise OSError(errno.ENOSPC, "No space left on device")

    def keep(piece: Piece, result: object) -> None:
        told.append(result)
        monkeypatch.setattr("goalgap.sweeps.store.write_whole", full if len(told) == 1 else write)

    here(pieces, keep)
    assert [each.status for each in told] == ["done", "failed", "done", "done"]
    assert "its outcome was not kept: cannot write" in told[1].reason
    assert "the disk is full: free some space" in told[1].reason
    assert all(each.done for each in carried_out(swept(tmp_path, 4)))
    assert ran(tmp_path) == [0, 1, 1, 2, 3]


def test_a_store_that_cannot_be_written_stops_no_sweep(tmp_path: Path) -> None:
    (tmp_path / "cells").write_text("")
    told = []
    here(swept(tmp_path, 2).survey(1)[1], lambda _, result: told.append(result))
    assert [each.status for each in told] == ["failed", "failed"]
    assert all("cells" in each.reason for each in told)


def test_a_clock_that_jumps_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: random.choice([0.0, 4e9]))  # noqa: S311
    found = carried_out(swept(tmp_path, 6, slow=[3]))
    assert [each.done for each in found] == [True] * 6
    assert all(0 <= each.seconds < 5 for each in found)
    assert found[3].seconds >= 0.5
    for path in tmp_path.rglob("*.json"):
        os.utime(path, (4e9, 4e9))
    carried_out(swept(tmp_path, 6))
    assert ran(tmp_path) == list(range(6))


def test_two_sweeps_at_once_share_the_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goalgap.sweeps.sweep.PAUSE", 0.01)
    sweeps = [swept(tmp_path, 40, raises=[7], slow=[0]) for _ in range(3)]
    carried_out_at_once(sweeps)
    assert ran(tmp_path) == list(range(40))
    assert reasons([outcome for _, outcome in sweeps[0].known()]) == {7: "KeyError: 'nothing'"}


def test_a_cell_that_somebody_has_is_left_to_them(tmp_path: Path) -> None:
    piece = swept(tmp_path, 1).survey(1)[1][0]
    with piece.store.claimed(piece.cell) as ours:
        assert ours
        assert piece.store.at_work(piece.cell)
        assert isinstance(settle(piece), Elsewhere)
    assert not piece.store.at_work(piece.cell)
    assert settle(piece).done


def test_what_works_in_a_folder_alone_and_what_shares_it_exclude_each_other(tmp_path: Path) -> None:
    piece = Piece(Instant(tmp_path, 0, place=tmp_path / "run"), Store(tmp_path))
    with locked(tmp_path / "run"):
        assert isinstance(settle(piece), Elsewhere)
        assert piece.store.at_work(piece.cell), "so that no process is started for it"
    assert not piece.store.at_work(piece.cell)
    with (
        piece.store.claimed(piece.cell) as ours,
        piece.store.claimed(Instant(tmp_path, 1, place=tmp_path / "run")) as too,
    ):
        assert ours
        assert too
        with pytest.raises(RefusedError, match="another process is working"), locked(tmp_path / "run"):
            pass
    assert settle(piece).done


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file stands for a lock, which would outlive its process."""
    monkeypatch.setattr("fcntl.flock", refusing(errno.ENOSYS))
    (found,) = swept(tmp_path, 1).survey(1)[1]
    assert "has no locks: see the guide" in settle(found).reason
    assert not (tmp_path / "ran.txt").exists()


def test_a_lock_of_another_user_is_taken_for_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = swept(tmp_path, 1).survey(1)[1][0]
    with piece.store.claimed(piece.cell):
        lock = piece.store.path(piece.cell.claim, ".lock")
        assert lock.stat().st_mode & 0o777 == 0o666, "all may look at it"
        monkeypatch.setattr(FileLock, "acquire", refusing(errno.EACCES))
        assert piece.store.at_work(piece.cell)


def killed_after(cells: int, seconds: float, results: Path, count: int) -> None:
    """A whole sweep, which is killed a moment after it has begun so many cells."""
    results.mkdir(exist_ok=True)
    (results / "ran.txt").touch()
    before = len(ran(results))
    process = multiprocessing.get_context("fork").Process(target=carried_out, args=(swept(results, count),))
    process.start()
    while len(ran(results)) < before + cells:
        time.sleep(0.001)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_kills_of_whole_sweeps_lose_nothing_and_leave_nothing_half_read(kills: int, tmp_path: Path) -> None:
    count, results, finished = 12 * kills, tmp_path / "killed", dict[Path, bytes]()
    chance = random.Random(0)  # noqa: S311
    for _ in range(kills):
        killed_after(chance.randint(1, 6), chance.uniform(0, 0.003), results, count)
        assert all(path.read_bytes() == content for path, content in finished.items())
        for path in results.glob("cells/*/*.json"):
            finished.setdefault(path, path.read_bytes())
            assert json.loads(finished[path])["status"] == "done"
    assert 0 < len(finished) < count
    assert_as_undisturbed(results, count)
    assert all(path.read_bytes() == content for path, content in finished.items())


@pytest.mark.slow
def test_kills_of_processes_cost_no_more_than_their_cells(tmp_path: Path) -> None:
    count, results, kills = 200, tmp_path / "killed", 0
    chance = random.Random(0)  # noqa: S311

    def kill(_: object) -> None:
        nonlocal kills
        children = multiprocessing.active_children()
        if kills < 10 and children and chance.random() < 0.3:
            kills += 1
            os.kill(chance.choice(children).pid, signal.SIGKILL)

    sweep = swept(results, count)
    sweep.carry_out(Local(2), *sweep.survey(2), kill)
    assert kills == 10
    lost = reasons([outcome for _, outcome in sweep.known()])
    assert len(lost) <= 10
    assert all("SIGKILL" in reason for reason in lost.values())
    assert_as_undisturbed(results, count)


def assert_as_undisturbed(results: Path, count: int) -> None:
    """What is left is carried out, and then all is as in a sweep that nobody disturbed."""
    carried_out(swept(results, count, retry=True))
    carried_out(swept(results.with_name("undisturbed"), count))
    for place in (results, results.with_name("undisturbed")):
        write_table(place.with_suffix(".csv"), swept(place, count).known())
    assert results.with_suffix(".csv").read_bytes() == results.with_name("undisturbed.csv").read_bytes()


def test_a_pipe_that_breaks_in_the_work_itself_is_the_failure_of_its_cell(tmp_path: Path) -> None:
    found = carried_out(swept(tmp_path, 3, breaks=[1]), Local(1))
    assert reasons(found) == {1: "BrokenPipeError: of its own"}
    assert ran(tmp_path) == [0, 1, 2]


def test_a_piece_that_cannot_be_given_leaves_no_process_behind(tmp_path: Path) -> None:
    before = multiprocessing.active_children()
    impossible = Piece(Instant(tmp_path, 0, place=lambda: None), Store(tmp_path))
    with pytest.raises(Exception, match="pickle"):
        carry_out([impossible], 1)
    deadline = time.monotonic() + 30
    while multiprocessing.active_children() != before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_signals_without_a_name_are_told_by_their_number() -> None:
    assert _explained(f"{ENDED} -{signal.SIGRTMIN + 1}") == f"its process was killed by signal {signal.SIGRTMIN + 1}"
    assert _explained(f"{ENDED} -{int(signal.SIGSEGV)}") == "its process was killed by SIGSEGV"
