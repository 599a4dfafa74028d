"""Folders that are there completely or not at all, whatever happens while they are written.

A result is written into a hidden sibling, flushed to the disk and renamed last, so nothing half-written ever
has the name of a result, and nothing finished is touched by a failure.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = 16 * 2**20  # bytes an agent may need
REASONS = {
    errno.ENOSPC: "the disk is full: free some space and run again",
    errno.EDQUOT: "your disk quota is used up: free some space and run again",
    errno.EFBIG: "a file may not grow that large here: raise the limit (ulimit -f) and run again",
    errno.EACCES: "you may not write there: choose another folder or change its permissions",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another folder",
    errno.EEXIST: "something else has that name already: choose another folder",
    errno.ENOTEMPTY: "it exists already: choose another folder or remove it",
}


class StorageError(OSError):
    """A result could not be written; the message says why and what to do, and nothing finished was lost."""


def check_room(folder: Path) -> None:
    """StorageError unless a new `folder` can be written; makes its parents."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StorageError(f"{folder} exists already: choose another folder or remove it")
    with _explained(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
        if free < ROOM:
            raise OSError(errno.ENOSPC, f"{free / 2**20:.1f} MiB are left, {ROOM >> 20} may be needed")
        with tempfile.TemporaryFile(dir=folder.parent) as probe:
            probe.write(b"probe")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder that becomes `folder` when the block ends well and is removed when it does not."""
    with _explained(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            yield temporary
            for each in (*temporary.iterdir(), temporary):
                _flush(each)
            temporary.chmod(0o777 & ~_umask())
            temporary.replace(folder)
            _flush(folder.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn the system's errors into ones that say what to do."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        reason = REASONS.get(error.errno or 0, "see the system's message")
        raise StorageError(f"cannot write {folder}: {reason} ({error})") from error


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
