"""Pictures of things: shared ones, an environment's own as text or PNG, letter tiles; and the PNG files themselves."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from textwrap import indent

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from goalgap.envs import SUITE
from goalgap.envs.engine.looks import png as files
from goalgap.envs.engine.looks import sprites
from goalgap.envs.engine.looks.png import pixels, png

RANDOM = np.random.default_rng(0)
DRAGON = "\n".join(["oooooooooooooooo", *["oLLLLLLLLLLLLLLo"] * 14, "................"])
DEPTHS = {"RGB": 3, "RGBA": 4}


def packed(image: NDArray[np.uint8], kinds: list[int]) -> bytes:
    """A PNG file made by hand from the text of the specification: row k with the filter `kinds[k]`."""
    height, width, depth = image.shape
    padded = np.pad(image.astype(int), ((1, 0), (1, 0), (0, 0)))
    here, left, above, corner = padded[1:, 1:], padded[1:, :-1], padded[:-1, 1:], padded[:-1, :-1]
    guess = np.array([0 * here, left, above, (left + above) // 2, paeth(left, above, corner)])[kinds, range(height)]
    rows = np.column_stack([kinds, ((here - guess) % 256).reshape(height, -1)]).astype(np.uint8)
    return png_file((width, height, 8, {3: 2, 4: 6}[depth], 0, 0, 0), rows.tobytes())


def paeth(left: NDArray[np.int_], above: NDArray[np.int_], corner: NDArray[np.int_]) -> NDArray[np.int_]:
    far = [abs(left + above - corner - each) for each in (left, above, corner)]
    return np.where((far[0] <= far[1]) & (far[0] <= far[2]), left, np.where(far[1] <= far[2], above, corner))


def png_file(header: tuple[int, ...], rows: bytes, *, transparent: bytes = b"") -> bytes:
    """Chunks with the packed rows in two parts, as writers do with large images."""
    data = zlib.compress(rows)
    parts = [(b"IHDR", struct.pack(">IIBBBBB", *header)), (b"tEXt", b"made by hand")]
    parts += [(b"tRNS", transparent)] if transparent else []
    parts += [(b"IDAT", data[:9]), (b"IDAT", data[9:]), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in parts]
    return files.SIGNATURE + b"".join(chunks)


def by_pillow(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "png")
    return buffer.getvalue()


@pytest.mark.parametrize("depth", DEPTHS.values(), ids=list(DEPTHS))
@pytest.mark.parametrize("kind", range(5), ids=["none", "sub", "up", "average", "paeth"])
def test_every_filter_is_undone(kind: int, depth: int) -> None:
    image = RANDOM.integers(0, 256, (16, 16, depth), dtype=np.uint8)
    for kinds in ([kind] * 16, [kind, *RANDOM.integers(0, 5, 15).tolist()]):
        data = packed(image, kinds)
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), image)
        np.testing.assert_array_equal(pixels(data), image)


def test_png_files_are_read_the_same_by_others_and_by_us() -> None:
    rgb = RANDOM.integers(0, 256, (7, 5, 3), dtype=np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png(rgb)))), rgb)
    np.testing.assert_array_equal(pixels(png(rgb)), rgb)
    smooth = np.add.outer(np.arange(40), 3 * np.arange(30))[..., None] + np.array([0, 70, 140])
    smooth = smooth.astype(np.uint8)
    np.testing.assert_array_equal(pixels(by_pillow(Image.fromarray(smooth))), smooth)
    with pytest.raises(ValueError, match="uint8 of shape"):
        png(rgb.astype(np.float64))


ROWS = bytes(16 * (1 + 3 * 16))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"GIF89a" + bytes(60), "not a PNG file; allowed are PNG files of 8-bit RGB or RGBA, not interlaced"),
        (b"", "not a PNG file"),
        (by_pillow(Image.new("P", (16, 16))), "of another kind; allowed are .* 8-bit RGB or RGBA, not interlaced"),
        (by_pillow(Image.new("L", (16, 16))), "of another kind"),
        (png_file((16, 16, 16, 2, 0, 0, 0), 2 * ROWS), "of another kind"),
        (png_file((16, 16, 8, 2, 0, 0, 1), ROWS), "of another kind"),
        (png_file((16, 16, 8, 2, 0, 0, 0), ROWS, transparent=bytes(6)), "of another kind"),
        (png_file((16, 16, 8, 2, 0, 0, 0), ROWS[1:]), "damaged"),
        (png_file((16, 16, 8, 2, 0, 0, 0), b"\5" + ROWS[1:]), "damaged PNG file: no filter has the number 5"),
        (packed(np.zeros((16, 16, 3), np.uint8), [0] * 16)[:-30], "damaged"),
        (files.SIGNATURE, "damaged"),
    ],
)
def test_other_files_are_refused_and_what_is_allowed_is_said(data: bytes, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=complaint):
        pixels(data)
    (tmp_path / "dragon.png").write_bytes(data)
    with pytest.raises(ValueError, match=f"the picture of 'dragon'.*dragon.png: .*{complaint}"):
        sprites.pictures({"dragon": ""}, {"dragon": tmp_path / "dragon.png"})


def test_every_thing_of_the_suite_is_drawn() -> None:
    used = {thing for game in SUITE.values() for thing in game.things}
    assert used <= set(sprites.shared())
    for name, picture in sprites.shared().items():
        assert picture.shape == (16, 16, 4), name
        assert picture.dtype == np.uint8
    with pytest.raises(ValueError, match=r"no picture of 'dragon'.*there are .*mouse"):
        sprites.sprite("dragon")
    with pytest.raises(ValueError, match="read-only"):
        sprites.sprite("mouse")[0, 0] = 0


def test_bars_are_stacked_from_below_and_differ_in_colour_alone() -> None:
    for name in ("coins", "bells"):
        stack = [sprites.sprite(f"{name}{n}") for n in range(1, 5)]
        for n, picture in enumerate(stack, 1):
            rows = picture[..., 3].any(axis=1)
            assert np.flatnonzero(rows).tolist() == list(range(16 - 4 * n, 20 - 4 * n))
            np.testing.assert_array_equal(picture[rows], stack[0][12:])
    coins, bells = sprites.sprite("coins1"), sprites.sprite("bells1")
    np.testing.assert_array_equal(coins[..., 3], bells[..., 3])
    assert (coins[13, 3] != bells[13, 3]).any()


@pytest.mark.parametrize("mode", DEPTHS)
def test_an_own_picture_comes_before_a_shared_one_and_that_before_a_tile(tmp_path: Path, mode: str) -> None:
    image = RANDOM.integers(0, 256, (16, 16, DEPTHS[mode]), dtype=np.uint8)
    (tmp_path / "mouse.png").write_bytes(by_pillow(Image.fromarray(image)))
    own = {"mouse": tmp_path / "mouse.png", "dragon": f"\n{indent(DRAGON, '    ')}\n"}
    drawn = sprites.pictures({"lair": "", "dragon": "d", "wall": "#", "mouse": "m"}, own)
    assert list(drawn) == ["lair", "dragon", "wall", "mouse"]
    np.testing.assert_array_equal(drawn["wall"], sprites.sprite("wall"))
    np.testing.assert_array_equal(drawn["mouse"][..., : DEPTHS[mode]], image)
    assert mode == "RGBA" or (drawn["mouse"][..., 3] == 255).all()
    assert drawn["dragon"][0, 0].tolist() == [0x2D, 0x26, 0x36, 255]
    assert drawn["dragon"][1, 1].tolist() == [0x6F, 0xAE, 0x45, 255]
    assert drawn["dragon"][15, 0].tolist() == [0, 0, 0, 0]
    assert drawn["lair"].shape == (16, 16, 4)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (DRAGON[17:], "it has 15 lines; text needs 16 lines of 16 letters, a PNG file its Path"),
        ("dragon.png", "it has 1 lines; text needs 16 lines of 16 letters, a PNG file its Path"),
        (DRAGON.replace("oooo", "ooo", 1), "line 1 has 15 letters, and needs 16"),
        (DRAGON.replace("oL", "oq", 1), "unknown letter in line 2 'q': choose from ., o, s, w"),
        (Path("/nowhere/dragon.png"), "/nowhere/dragon.png: .*No such file"),
    ],
)
def test_what_is_no_picture_is_refused_by_the_name_of_the_thing(text: str | Path, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"the picture of 'dragon': .*{complaint}"):
        sprites.pictures({"dragon": "d"}, {"dragon": text})


def test_a_png_file_of_another_size_and_a_picture_of_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dragon.png").write_bytes(png(np.zeros((32, 24, 3), np.uint8)))
    with pytest.raises(ValueError, match=r"the picture of 'dragon': .*dragon.png: 24 x 32 pixels, and needs 16 x 16"):
        sprites.pictures({"dragon": "d"}, {"dragon": tmp_path / "dragon.png"})
    with pytest.raises(ValueError, match="'dragn': choose from mouse, dragon; did you mean 'dragon'"):
        sprites.pictures({"mouse": "m", "dragon": "d"}, {"dragn": DRAGON})


def luminance(colour: NDArray[np.uint8]) -> float:
    """Of red, green and blue: relative luminance (WCAG 2.2)."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour[:3] / 255]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def ink(tile: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], float]:
    """The letter on a tile, inside its outline, and its contrast with the tile (WCAG 2.2)."""
    inside, paper = tile[2:14, 2:14], tile[2, 2]
    letter: NDArray[np.bool_] = (inside != paper).any(axis=2)
    bright, dark = luminance(paper) + 0.05, luminance(inside[letter][0]) + 0.05
    return letter, bright / dark


