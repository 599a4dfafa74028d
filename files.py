"""Writing results: a file or a folder is there completely or not at all, whatever happens while it is written.

A result is written under a hidden name beside its place, flushed to the disk and renamed last, so nothing half-written
ever has the name of a result, and nothing finished is touched by a failure. Permissions are those that the user's
umask gives to any new file. What cannot be written is a `StorageError`, which says why and what to do.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

ROOM = 16 * 2**20  # bytes a result may need
PROBE = 4096  # bytes that are tried
LOCK = ".lock"  # the file that who works in a folder alone has locked
HIDDEN = ".goalgap-"  # what names of what is half-written begin with; eight more characters follow
REASONS = {
    errno.ENOSPC: "the disk is full: free some space and run again",
    errno.EDQUOT: "your disk quota is used up: free some space and run again",
    errno.EFBIG: "a file may not grow that large here: raise the limit (ulimit -f) and run again",
    errno.EACCES: "you may not write there: choose another folder or change its permissions",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.ENOENT: "nothing new can be made there: choose another folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another folder",
    errno.EISDIR: "a folder has that name: choose another name",
    errno.EEXIST: "something else has that name already: choose another folder",
    errno.ENOTEMPTY: "it exists already: choose another folder or remove it",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
    errno.ELOOP: "its links lead in circles: choose another folder",
}


class StorageError(OSError):
    """A result could not be written; the message says why and what to do, and nothing finished was lost."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one move, parents included; StorageError, and the old file or none, when that cannot be done."""
    with _explained(path), _hidden_name(path) as temporary:
        _check_no_folder(path)
        with temporary.open("xb") as file:
            file.write(content)
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)


@contextmanager
def new_folder(folder: Path, replace: bool = False) -> Iterator[Path]:
    """A temporary folder that becomes `folder` when the block ends well and is removed when it does not.

    Args:
        replace: whether what `folder` holds gives way to it; it does so last.

    Raises:
        StorageError: `folder` holds something already, or it cannot be written; so are errors of writing in the block.
    """
    with _explained(folder), _hidden_name(folder) as temporary:
        temporary.mkdir()
        yield temporary
        for path in (*temporary.rglob("*"), temporary):
            _flush(path)
        with _aside(folder) if replace and folder.exists() else nullcontext():
            temporary.replace(folder)
        _flush(folder.parent)


def check_room(folder: Path) -> None:
    """StorageError unless a new `folder` can be written, with `ROOM` bytes; makes its parents."""
    with _explained(folder):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StorageError(f"{folder} exists already: choose another folder or remove it")
        _make_parents(folder)
        with tempfile.TemporaryFile(dir=folder.parent) as probe:
            probe.write(b"probe")
        free = shutil.disk_usage(folder.parent).free
        if free < ROOM:
            left = f"{free / 2**20:.1f} MiB are left, {ROOM >> 20} may be needed"
            raise StorageError(f"cannot write {folder}: {REASONS[errno.ENOSPC]} ({left})")


def check_file(path: Path) -> None:
    """StorageError unless a file can be written at `path`, over an old one or not; makes its parents."""
    with _explained(path):
        _check_no_folder(path)
        _make_parents(path)
        with tempfile.TemporaryFile(dir=path.parent) as probe:
            probe.write(bytes(PROBE))


def check_below(folder: Path) -> None:
    """StorageError unless files can be written in a folder, which need not be there yet; makes nothing."""
    with _explained(folder):
        with suppress(FileNotFoundError):
            folder.stat()  # refuses names that no folder can have
        there = next(path for path in (folder, *folder.parents) if exists(path))
        if not there.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "", str(there))
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(bytes(PROBE))


def exists(path: Path) -> bool:
    """Whether there is something at a path, also where that is no possible path."""
    try:
        return path.exists()
    except OSError:
        return False


def sweep(folder: Path) -> None:
    """Remove what killed processes have left half-written in a folder and the folders in it; nobody may be writing.

    Folders with a lock of their own are left to those who hold it.
    """
    below = [path for path in folder.iterdir() if path.is_dir() and not (path / LOCK).exists()]
    for place in (folder, *below):
        for left in place.glob(HIDDEN + "?" * 8):
            _remove(left)


@contextmanager
def shared(lock: Path) -> Iterator[bool]:
    """Hold a lock file beside others who hold it so; whether that could be: not while somebody has it alone.

    Its folder is made. Where the system has no such locks, everybody may hold it.
    """
    try:
        import fcntl
    except ImportError:
        yield True
        return
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def reason(error: OSError) -> str:
    """Why the system refuses, as a sentence that says what to do where that is known."""
    return REASONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _hidden_name(path: Path) -> Iterator[Path]:
    """A name beside `path` that nothing has; what has it when the block ends is removed. Makes the parents."""
    _make_parents(path)
    temporary = path.parent / f"{HIDDEN}{secrets.token_hex(4)}"
    try:
        yield temporary
    finally:
        _remove(temporary)


@contextmanager
def _aside(folder: Path) -> Iterator[None]:
    """A folder out of the way: it comes back when the block fails, and is removed when it ends well."""
    with _hidden_name(folder) as old:
        folder.rename(old)
        try:
            yield
        except BaseException:
            old.rename(folder)
            raise


def _check_no_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "", str(path))


def _make_parents(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "", str(path.parent)) from None


def _remove(path: Path) -> None:
    """Remove a file or a folder that need not be there; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the system's errors into ones that say what to do."""
    try:
        yield
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(f"cannot write {path}: {reason(error)}") from error


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
