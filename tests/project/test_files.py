"""Files and folders appear whole or not at all, with the permissions of the user's umask."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from goalgap.files import StorageError, new_folder, sha256_of, write_whole


@pytest.fixture(params=[0o022, 0o077, 0o002])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_permissions_are_those_of_any_new_file(tmp_path: Path, umask: int) -> None:
    write_whole(tmp_path / "deep" / "file", b"text")
    with new_folder(tmp_path / "folder") as folder:
        write_whole(folder / "inside", b"text")
    assert mode(tmp_path / "deep" / "file") == mode(tmp_path / "folder" / "inside") == 0o666 & ~umask
    assert mode(tmp_path / "deep") == mode(tmp_path / "folder") == 0o777 & ~umask


def test_an_old_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"old")
    with (tmp_path / "file").open("rb") as reader:
        write_whole(tmp_path / "file", b"new")
        assert reader.read() == b"old"
    assert (tmp_path / "file").read_bytes() == b"new"
    assert sha256_of(tmp_path / "file") == hashlib.sha256(b"new").hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def fail_half_way(place: Path) -> None:
    with new_folder(place) as folder:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt


def test_a_failed_block_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fail_half_way(tmp_path / "folder")
    assert not list(tmp_path.iterdir())


def test_a_folder_appears_when_its_block_ends_and_replaces_none(tmp_path: Path) -> None:
    with new_folder(tmp_path / "folder") as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("first")
        assert not (tmp_path / "folder").exists()
    with pytest.raises(StorageError, match="exists already"), new_folder(tmp_path / "folder") as second:
        (second / "file").write_text("second")
    assert (tmp_path / "folder" / "deep" / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_what_cannot_be_written_says_why_and_leaves_what_was_there(tmp_path: Path, nobody: Any) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match=r"cannot write .*deep: a part of the path is a file"):
        write_whole(tmp_path / "file" / "below" / "deep", b"")
    with pytest.raises(StorageError, match="a folder has that name"):
        write_whole(tmp_path / "folder", b"")
    tmp_path.chmod(0o500)
    with nobody(), pytest.raises(StorageError, match="you may not write there"):
        write_whole(tmp_path / "file", b"theirs")
    tmp_path.chmod(0o700)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "mine"
