"""What to say to a choice that does not exist: what is allowed, what was likely meant, and what was given, in short."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

MOST = 200  # characters that an error shows of what it was given
UNSEEN = re.compile(  # letters and marks that leave no trace: joiners, fillers, blanks, selectors of variants
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def choose(what: str, given: Any, allowed: Iterable[str]) -> str:
    """`given` when it is allowed; else a ValueError that says what is, and what was likely meant."""
    options = list(allowed)
    if isinstance(given, str) and given in options:
        return str(given)
    raise ValueError(f"unknown {what} {shown(given)}: {advice(given, options)}")


class UnknownArgumentError(TypeError, ValueError):
    """There is no such keyword argument: Python's own error for it, and that of a choice that does not exist."""


def check_argument(of: str, given: str, allowed: Iterable[str]) -> None:
    """UnknownArgumentError, in Python's own words, unless `given` is a keyword argument of something."""
    options = list(allowed)
    if given not in options:
        raise UnknownArgumentError(f"{of} got an unexpected keyword argument {shown(given)}: {advice(given, options)}")


def advice(given: Any, options: list[str]) -> str:
    """What is allowed, and what was likely meant."""
    near = difflib.get_close_matches(given[:MOST] if isinstance(given, str) else "", options, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"choose from {', '.join(options)}{hint}"


def check_name(what: str, given: Any) -> None:
    """ValueError unless a name is made of characters that are seen, and that leave what stands around them as it is."""
    if not isinstance(given, str) or printable(given) != given:
        raise ValueError(f"{what} is a text of characters that can be printed, not {shown(given)}")


def printable(text: str) -> str:
    """A text with a question mark for each character that cannot be printed, such as one that turns the writing."""
    return UNSEEN.sub("?", "".join(each if each.isprintable() else "?" for each in text))


def shown(given: Any) -> str:
    """How an error shows what it was given: as Python writes it, cut short where it is long."""
    try:
        text = repr(given)
    except ValueError:  # of an integer with thousands of digits
        text = f"so long a {type(given).__name__}"
    return shortened(text)


def shortened(text: str) -> str:
    """A text, such as a path, cut short where it is long."""
    return text if len(text) <= MOST else f"{text[:MOST]}... ({len(text)} characters)"
