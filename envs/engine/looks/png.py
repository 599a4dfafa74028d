"""PNG files with NumPy and zlib alone (PNG specification, third edition, W3C 2025): 8-bit RGB, filter "Up".

Enlarged pixel art repeats its rows, so differences to the row above are nearly all zero and pack well.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH, RGB, UP = 8, 2, 2


def png(rgb: NDArray[np.uint8]) -> bytes:
    """An image, uint8, shape (height, width, 3), as the bytes of a PNG file."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(f"an image is uint8 of shape (height, width, 3), not {rgb.dtype} of shape {rgb.shape}")
    height, width, _ = rgb.shape
    rows = np.full((height, 1 + 3 * width), UP, np.uint8)
    rows[:, 1:] = np.diff(rgb.reshape(height, -1), axis=0, prepend=np.uint8(0))
    header = struct.pack(">IIBBBBB", width, height, DEPTH, RGB, 0, 0, 0)
    packed = zlib.compress(rows.tobytes(), 9)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def pixels(data: bytes) -> NDArray[np.uint8]:
    """The image in a file that `png` wrote, whatever version of zlib packed it."""
    width, height = struct.unpack_from(">II", data, 16)
    (length,) = struct.unpack_from(">I", data, 33)
    if data[:8] != SIGNATURE or data[37:41] != b"IDAT":
        raise ValueError("not a PNG file that goalgap wrote")
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8).reshape(height, 1 + 3 * width)
    return np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).reshape(height, width, 3)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
