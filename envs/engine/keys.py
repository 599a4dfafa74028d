"""Which key plays which action: arrows and w, a, s, d for moves, and for every action the digit of its place.

Keys are named as people name them: "up", "down", "left", "right", else by their character.
"""

from __future__ import annotations

from collections.abc import Sequence

WASD = {"w": "up", "a": "left", "s": "down", "d": "right"}
ARROWS = {"right": 79, "left": 80, "down": 81, "up": 82}  # the scancodes of SDL, which pygame counts from 2^30


def keys(actions: Sequence[str]) -> dict[str, int]:
    """The action of each key, by the key's name, for actions with these names."""
    digits = {str(k): action for action, k in zip(range(len(actions)), range(1, 10), strict=False)}
    named = {name: k for k, name in enumerate(actions) if name in ARROWS or len(name) == 1}
    return digits | named | {key: named[name] for key, name in WASD.items() if name in named}


def keys_to_action(actions: Sequence[str]) -> dict[tuple[int, ...], int]:
    """The same by the codes that pygame gives to keys, as Gymnasium's `play` takes it."""
    return {(ARROWS[key] | 1 << 30 if key in ARROWS else ord(key),): action for key, action in keys(actions).items()}
