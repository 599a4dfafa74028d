"""Operators that work on numbers one by one, or along axes: the shapes of what they give."""

from __future__ import annotations

import numpy as np

from .call import Call, Value, check, places
from .file import KINDS, Shape

BOOL, INT64 = KINDS[9], KINDS[7]


def same(call: Call) -> list[Value]:
    """Each number becomes another."""
    return [Value(call.value().kind, call.shape())]


def along(call: Call) -> list[Value]:
    """Numbers along an axis become others."""
    call.axis(-1)
    return same(call)


def together(call: Call) -> list[Value]:
    """Numbers at the same place become one, where an axis of one place is as long as that of the others."""
    kinds = {value.kind for value in call.inputs if value is not None}
    check(len(kinds) == 1, "its inputs are of different types")
    return [Value(call.value().kind, _broadcast(call))]


def powers(call: Call) -> list[Value]:
    return [Value(call.value().kind, _broadcast(call))]


def compared(call: Call) -> list[Value]:
    return [Value(BOOL, _broadcast(call))]


def divided(call: Call) -> list[Value]:
    """Of whole numbers a processor stops where they are divided by 0, and the least of them by -1."""
    by = call.value(1)
    safe = by.known is not None and not np.isin(by.known, (0, -1)).any()
    check(by.kind.kind == "f" or safe, "it divides by whole numbers that are not known beforehand, or by 0 or -1")
    return together(call)


def chosen(call: Call) -> list[Value]:
    check(call.value().kind == BOOL, "it chooses by an array of other things than bool")
    check(call.value(1).kind == call.value(2).kind, "its inputs are of different types")
    return [Value(call.value(1).kind, _broadcast(call))]


def clipped(call: Call) -> list[Value]:
    """Between two bounds, of which each may be left out."""
    for place in (1, 2):
        bound = call.given(place)
        check(bound is None or bound.shape in ((), (1,)), "a bound is one number")
    return same(call)


def cast(call: Call) -> list[Value]:
    to = call.whole("to", 0, 1, max(KINDS))
    check(to in KINDS, f"to is one of {', '.join(map(str, KINDS))}, not {to}")
    return [Value(KINDS[to], call.shape())]


def reduced(call: Call) -> list[Value]:
    """Numbers along some axes, or all, become one."""
    axes, rank = call.listed("axes", 1), len(call.shape())
    if not axes and call.whole("noop_with_empty_axes", 0):
        return same(call)
    return [Value(call.value().kind, _without(call, places(axes or list(range(rank)), rank)))]


def found(call: Call) -> list[Value]:
    """Where along an axis the largest number is, or the smallest."""
    return [Value(INT64, _without(call, [call.axis(0)]))]


def _without(call: Call, axes: list[int]) -> Shape:
    """The shape of the first input without some axes, or with one place along each."""
    kept = call.whole("keepdims", 1)
    told = [1 if k in axes else side for k, side in enumerate(call.shape()) if kept or k not in axes]
    return tuple(told)


def _broadcast(call: Call) -> Shape:
    try:
        return np.broadcast_shapes(*(value.shape for value in call.inputs if value is not None))
    except ValueError:
        raise ValueError("its inputs have shapes that do not go together") from None
