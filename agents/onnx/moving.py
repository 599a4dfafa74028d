"""Operators that arrange numbers anew: the shapes of what they give."""

from __future__ import annotations

from math import prod

import numpy as np

from .call import Call, Value, check, place, places
from .elements import INT64
from .file import AXES, KINDS, SIDE, Shape


def _given(call: Call, shape: tuple[int, ...]) -> list[Value]:
    return [Value(call.value().kind, shape)]


def flattened(call: Call) -> list[Value]:
    rank = len(call.shape())
    axis = call.whole("axis", 1, -rank, rank)
    axis += rank * (axis < 0)
    return _given(call, (prod(call.shape()[:axis]), prod(call.shape()[axis:])))


def reshaped(call: Call) -> list[Value]:
    """To a shape in which -1 is what is left, and 0 what is there."""
    call.whole("allowzero", 0, 0, 0)
    old, told = call.shape(), call.numbers(1)
    check(len(told) <= AXES and all(-1 <= side <= SIDE for side in told), "it reshapes to what is no shape")
    check(all(side or k < len(old) for k, side in enumerate(told)), "it keeps an axis that is not there")
    sides = [side or old[k] for k, side in enumerate(told)]
    known, free = prod(side for side in sides if side >= 0), sides.count(-1)
    check(free <= 1 and known > 0 and prod(old) % known == 0, "it reshapes to a shape of another size")
    shape = tuple(prod(old) // known if side < 0 else side for side in sides)
    check(prod(shape) == prod(old), "it reshapes to a shape of another size")
    return _given(call, shape)


def transposed(call: Call) -> list[Value]:
    rank = len(call.shape())
    order = places(call.wholes("perm", list(range(rank))[::-1], 0), rank)
    return _given(call, tuple(call.shape()[axis] for axis in order))


def joined(call: Call) -> list[Value]:
    values = [call.value(k) for k in range(len(call.inputs))]
    axis, first = call.axis(0), values[0]
    for value in values:
        check(value.kind == first.kind, "it joins arrays of different types")
        check(_but(value.shape, axis) == _but(first.shape, axis), "it joins arrays of different shapes")
    length = sum(value.shape[axis] for value in values)
    return _given(call, (*first.shape[:axis], length, *first.shape[axis + 1 :]))


def _but(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :], len(shape))


def parted(call: Call) -> list[Value]:
    shape, axis, n = call.shape(), call.axis(0), call.outputs
    check(call.whole("num_outputs", n, 1, SIDE) == n, "it has another number of outputs than it says")
    sizes = call.listed("split", 1) or _even(shape[axis], n)
    check(len(sizes) == n and min(sizes) > 0 and sum(sizes) == shape[axis], "its parts are not the whole")
    return [Value(call.value().kind, (*shape[:axis], size, *shape[axis + 1 :])) for size in sizes]


