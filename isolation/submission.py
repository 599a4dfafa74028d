"""A submission's files, copied: what runs is what was hashed, and a worker sees no other file of the submitter's."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ..files import exists, reason
from .limits import EntryError

MOST_FILES = 1000


def copied(path: Path, folder: Path, most: int) -> Path:
    """A copy of a file, or of a folder with all regular files in it, below `folder`.

    Raises:
        FileNotFoundError: nothing is there.
        EntryError: it has more than `most` bytes or a thousand files, cannot be read, or is of another kind.
    """
    if not exists(path):
        raise FileNotFoundError(f"there is no submission {path}: name a file or a folder")
    copy = folder / (path.resolve().name or "submission")
    try:
        found = dict(islice(_files(path, copy), MOST_FILES + 1))
        size = sum(file.stat().st_size for file in found)
        if size > most or len(found) > MOST_FILES or not found:
            raise EntryError(
                "unreadable",
                f"{path} holds {len(found)} files and {size} bytes or more: a submission is one file, or a folder of "
                f"at most {MOST_FILES} files, links left out, of {most} bytes together",
            )
        for file, place in found.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place, follow_symlinks=False)
    except OSError as error:
        raise EntryError("unreadable", f"{path} cannot be read: {reason(error)}") from error
    return copy


def _files(path: Path, copy: Path) -> Iterator[tuple[Path, Path]]:
    """The regular files of a submission, and where each goes."""
    if not path.is_dir():
        if path.is_file():
            yield path.resolve(), copy
        return
    for file in path.rglob("*"):
        if file.is_file() and not file.is_symlink():
            yield file, copy / file.relative_to(path)


def digest(path: Path) -> str:
    """64 hexadecimal digits that depend on the content of a file, or on the names and contents of a folder's files."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    told = hashlib.sha256()
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        content = file.read_bytes()
        told.update(f"{file.relative_to(path).as_posix()}\0{len(content)}\0".encode() + content)
    return told.hexdigest()
