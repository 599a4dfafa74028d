"""What to say to a choice that does not exist: what is allowed, what was likely meant, and what was given, in short."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

MOST = 200  # characters that an error shows of what it was given


def choose(what: str, given: Any, allowed: Iterable[str]) -> str:
    """`given` when it is allowed; else a ValueError that says what is, and what was likely meant."""
    options = list(allowed)
    if isinstance(given, str) and given in options:
        return str(given)
    near = difflib.get_close_matches(str(given)[:MOST], options, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown {what} {shown(given)}: choose from {', '.join(options)}{hint}")


def shown(given: Any) -> str:
    """How an error shows what it was given: as Python writes it, cut short where it is long."""
    try:
        text = repr(given)
    except ValueError:  # of an integer with thousands of digits
        text = f"so long a {type(given).__name__}"
    return text if len(text) <= MOST else f"{text[:MOST]}... ({len(text)} characters)"
