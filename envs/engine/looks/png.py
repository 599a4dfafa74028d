"""PNG files with NumPy and zlib alone (PNG specification, third edition, W3C 2025): 8-bit RGB or RGBA, not interlaced.

They are written with the filter "Up": enlarged pixel art repeats its rows, so differences to the row above are nearly
all zero and pack well. They are read with every filter, since others write them otherwise.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ALLOWED = "allowed are PNG files of 8-bit RGB or RGBA, not interlaced"
DEPTHS = {2: 3, 6: 4}  # bytes a pixel, by colour type
EIGHT, RGB = 8, 2
NONE, SUB, UP, AVERAGE, PAETH = range(5)


def png(rgb: NDArray[np.uint8]) -> bytes:
    """An image, uint8, shape (height, width, 3), as the bytes of a PNG file."""
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or 0 in rgb.shape:
        raise ValueError(f"an image is uint8 of shape (height, width, 3), not {rgb.dtype} of shape {rgb.shape}")
    height, width, _ = rgb.shape
    rows = np.full((height, 1 + 3 * width), UP, np.uint8)
    rows[:, 1:] = np.diff(rgb.reshape(height, -1), axis=0, prepend=np.uint8(0))
    header = struct.pack(">IIBBBBB", width, height, EIGHT, RGB, 0, 0, 0)
    packed = zlib.compress(rows.tobytes(), 9)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def pixels(data: bytes) -> NDArray[np.uint8]:
    """The image in the bytes of a PNG file, uint8, shape (height, width, 3), or 4 with alpha.

    Raises:
        ValueError: it is no PNG file, is damaged, or is of another kind than is allowed.
    """
    if not data.startswith(SIGNATURE):
        raise ValueError(f"not a PNG file; {ALLOWED}")
    try:
        chunks = list(_chunks(data))
        width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", dict(chunks)[b"IHDR"])
        packed = b"".join(content for kind, content in chunks if kind == b"IDAT")
        if bits != EIGHT or colour not in DEPTHS or interlaced or b"tRNS" in dict(chunks):
            raise ValueError(f"a PNG file of another kind; {ALLOWED}")
        rows = np.frombuffer(zlib.decompress(packed), np.uint8)
    except (struct.error, zlib.error, KeyError):
        raise ValueError("a damaged PNG file") from None
    if rows.size != height * (1 + DEPTHS[colour] * width):
        raise ValueError("a damaged PNG file")
    return _unfilter(rows.reshape(height, -1), DEPTHS[colour]).reshape(height, width, -1)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the content of each chunk; what comes after the last whole one is left."""
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def _unfilter(rows: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    """Undo the filter that the first byte of each row names."""
    image = np.zeros((len(rows), rows.shape[1] - 1), np.uint8)
    above = np.zeros(rows.shape[1] - 1, np.uint8)
    for row, kind in enumerate(rows[:, 0].tolist()):
        above = image[row] = _unfilter_row(kind, rows[row, 1:], above, depth)
    return image


def _unfilter_row(kind: int, row: NDArray[np.uint8], above: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    if kind == NONE:
        return row
    if kind == UP:
        return row + above
    if kind == SUB:
        return np.cumsum(row.reshape(-1, depth), axis=0, dtype=np.uint8).reshape(-1)
    if kind in (AVERAGE, PAETH):
        return _unfilter_bytes(kind, row, above, depth)
    raise ValueError(f"a damaged PNG file: no filter has the number {kind}")


def _unfilter_bytes(kind: int, row: NDArray[np.uint8], above: NDArray[np.uint8], depth: int) -> NDArray[np.uint8]:
    """Add to each byte what is guessed from its neighbours: to the left, above, and above to the left."""
    line, up = bytearray(depth) + row.tobytes(), bytes(depth) + above.tobytes()
    for k in range(depth, len(line)):
        left, top, corner = line[k - depth], up[k], up[k - depth]
        guess = (left + top) // 2 if kind == AVERAGE else _paeth(left, top, corner)
        line[k] = (line[k] + guess) % 256
    return np.frombuffer(line, np.uint8, offset=depth)


def _paeth(left: int, top: int, corner: int) -> int:
    """The neighbour that is nearest to left + top - corner, the first of equals."""
    return min((left, top, corner), key=lambda value: abs(left + top - corner - value))
