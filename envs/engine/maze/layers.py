"""What may be seen in a cell of a grid: channel, glyph and picture of each thing, said once."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from typing import Any


def layers(together: Mapping[str, tuple[str, ...]] | None = None, /, **glyphs: str | None) -> Any:
    """The layers of a grid's observation, from the lowest to the topmost; the agent's is the last.

    Args:
        together: glyphs of cells in which several things lie, with their names.
        glyphs: for each thing its glyph in text, one letter; "" where it never lies alone; None where it is not
            written, because it only makes another thing louder.

    Returns:
        A named tuple of channels, such as `SEEN.wall == 0`; its `glyphs` is the legend, from glyph to names.

    Raises:
        ValueError: a glyph is not one character, is "." (the floor), stands for two things, or names an unknown thing.
    """
    legend: dict[str, tuple[str, ...]] = {glyph: (name,) for name, glyph in glyphs.items() if glyph}
    if len(legend) < sum(bool(glyph) for glyph in glyphs.values()) or legend.keys() & (together or {}).keys():
        raise ValueError(f"each glyph stands for one thing, or one set of things: {glyphs}, {dict(together or {})}")
    legend |= dict(together or {})
    for glyph, names in legend.items():
        if len(glyph) != 1 or glyph.isspace() or glyph == ".":
            raise ValueError(f"a glyph is one character, and not '.', which is the floor; {names} has {glyph!r}")
        if not set(names) <= glyphs.keys():
            raise ValueError(f"glyph {glyph!r} stands for {', '.join(names)}, but the things are {', '.join(glyphs)}")
    written = {name for name, glyph in glyphs.items() if glyph is not None}
    for name in written - {name for names in legend.values() for name in names}:
        raise ValueError(f"no glyph stands for {name!r}, alone or together with others")
    made = namedtuple("Layers", glyphs)  # type: ignore[misc]
    made.glyphs = legend  # type: ignore[attr-defined]
    return made(*range(len(glyphs)))
