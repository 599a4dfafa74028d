"""Files of `torch.save`: a zip with a pickled table of contents, and the raw numbers of each storage beside it."""

from __future__ import annotations

from math import prod
from zipfile import ZIP_STORED

import numpy as np
import torch

from .archive import Archive
from .pickled import Stored, stored_tensors

RECORDS = 1024
PICKLE, WEIGHTS = 2**17, 64 * 2**20  # bytes


class Weights:
    """The tensors that a file of `torch.save` holds.

    Attributes:
        stored: where each of them lies, by name.

    Raises:
        ValueError: they are no dictionary of float32 tensors in C order, or their number or size is too large.
        zipfile.BadZipFile: the file is not of the format that torch has written since 1.6.
    """

    def __init__(self, content: bytes) -> None:
        self._archive, self._records = Archive(content, RECORDS, (ZIP_STORED,)), dict[str, bytes]()
        tables = [name for name in self._archive.members if name.count("/") == 1 and name.endswith("/data.pkl")]
        if len(tables) != 1:
            raise ValueError(f"it has {len(tables)} tables of contents, data.pkl, and one is needed")
        self._folder = tables[0].partition("/")[0]
        if self._order() != b"little":
            raise ValueError("its numbers are not in little-endian order")
        self.stored = stored_tensors(self._archive.read(tables[0], PICKLE))

    def _order(self) -> bytes:
        name = f"{self._folder}/byteorder"
        return self._archive.read(name, 16) if name in self._archive.members else b"little"

    def tensor(self, name: str) -> torch.Tensor:
        """A tensor by its name; ValueError where numbers are missing or not finite."""
        stored = self.stored[name]
        numbers = np.frombuffer(self._record(stored), "<f4", prod(stored.shape), 4 * stored.offset)
        if not np.isfinite(numbers).all():
            raise ValueError(f"not all numbers of {name} are finite")
        return torch.from_numpy(numbers.astype(np.float32).reshape(stored.shape))

    def _record(self, stored: Stored) -> bytes:
        """A storage, which several tensors may lie in; all together are no larger than the file may be."""
        if stored.record not in self._records:
            left = WEIGHTS - sum(map(len, self._records.values()))
            content = self._archive.read(f"{self._folder}/data/{stored.record}", left)
            if len(content) != 4 * stored.total:
                raise ValueError(f"a storage has {len(content)} bytes, not {4 * stored.total}")
            self._records[stored.record] = content
        return self._records[stored.record]
