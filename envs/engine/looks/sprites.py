"""Pictures of things, 16 x 16 pixels each: an environment's own, the shared ones of `sprites.txt`, and letter tiles."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from inspect import cleandoc
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....choices import choose
from .font import write
from .png import pixels

Pixels = NDArray[np.uint8]

CELL = 16
FILE = Path(__file__).with_name("sprites.txt")
BAR = 4  # the rows of a bar, of which four fill a cell
GOLDS = "yYA"  # the letters of what is drawn once and shown in several colours
STACKS = {"coins": GOLDS, "bells": "cCT"}
SHAPES = ("line", "gem", "beacon")
COLOURS = {"yellow": GOLDS, "red": "prR", "blue": "gnM", "green": "lLe", "violet": "vVU"}
TILES = ("77aadd", "ee8866", "44bb99", "ffaabb", "bbcc33", "99ddff", "eedd88", "dddddd", "aaaa00")  # Tol 2021, "light"


def sprite(name: str) -> Pixels:
    """The shared picture of a thing: red, green, blue, alpha; uint8, shape (16, 16, 4); ValueError where none is."""
    if name not in shared():
        raise ValueError(f"no picture of {name!r} in {FILE.name}: draw one; there are {', '.join(shared())}")
    return shared()[name]


def pictures(things: Mapping[str, str], own: Mapping[str, str | Path]) -> dict[str, Pixels]:
    """The picture of each thing: its own, else the shared one of its name, else a tile with a letter.

    Args:
        things: from the name of a thing to the letter of its tile; "" takes a letter of the name.
        own: from the name of a thing to its picture: 16 lines of 16 letters of the palette in `sprites.txt`,
            or the path of a PNG file.

    Returns:
        uint8, shape (16, 16, 4), red, green, blue, alpha, by name, in the order of `things`.

    Raises:
        ValueError: an own picture is of no thing, or is none; says which and what is allowed.
    """
    for name in own:
        choose("thing with a picture of its own", name, things)
    drawn = shared() | {name: _own(name, source) for name, source in own.items()}
    drawn |= _tiles({name: glyph for name, glyph in things.items() if name not in drawn})
    return {name: drawn[name] for name in things}


@cache
def shared() -> dict[str, Pixels]:
    """The pictures that all environments share, by name; read-only."""
    names = [name for name in _blocks() if name not in ("palette", "bar", "tile", *SHAPES)]
    stacks = {f"{name}{n}": _bar(letters, n) for name, letters in STACKS.items() for n in range(1, CELL // BAR + 1)}
    shapes = {f"{name}_{shape}": _inked(_blocks()[shape], COLOURS[name]) for shape in SHAPES for name in COLOURS}
    return {name: _draw(_blocks()[name], palette()) for name in names} | stacks | shapes


@cache
def palette() -> dict[str, bytes]:
    """The colours of pictures, red, green, blue and alpha, by their letter."""
    codes = dict(line.split()[:2] for line in _blocks()["palette"])
    return {letter: bytes.fromhex(code[1:].ljust(8, "f")) for letter, code in codes.items()}


@cache
def _blocks() -> dict[str, list[str]]:
    """The lines of each block of the file, by the name in its first."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    blocks = [block.splitlines() for block in "\n".join(lines).strip().split("\n\n")]
    return {name: rows for name, *rows in blocks}


def _draw(rows: Iterable[str], colours: Mapping[str, bytes]) -> Pixels:
    data = b"".join(colours[letter] for row in rows for letter in row)
    return np.frombuffer(data, np.uint8).reshape(CELL, CELL, 4)


def _bar(letters: str, number: int) -> Pixels:
    """A bar, in the colours of `letters`, at its place in a stack: number 1 lies at the bottom."""
    rows, lift = _blocks()["bar"], BAR * (number - 1)
    return _inked(rows[lift:] + rows[:lift], letters)


def _inked(rows: Iterable[str], letters: str) -> Pixels:
    """What is drawn in golds, in the colours of `letters`."""
    return _draw(rows, palette() | {old: palette()[new] for old, new in zip(GOLDS, letters, strict=True)})


def _tiles(things: Mapping[str, str]) -> dict[str, Pixels]:
    """A letter on a tile for each thing, in a colour by its name, or the next that others leave free."""
    chosen: dict[str, tuple[str, str]] = {}
    for name, glyph in things.items():
        chosen[name] = _letter_and_colour(name, glyph, list(chosen.values()))
    return {name: _tile(letter, colour) for name, (letter, colour) in chosen.items()}


def _letter_and_colour(name: str, glyph: str, taken: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """What is least like the tiles `taken`: a pair that is not among them, the first letter, the rarest colour."""
    letters = [letter for letter in glyph or name if "!" <= letter <= "~"] or ["?"]
    first = zlib.crc32(name.encode()) % len(TILES)
    used = [colour for _, colour in taken]
    options = product(letters, TILES[first:] + TILES[:first])
    return min(options, key=lambda pair: (pair in taken, letters.index(pair[0]), used.count(pair[1])))


def _tile(letter: str, colour: str) -> Pixels:
    tile, ink = _draw(_blocks()["tile"], palette() | {"w": bytes.fromhex(f"{colour}ff")}).copy(), write(letter)
    left = (CELL - ink.shape[1]) // 2
    tile[4 : 4 + len(ink), left : left + ink.shape[1]][ink] = np.frombuffer(palette()["o"], np.uint8)
    return tile


def _own(name: str, source: str | Path) -> Pixels:
    """An own picture, from text or from a file; ValueError names the thing."""
    try:
        return _read_text(source) if isinstance(source, str) else _read_png(source.read_bytes())
    except OSError as error:
        raise ValueError(f"the picture of {name!r}: {source}: {error.strerror}") from None
    except ValueError as error:
        place = "" if isinstance(source, str) else f"{source}: "
        raise ValueError(f"the picture of {name!r}: {place}{error}") from None


def _read_text(text: str) -> Pixels:
    rows = cleandoc(text).splitlines()
    if len(rows) != CELL:
        raise ValueError(f"it has {len(rows)} lines; text needs {CELL} lines of {CELL} letters, a PNG file its Path")
    for number, row in enumerate(rows, 1):
        if len(row) != CELL:
            raise ValueError(f"line {number} has {len(row)} letters, and needs {CELL}")
        for letter in row:
            choose(f"letter in line {number}", letter, palette())
    return _draw(rows, palette())


def _read_png(data: bytes) -> Pixels:
    image = pixels(data)
    height, width, depth = image.shape
    if (height, width) != (CELL, CELL):
        raise ValueError(f"{width} x {height} pixels, and needs {CELL} x {CELL}")
    return image if depth == 4 else np.dstack([image, np.full((CELL, CELL), 255, np.uint8)])
