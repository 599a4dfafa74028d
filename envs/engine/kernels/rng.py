"""Counter-based randomness of our own: the same numbers on every machine, in every version.

SplitMix64 (Steele, Lea and Flood 2014): the k-th number of a stream is a mix of key + k x golden
ratio, so a stream is one 64-bit word that can be made anywhere from what it depends on.
All arithmetic is on unsigned 64-bit integers; no floating point decides a level.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .compile import kernel

Word = Any  # a numpy.uint64 inside compiled code
Stream = Any  # an array of one Word

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
S27, S30, S31, S32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)


@kernel
def mix(word: Word) -> Word:
    """Scramble 64 bits, one to one."""
    word = (word ^ (word >> S30)) * FIRST
    word = (word ^ (word >> S27)) * SECOND
    return word ^ (word >> S31)


@kernel
def draw(rng: Stream) -> Word:
    """The next 64 random bits of a stream."""
    rng[0] += GOLDEN
    return mix(rng[0])


@kernel
def below(rng: Stream, n: int) -> int:
    """A random integer in 0 .. n-1, for n up to 2^32."""
    return np.int64(((draw(rng) >> S32) * np.uint64(n)) >> S32)  # type: ignore[return-value]


@kernel
def key(seed: int, stream: int) -> Word:
    """The first word of the stream that belongs to (seed, stream)."""
    return mix(mix(np.uint64(seed) + GOLDEN) + np.uint64(stream) * GOLDEN)


@kernel
def chance(seed: int, t: int, which: int) -> Word:
    """64 bits for chance within an episode: a function of the level's seed, the step and `which`."""
    return mix(key(seed, t) + np.uint64(which) * GOLDEN)


@kernel
def level_seed(seed: int, episode: int) -> int:
    """The level seed, in 0 .. 2^63-1, of an environment's k-th episode since it was seeded."""
    return np.int64(key(seed, episode) >> ONE)  # type: ignore[return-value]


@kernel
def absorb(word: Word, number: int) -> Word:
    """64 bits that depend on a word and on one number more: what a hash of several numbers is made of."""
    return mix(word ^ np.uint64(number)) + ONE
