"""Numbers that nobody can know before a round's salt is published, and that anybody can recompute after.

The k-th number for a purpose, k = 0, 1, 2, ..., is made of the first 8 bytes of

    HMAC-SHA256(salt, message)

as an unsigned big-endian integer, of which the lowest bit is dropped: an integer in 0 .. 2^63-1, all equally likely.
The message is the UTF-8 text of six lines, joined by line feeds, with none at its end:

    goalgap-round-1
    the suite's version, as the round's record has it, such as 0.1.0
    the environment's name, such as CheeseCorner
    the purpose
    the content hash of the agent, 64 hexadecimal digits
    k, in decimal

The level seeds of a split are the numbers whose purpose is its name, train, control or deploy, in order, those left out
that came before. The other purposes are `alarm`, `choice` and `order`: see `alarms`.

The content hash of a bundle is the SHA-256 that `Bundle.digest` gives, that of code covers the names and contents of
its files. Several training seeds handed in as one agent play the same levels: theirs is the SHA-256 of their hashes,
sorted and joined by line feeds. Alarm levels are of each by itself, so that what comes of them is independent.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

FORMAT = "goalgap-round-1"
BYTES = 8


@dataclass(frozen=True)
class Derivation:
    """All numbers of one agent in one environment.

    Attributes:
        salt: the round's 32 secret bytes.
        suite: the version of the suite.
        environment: by name.
        agent: its content hash.
    """

    salt: bytes = field(repr=False)
    suite: str
    environment: str
    agent: str

    def level_seeds(self, purpose: str, n: int) -> NDArray[np.int64]:
        """The first `n` different numbers for a purpose, such as a split, int64, shape (n,)."""
        return np.fromiter(islice(distinct(self._all(purpose)), n), np.int64, n)

    def numbers(self, purpose: str, n: int) -> NDArray[np.int64]:
        """The first `n` numbers for a purpose, int64, shape (n,)."""
        return np.fromiter(islice(self._all(purpose), n), np.int64, n)

    def _all(self, purpose: str) -> Iterator[int]:
        begun = hmac.new(self.salt, self._message(purpose).encode(), hashlib.sha256)
        for k in count():
            each = begun.copy()
            each.update(str(k).encode())
            yield int.from_bytes(each.digest()[:BYTES], "big") >> 1

    def _message(self, purpose: str) -> str:
        """The message up to the number's place."""
        return "\n".join([FORMAT, self.suite, self.environment, purpose, self.agent, ""])


def distinct(numbers: Iterable[int]) -> Iterator[int]:
    """Numbers without those that came before."""
    seen: set[int] = set()
    for number in numbers:
        if number not in seen:
            seen.add(number)
            yield number


def content_hash(agents: Iterable[str]) -> str:
    """The content hash of an agent that consists of these, one for each training seed."""
    told = sorted(agents)
    return told[0] if len(told) == 1 else hashlib.sha256("\n".join(told).encode()).hexdigest()
