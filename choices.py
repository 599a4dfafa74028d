"""What to say to a choice that does not exist: what is allowed, and what was likely meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


def choose(what: str, given: Any, allowed: Iterable[str]) -> str:
    """`given` when it is allowed; else a ValueError that says what is, and what was likely meant."""
    options = list(allowed)
    if given in options:
        return str(given)
    near = difflib.get_close_matches(str(given), options, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown {what} {given!r}: choose from {', '.join(options)}{hint}")
