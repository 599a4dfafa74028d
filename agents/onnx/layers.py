"""Operators with weights, and those that look through windows: the shapes of what they give, and what they cost."""

from __future__ import annotations

from math import prod

import numpy as np

from .call import Call, Value, check
from .file import SIDE, Shape

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def _floats(call: Call, shape: Shape) -> list[Value]:
    """An array of the type that all inputs have."""
    kinds = {value.kind for value in call.inputs if value is not None}
    check(len(kinds) == 1 and call.value().kind.kind == "f", "its inputs are not all of float32")
    return [Value(call.value().kind, shape)]


def product(call: Call) -> list[Value]:
    """A product of matrices, as NumPy has it."""
    first, second = call.shape(0), call.shape(1)
    check(bool(first and second), "it multiplies single numbers as matrices")
    rows, cols = first[:-1], second[-1:] if len(second) > 1 else ()
    check(first[-1] == second[-2 if len(second) > 1 else 0], "it multiplies matrices that do not go together")
    try:
        many = np.broadcast_shapes(first[:-2], second[:-2])
    except ValueError:
        raise ValueError("it multiplies matrices that do not go together") from None
    return _floats(call, (*many, *rows[-1:], *cols))


def linear(call: Call) -> list[Value]:
    first, second = (call.shape(k)[:: -1 if call.whole(name, 0) else 1] for k, name in enumerate(("transA", "transB")))
    check(len(first) == len(second) == 2 and first[1] == second[0], "it multiplies matrices that do not go together")
    shape = first[0], second[1]
    check(call.given(2) is None or _fits(call.shape(2), shape), "what it adds has another shape")
    return _floats(call, shape)


def _fits(small: Shape, shape: Shape) -> bool:
    """Whether an array can be added to one of a shape without making it larger."""
    ours = shape[len(shape) - len(small) :]
    return len(small) <= len(shape) and all(a in (1, b) for a, b in zip(small, ours, strict=True))


def convolved(call: Call) -> list[Value]:
    x, w, groups = call.shape(0), call.shape(1), call.whole("group", 1, 1, SIDE)
    check(len(x) == len(w) and len(x) in (3, 4, 5), "it is of one to three axes beside channels")
    check(x[1] == w[1] * groups and w[0] % groups == 0, "its weights are of other channels")
    check(call.wholes("kernel_shape", list(w[2:]), 1) == list(w[2:]), "its weights are of another window")
    check(call.given(2) is None or call.shape(2) == w[:1], "what it adds has another shape")
    return _floats(call, (x[0], w[0], *_windows(call, w[2:])))


def pooled(call: Call) -> list[Value]:
    check(len(call.shape()) in (3, 4, 5) and call.outputs == 1, "it is of one to three axes beside channels")
    call.whole("storage_order", 0, 0, 0)
    return _floats(call, (*call.shape()[:2], *_windows(call, window(call))))


def window(call: Call) -> Shape:
    """The sides of what is looked through."""
    return tuple(call.wholes("kernel_shape", list(call.shape()[2:]), 1))


def _windows(call: Call, kernel: Shape) -> Shape:
    """In how many places a window is laid along each axis."""
    sides, ones = call.shape()[2:], [1] * len(kernel)
    check("kernel_shape" in call.attributes or len(call.inputs) > 1, "kernel_shape is missing")
    strides, reach = call.wholes("strides", ones, 1), call.wholes("dilations", ones, 1)
    pads, up = call.wholes("pads", [0] * 2 * len(kernel), 0), call.whole("ceil_mode", 0)
    how = call.word("auto_pad", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")
    check(how == "NOTSET" or not any(pads), "it pads in two ways")
    if how.startswith("SAME"):
        return tuple(-(-side // stride) for side, stride in zip(sides, strides, strict=True))
    wide = [(k - 1) * d + 1 for k, d in zip(kernel, reach, strict=True)]
    check(all(pad < wide[k % len(wide)] for k, pad in enumerate(pads)), "it pads further than it sees")
    both = [pads[k] + pads[k + len(wide)] for k in range(len(wide))]
    free = [side + pad - w for side, pad, w in zip(sides, both, wide, strict=True)]
    check(min(free) >= 0, "its window is larger than what it looks at")
    return tuple((room + up * (stride - 1)) // stride + 1 for room, stride in zip(free, strides, strict=True))


def pooled_whole(call: Call) -> list[Value]:
    check(len(call.shape()) in (3, 4, 5), "it is of one to three axes beside channels")
    return _floats(call, (*call.shape()[:2], *[1] * (len(call.shape()) - 2)))


def normalized_batch(call: Call) -> list[Value]:
    call.whole("training_mode", 0, 0, 0)
    check(call.outputs == 1 and len(call.shape()) >= 2, "it is normalized as in training, or has no channels")
    check(all(call.shape(k) == call.shape()[1:2] for k in range(1, 5)), "its weights are of other channels")
    return _floats(call, call.shape())


def normalized_layer(call: Call) -> list[Value]:
    axis = call.axis(-1)
    check(call.outputs == 1, "it has outputs that are not read")
    for k in (1, 2):
        check(call.given(k) is None or call.shape(k) == call.shape()[axis:], "its weights are of another shape")
    call.value(1)
    return _floats(call, call.shape())


def remembered(gates: int) -> object:
    """The shapes of a recurrent layer of so many gates: what it gives at each step, and its state at the end."""

    def shapes(call: Call) -> list[Value]:
        check(len(call.shape()) == 3, "what it reads has no steps, games and features")
        steps, games, features = call.shape()
        h, ways = call.whole("hidden_size", 0, 1, SIDE), 1 + (call.word(*DIRECTIONS) == "bidirectional")
        call.whole("layout", 0, 0, 0)
        usual = [["Tanh"] * ways, ["Sigmoid", "Tanh", "Tanh"] * ways, ["Sigmoid", "Tanh"] * ways][
            (1, 4, 3).index(gates)
        ]
        check(call.attributes.get("activations", usual) == usual, "its activations are not the usual ones")
        check(call.given(4) is None and call.given(7) is None, "it has lengths of sequences, or peepholes")
        right = {1: (ways, gates * h, features), 2: (ways, gates * h, h), 3: (ways, 2 * gates * h)}
        right |= dict.fromkeys((5, 6), (ways, games, h))
        for k, shape in right.items():
            left_out = k > 2 and call.given(k) is None
            check(left_out or call.shape(k) == shape, "its weights or its state are of other sizes")
        (state,) = _floats(call, (ways, games, h))
        return [Value(state.kind, (steps, ways, games, h)), state, state][: 3 if gates == GATES["LSTM"] else 2]

    return shapes


DIRECTIONS = ("direction", "forward", "reverse", "bidirectional")


def multiplications(call: Call, made: list[Value]) -> int:
    """Of a product of matrices, or a linear layer."""
    shared = call.shape()[0 if call.attributes.get("transA") else -1]
    return prod(made[0].shape) * shared


def in_windows(call: Call, made: list[Value]) -> int:
    """Of a convolution, or what is compared in pools."""
    return prod(made[0].shape) * (prod(call.shape(1)[1:]) if len(call.inputs) > 1 else prod(window(call)))


def in_steps(call: Call, _: list[Value]) -> int:
    """Of a recurrent layer."""
    return prod(call.shape()[:2]) * (prod(call.shape(1)) + prod(call.shape(2)))


def laid_out(call: Call, made: list[Value]) -> int:
    """The numbers of all windows of a convolution side by side, as it may be computed."""
    return prod(made[0].shape[2:]) * call.shape()[1] * prod(call.shape(1)[2:])