def test_tiles_are_legible_and_say_their_glyph_or_their_first_letter() -> None:
    letters = [chr(code) for code in range(33, 127)]
    tiles = sprites.pictures({f"no {letter}": letter for letter in letters}, {})
    for letter, tile in zip(letters, tiles.values(), strict=True):
        written, contrast = ink(tile)
        assert contrast > 4.5
        rows, cols = (np.flatnonzero(written.any(axis=axis)) for axis in (1, 0))
        expected = np.trim_zeros(sprites.write(letter))
        np.testing.assert_array_equal(written[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1], expected)
    named, glyphed = (sprites.pictures({"xylophone": glyph}, {})["xylophone"] for glyph in ("", "x"))
    np.testing.assert_array_equal(named, glyphed)


def test_tiles_are_all_different_and_the_same_each_time() -> None:
    names = [f"{letter}{n}" for letter in "dq" for n in range(8)] + ["dragonfly", "é", "door", "dock"]
    tiles = sprites.pictures(dict.fromkeys(names, ""), {})
    assert len({tile.tobytes() for tile in tiles.values()}) == len(names)
    again = sprites.pictures(dict.fromkeys(names, ""), {})
    for name in names:
        np.testing.assert_array_equal(again[name], tiles[name])
    few = sprites.pictures(dict.fromkeys("abcdefghi", ""), {})
    assert len({bytes(tile[2, 2]) for tile in few.values()}) == 9
