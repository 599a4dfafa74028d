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
    """[0.65, 0.77], an interval; (0.65..0.77), the range of the seeds where there is none; empty without either."""
    if estimate.low is not None and estimate.high is not None:
        return f"[{number(estimate.low, digits)}, {number(estimate.high, digits)}]"
    if estimate.seed_range is None:
        return ""
    low, high = estimate.seed_range
    return f"({number(low, digits)}..{number(high, digits)})"


def interval(estimate: Estimate) -> str:
    """0.71 [0.65, 0.77], or with the range of the seeds; the value alone where there is neither."""
    return f"{number(estimate.mean)} {bounds(estimate)}".rstrip()


def percent(share: float | None) -> str:
    """71 %, with a space that does not break."""
    return DASH if share is None else f"{number(100 * share, 0)}\N{NO-BREAK SPACE}%"


def power(bits: Estimate, at_limit: Estimate) -> str:
    """Bits of optimization power; "at least" where some episodes were better than all random ones."""
    return f"{'≥ ' if at_limit.mean else ''}{number(bits.mean, 1)}"
