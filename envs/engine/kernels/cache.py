"""Compiled code on the disk that mends itself: what is damaged is compiled again, and what cannot be kept is not.

numba neither flushes what it writes nor checks what it reads: a file cut short by a loss of power would fail every
later start, and a flipped bit would be run. So a checksum lies with the code. This is the only module that knows how
numba keeps it, and it imports numba: import it late.
"""

from __future__ import annotations

import hashlib
import pickle
import warnings
from contextlib import suppress
from importlib import import_module
from typing import Any

caching: Any = import_module("numba.core.caching")  # which has types here and there
dumps = import_module("numba.core.serialize").dumps


class SoundFile:
    """numba's cache of one function, `load` and `save` by key, where an entry that is damaged is none."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def load(self, key: Any) -> Any:
        """What was saved, or None where nothing sound is."""
        try:
            held = self._file.load(key)
            if held is None:
                return None
            digest, content = held
            if hashlib.sha256(content).hexdigest() == digest:
                return pickle.loads(content)  # noqa: S301 (what we wrote)
        except Exception:  # noqa: BLE001 (damage shows in as many ways as there are bytes)
            self._forget()
        return None

    def save(self, key: Any, data: Any) -> None:
        """Keep an entry; OSError where it cannot be written."""
        content = dumps(data)
        entry = hashlib.sha256(content).hexdigest(), content
        try:
            self._file.save(key, entry)
        except OSError:
            raise
        except Exception:  # noqa: BLE001 (the index is damaged)
            self._forget()
            self._file.save(key, entry)

    def flush(self) -> None:
        """Forget all entries."""
        self._file.flush()

    def _forget(self) -> None:
        with suppress(OSError):
            self._file.flush()


class SoundCache(caching.FunctionCache):  # type: ignore[misc]
    """What a compiled loop is looked up in; where it cannot be kept, a warning says why and what to do."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file: Any = SoundFile(vars(self)["_cache_file"])

    def save_overload(self, signature: Any, code: Any) -> None:
        """Keep compiled code, if that can be done: it runs in any case."""
        try:
            super().save_overload(signature, code)
        except OSError as error:
            warnings.warn(
                f"compiled code cannot be kept in {self.cache_path} ({error.strerror}), so it is compiled in every "
                "process: make room there, or set NUMBA_CACHE_DIR to another folder",
                stacklevel=2,
            )
