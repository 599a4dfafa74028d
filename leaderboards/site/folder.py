"""Writing a site: a folder of files that is there completely or not at all, and that an old one gives way to.

    OUT/index.html, entries/..., tables/...    its files
       /site.json                              their SHA-256, by path

By `site.json` an old site is told from all else: a folder that holds anything which it does not name stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from ...files import StorageError, new_folder

LIST = "site.json"


def write_site(folder: Path, files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Write a site, all at once, in the place of an older one where there is one.

    Args:
        files: the path of each below the folder, with "/", and its text.

    Returns:
        The SHA-256 of each file, by path, that of the list of all others included.

    Raises:
        StorageError: the folder holds something else, or cannot be written.
    """
    check_place(folder)
    with new_folder(folder, replace=True) as fresh:
        sums = {path: _write(fresh / path, text) for path, text in files}
        told = json.dumps(dict(sorted(sums.items())), indent=1)
        sums[LIST] = _write(fresh / LIST, f"{told}\n")
        check_place(folder)
    return sums


def _write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return hashlib.sha256(text.encode()).hexdigest()


def check_place(folder: Path) -> None:
    """StorageError where a folder holds anything but a site."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StorageError(f"{folder} is no folder: choose another")
    known = {LIST, *_listed(folder / LIST)}
    found = (
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    )
    if other := next((path for path in sorted(found) if path not in known), ""):
        raise StorageError(f"{folder} holds {other}, which is no part of a site: choose another folder")


def _listed(path: Path) -> set[str]:
    """The files that a list names; none where it is no list."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return set()
    return set(told) if isinstance(told, dict) else set()
