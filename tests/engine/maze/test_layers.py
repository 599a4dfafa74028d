"""What may be seen in a cell is said once, and an error names what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from goalgap.envs.engine.looks import text
from goalgap.envs.engine.maze import layers


def test_layers_are_numbered_from_the_lowest_and_have_a_legend():
    seen = layers({"M": ("cheese", "mouse"), "s": ("smell", "cheese")}, wall="#", cheese="c", smell="", mouse="m")
    assert (seen.wall, seen.cheese, seen.smell, seen.mouse) == tuple(seen) == (0, 1, 2, 3)
    assert seen._fields == ("wall", "cheese", "smell", "mouse")
    together = {"M": ("cheese", "mouse"), "s": ("smell", "cheese")}
    assert seen.glyphs == {"#": ("wall",), "c": ("cheese",), "m": ("mouse",), **together}
    assert layers(wall="#").glyphs == {"#": ("wall",)}


def test_a_layer_that_is_not_written_needs_no_glyph():
    seen = layers(bell="b", louder=None)
    assert (seen.louder, seen.glyphs) == (1, {"b": ("bell",)})
    loud, mute = np.array([[[1, 1]]], np.uint8), np.array([[[0, 1]]], np.uint8)
    assert [text.write(obs, seen._fields, seen.glyphs) for obs in (loud, mute)] == ["b", "."]


@pytest.mark.parametrize(
    ("together", "glyphs", "told"),
    [
        ({}, {"wall": "#", "door": "#"}, "each glyph stands for one thing"),
        ({"#": ("wall", "door")}, {"wall": "#", "door": "d"}, "each glyph stands for one thing"),
        ({}, {"wall": "##"}, r"a glyph is one character.*\('wall',\) has '##'"),
        ({}, {"wall": "."}, "not '.', which is the floor"),
        ({}, {"wall": " "}, "a glyph is one character"),
        ({"": ("wall", "door")}, {"wall": "#", "door": "d"}, r"\('wall', 'door'\) has ''"),
        ({"D": ("wall", "dor")}, {"wall": "#", "door": "d"}, "'D' stands for wall, dor, but the things are wall, door"),
        ({}, {"wall": "#", "door": ""}, "no glyph stands for 'door', alone or together with others"),
    ],
)
def test_what_is_wrong_with_a_legend_is_named(together, glyphs, told):
    with pytest.raises(ValueError, match=told):
        layers(together, **glyphs)