def _even(length: int, n: int) -> list[int]:
    """So many parts, the last of which may be shorter."""
    most = -(-length // n)
    return [min(most, length - most * k) for k in range(n)]


def squeezed(call: Call) -> list[Value]:
    shape, axes = call.shape(), call.listed("axes", 1)
    left_out = places([k for k, side in enumerate(shape) if side == 1] if axes is None else axes, len(shape))
    check(all(shape[axis] == 1 for axis in left_out), "it leaves out an axis of several places")
    return _given(call, tuple(side for k, side in enumerate(shape) if k not in left_out))


def unsqueezed(call: Call) -> list[Value]:
    shape, axes = list(call.shape()), call.listed("axes", 1) or []
    check(len(axes) <= AXES, "it has too many axes")
    for axis in sorted(places(axes, len(shape) + len(axes))):
        shape.insert(axis, 1)
    return _given(call, tuple(shape))


def sliced(call: Call) -> list[Value]:
    return _given(call, tuple(len(range(*part.indices(side))) for part, side in _parts(call)))


def slices(call: Call) -> tuple[slice, ...]:
    """The part of each axis that a slice takes."""
    return tuple(part for part, _ in _parts(call))


def _parts(call: Call) -> list[tuple[slice, int]]:
    shape, starts, ends = call.shape(), call.numbers(1), call.numbers(2)
    axes = list(range(len(starts))) if call.given(3) is None else call.numbers(3)
    steps = [1] * len(starts) if call.given(4) is None else call.numbers(4)
    check(len(starts) == len(ends) == len(axes) == len(steps) and 0 not in steps, "it slices by other numbers")
    parts = [slice(None)] * len(shape)
    for axis, start, end, step in zip(places(axes, len(shape)), starts, ends, steps, strict=True):
        check(step > 0 or -shape[axis] <= start, "it goes back from before the beginning")
        parts[axis] = slice(start, end, step)
    return list(zip(parts, shape, strict=True))


def gathered(call: Call) -> list[Value]:
    axis, (data, where) = call.axis(0), (call.shape(), call.value(1))
    check(where.kind.kind in "iu", "it picks by other things than whole numbers")
    return _given(call, (*data[:axis], *where.shape, *data[axis + 1 :]))


def picked(call: Call) -> list[Value]:
    """Element by element, along an axis."""
    axis, (data, where) = call.axis(0), (call.shape(), call.value(1))
    fits = len(where.shape) == len(data) and all(
        theirs <= ours for k, (theirs, ours) in enumerate(zip(where.shape, data, strict=True)) if k != axis
    )
    check(where.kind.kind == "i" and fits, "it picks by an array of another type or shape")
    return _given(call, where.shape)


def expanded(call: Call) -> list[Value]:
    wanted = call.numbers(1)
    check(len(wanted) <= AXES and all(0 < side <= SIDE for side in wanted), "it expands to what is no shape")
    try:
        return _given(call, np.broadcast_shapes(call.shape(), tuple(wanted)))
    except ValueError:
        raise ValueError("it expands to a shape that does not go with its own") from None


def tiled(call: Call) -> list[Value]:
    times = call.numbers(1)
    check(len(times) == len(call.shape()) and all(0 < each <= SIDE for each in times), "it repeats by other numbers")
    return _given(call, tuple(side * each for side, each in zip(call.shape(), times, strict=True)))


def padded(call: Call) -> list[Value]:
    """Beyond each edge, also by less than nothing, which cuts off."""
    shape, told = call.shape(), call.numbers(1)
    mode = call.word("mode", "constant", "edge", "reflect")
    axes = list(range(len(shape))) if call.given(3) is None else places(call.numbers(3), len(shape))
    check(len(told) == 2 * len(axes), "it pads by other numbers than two an axis")
    check(call.given(2) is None or call.value(2).shape in ((), (1,)), "what it pads with is one number")
    made = list(shape)
    for k, axis in enumerate(axes):
        edges = told[k], told[k + len(axes)]
        check(all(abs(edge) < shape[axis] or (mode == "constant" and edge >= 0) for edge in edges), "it pads too far")
        check(all(edge <= SIDE for edge in edges), "it pads too far")
        made[axis] += sum(edges)
    return _given(call, tuple(made))


def filled(call: Call) -> list[Value]:
    """An array of one number, which is zero if it is left out."""
    value, shape = call.attributes.get("value", np.zeros(1, KINDS[1])), call.numbers(0)
    check(isinstance(value, np.ndarray) and value.size == 1, "what it fills with is one number")
    check(len(shape) <= AXES and all(0 <= side <= SIDE for side in shape), "it makes an array of no shape")
    return [Value(value.dtype, tuple(shape))]


def measured(call: Call) -> list[Value]:
    """The shape of an array, or a part of it."""
    part = call.shape()[call.whole("start", 0, -AXES, AXES) : call.whole("end", AXES, -AXES, AXES)]
    return [Value(INT64, (len(part),), np.array(part, INT64))]


def blocks(call: Call) -> list[Value]:
    """Squares of places become depth."""
    side = call.whole("blocksize", 0, 1, SIDE)
    check(len(call.shape()) == 4 and all(each % side == 0 for each in call.shape()[2:]), "squares do not fit in it")
    n, depth, rows, cols = call.shape()
    return _given(call, (n, depth * side**2, rows // side, cols // side))


def unblocked(call: Call) -> list[Value]:
    side = call.whole("blocksize", 0, 1, SIDE)
    call.word("mode", "DCR", "CRD")
    check(len(call.shape()) == 4 and call.shape()[1] % side**2 == 0, "its depth is of no squares")
    n, depth, rows, cols = call.shape()
    return _given(call, (n, depth // side**2, rows * side, cols * side))


def shown_once(call: Call) -> list[Value]:
    """Each whole number as a row of so many places, one of which is marked."""
    (depth,), rank = call.numbers(1) or [0], len(call.shape())
    axis = place(call.whole("axis", -1, -SIDE, SIDE), rank + 1)
    check(0 < depth <= SIDE and call.value(2).shape == (2,), "it marks one of no number of places")
    return [Value(call.value(2).kind, (*call.shape()[:axis], depth, *call.shape()[axis:]))]
