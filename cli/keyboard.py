"""Keys as people press them, in a terminal or as characters from a pipe: "up" and so on, else themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

ARROWS = {b"A": "up", b"B": "down", b"C": "right", b"D": "left"}
ENDS = (b"", b"\x04")  # of the input, and Ctrl-D, by which people say so


def pressed() -> Iterator[str]:
    """Each key when it is pressed, until the input ends."""
    if not sys.stdin.isatty():
        yield from (character for line in sys.stdin for character in line.strip())
        return
    try:
        import termios
        import tty
    except ImportError:
        raise ValueError("this terminal does not give key by key: play in a window, without --terminal") from None
    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    try:
        tty.setcbreak(file, termios.TCSADRAIN)  # what was typed ahead counts
        while (read := os.read(file, 8)) not in ENDS:
            yield named(read)
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def named(read: bytes) -> str:
    """What a terminal sends for a key, as its name."""
    if read[:2] in (b"\x1b[", b"\x1bO"):
        return ARROWS.get(read[2:3], "")
    return {b"\x1b": "escape", b"\n": "enter", b"\r": "enter", b" ": "space"}.get(read, read.decode(errors="replace"))
