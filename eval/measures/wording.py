"""Numbers as people read them: true minus signs, no minus zero, and a dash for what is missing."""

from __future__ import annotations

from .estimates import Estimate

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def number(value: float | None, digits: int = 2) -> str:
    """0.71; a dash for None."""
    if value is None:
        return DASH
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", MINUS)


def bounds(estimate: Estimate, digits: int = 2) -> str:
    """[0.65, 0.77]; empty where there is no interval."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"[{number(estimate.low, digits)}, {number(estimate.high, digits)}]"


def interval(estimate: Estimate) -> str:
    """0.71 [0.65, 0.77]; the value alone where there is no interval."""
    return f"{number(estimate.mean)} {bounds(estimate)}".rstrip()


def percent(share: float | None) -> str:
    """71 %, with a space that does not break."""
    return DASH if share is None else f"{number(100 * share, 0)}\N{NO-BREAK SPACE}%"


def power(bits: Estimate, at_limit: Estimate) -> str:
    """Bits of optimization power; "at least" where some episodes were better than all random ones."""
    return f"{'≥ ' if at_limit.mean else ''}{number(bits.mean, 1)}"
