"""Pieces of work in processes: which of them a process takes with it when it dies."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from goalgap.agents import processes
from goalgap.agents.processes import carry_out


@dataclass(frozen=True)
class Noted:
    """A piece of work that leaves a file, with the number of its process."""

    folder: Path
    key: int

    def run(self, _: Callable[[Any], None]) -> None:
        (self.folder / f"{self.key}").write_text(str(os.getpid()))


class Deadly(Noted):
    """One that kills its process before it is taken, where that process has carried out others, or anyway."""

    always = False

    def __reduce__(self) -> Any:
        return _given, (type(self), self.folder, self.key)


class Deadliest(Deadly):
    always = True


def _given(kind: type[Deadly], folder: Path, key: int) -> Deadly:
    ours = str(os.getpid())
    if kind.always or any(path.read_text() == ours for path in folder.iterdir()):
        os._exit(7)
    return kind(folder, key)


def test_a_process_that_dies_between_two_pieces_costs_none(tmp_path: Path) -> None:
    assert not carry_out([Noted(tmp_path, 0), Deadly(tmp_path, 1), Noted(tmp_path, 2)], 1, pieces=9)
    first, second, third = ((tmp_path / name).read_text() for name in "012")
    assert first != second == third


def test_a_piece_that_no_process_can_take_has_failed_once_a_new_one_dies_of_it(tmp_path: Path) -> None:
    failures = carry_out([Noted(tmp_path, 0), Deadliest(tmp_path, 1), Noted(tmp_path, 2)], 1, pieces=9)
    assert failures == {1: "its process ended with exit code 7"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "2"]


def test_what_is_told_is_told_of_the_piece_that_tells_it(tmp_path: Path) -> None:
    told: list[tuple[Any, Any]] = []
    carry_out([Telling(tmp_path, key) for key in range(3)], 2, lambda *each: told.append(each), pieces=2)
    assert sorted(told) == [(0, 0), (1, 1), (2, 2)]


def test_who_has_left_a_thread_behind_is_ended_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LINGER", 0.5)
    assert not carry_out([Leaving(tmp_path, 0), Leaving(tmp_path, 1)], 1)
    assert len({(tmp_path / name).read_text() for name in "01"}) == 2


class Leaving(Noted):
    """One after which its process would wait for a thread, for ever."""

    def run(self, progress: Callable[[Any], None]) -> None:
        super().run(progress)
        Thread(target=Event().wait).start()


class Telling(Noted):
    def run(self, progress: Callable[[Any], None]) -> None:
        progress(self.key)
