"""ONNX files changed at random: bytes anywhere, and nodes, attributes, constants and shapes that are still well-formed.

Cases depend on their number alone. What they are made of is small policies that between them use most operators.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from onnx_files import FLOAT, helper, model, node, numpy_helper, onnx

from goalgap.agents.onnx.operators import OPERATORS

SHAPE, ACTIONS = (5, 4, 3), 4
WHOLE: tuple[int, ...] = (0, 1, -1, 2, 3, 7, 100, -100, 2**15, 2**31 - 1, -(2**31), 2**31, 2**62, 2**63 - 1, -(2**63))
REAL = (0.0, 1.0, -1.0, 1e30, float("nan"), float("inf"), -float("inf"), 1e-40)
WORDS = ("", "SAME_LOWER", "VALID", "reverse", "bidirectional", "edge", "CRD", "tanh", "\x1b[31m", "<b>", "x" * 2000)


def _made(nodes: list[Any], **constants: Any) -> bytes:
    arrays = {name: np.asarray(each, np.float32 if np.asarray(each).dtype.kind == "f" else None)
              for name, each in constants.items()}  # fmt: skip
    inputs, outputs = {"observation": (FLOAT, (1, *SHAPE))}, {"logits": (FLOAT, (1, ACTIONS))}
    return bytes(model(nodes, arrays, inputs, outputs).SerializeToString())


@cache
def originals() -> tuple[bytes, ...]:
    """Policies on small pictures: of layers, of convolutions, of what is looked up, and of steps in a row."""
    rng = np.random.default_rng(0)
    weights = lambda *shape: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    flat = [node("Flatten", "observation", "flat")]
    return (
        _made(
            [*flat, node("Gemm", "flat w b", "h", transB=1), node("LeakyRelu", "h", "r", alpha=0.1),
             node("LayerNormalization", "r scale", "n", axis=-1), node("MatMul", "n out", "m"),
             node("LogSoftmax", "m", "logits", axis=-1)],
            w=weights(8, 60), b=weights(8), scale=weights(8), out=weights(8, ACTIONS),
        ),
        _made(
            [node("Transpose", "observation", "x", perm=[0, 3, 1, 2]),
             node("Conv", "x w", "c", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1]), node("Relu", "c", "r"),
             node("BatchNormalization", "r s s s s", "n"),
             node("MaxPool", "n", "p", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
             node("AveragePool", "p", "q", kernel_shape=[2, 2]), node("GlobalAveragePool", "q", "g"),
             node("Flatten", "g", "f"), node("MatMul", "f out", "logits")],
            w=weights(4, 3, 3, 3), s=np.ones(4, np.float32), out=weights(4, ACTIONS),
        ),
        _made(
            [node("Slice", "observation a b axes steps", "layer"), node("Flatten", "layer", "l"),
             node("ArgMax", "l", "at", axis=1, keepdims=1), *flat, node("GatherElements", "flat at", "one", axis=1),
             node("Gather", "table at", "rows"), node("Squeeze", "rows first", "row"),
             node("Concat", "row one", "both", axis=1), node("Pad", "both by", "wide"),
             node("Split", "wide", "left right", axis=1), node("Where", "yes left right", "w"),
             node("ReduceSum", "w last", "sum", keepdims=1), node("Expand", "sum to", "logits")],
            a=np.array([0]), b=np.array([1]), axes=np.array([3]), steps=np.array([1]), table=weights(20, 4),
            first=np.array([1]), by=np.array([0, 0, 0, 1]), yes=np.array([True, False, True]), last=np.array([1]),
            to=np.array([1, ACTIONS]),
        ),
        _made(
            [node("Shape", "observation", "shape"), node("Gather", "shape zero", "n"),
             node("Unsqueeze", "n zeros", "ns"), node("Concat", "steps ns rest", "to", axis=0),
             node("Reshape", "observation to", "x"), node("LSTM", "x w r b", "y h c", hidden_size=3),
             node("Reshape", "h flat", "f"), node("Tile", "f by", "t"), node("Clip", "t low high", "k"),
             node("Div", "k two", "d"), node("ReduceMean", "d", "m", axes=[1], keepdims=1),
             node("Add", "m bias", "logits")],
            zero=np.array(0), zeros=np.array([0]), steps=np.array([5]), rest=np.array([-1]), w=weights(1, 12, 12),
            r=weights(1, 12, 3), b=weights(1, 24), flat=np.array([1, -1]), by=np.array([1, 2]), low=np.float32(-1),
            high=np.float32(1), two=np.float32(2), bias=weights(ACTIONS),
        ),
    )  # fmt: skip


def mutated(number: int) -> bytes:
    """The content of a changed file."""
    rng = random.Random(number)  # noqa: S311
    content = rng.choice(originals())
    if rng.random() < 0.3:
        return spoilt(content, rng)
    made = onnx.ModelProto()
    made.ParseFromString(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choice(CHANGES)(made.graph, rng)
    return bytes(made.SerializeToString())


def spoilt(content: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, left out or put in."""
    made = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 50))):
        at = rng.randrange(len(made))
        if (kind := rng.random()) < 0.7:
            made[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif kind < 0.85:
            made[at:at] = rng.randbytes(rng.choice((1, 4, 40)))
        else:
            del made[at : at + rng.choice((1, 4, 40))]
    return bytes(made)


def _operator(graph: Any, rng: random.Random) -> None:
    rng.choice(graph.node).op_type = rng.choice((*OPERATORS, "If", "Resize", ""))


def _attribute(graph: Any, rng: random.Random) -> None:
    chosen = rng.choice(graph.node)
    name = rng.choice([*(each.name for each in chosen.attribute), *_known(chosen)] or ["axis"])
    for k in reversed(range(len(chosen.attribute))):
        if chosen.attribute[k].name == name:
            del chosen.attribute[k]
    chosen.attribute.append(helper.make_attribute(name, rng.choice(
        (rng.choice(WHOLE), rng.choice(REAL), rng.choice(WORDS), [rng.choice(WHOLE) for _ in range(rng.randint(1, 5))],
         [rng.choice(REAL)], [rng.choice(WORDS)], numpy_helper.from_array(np.array([rng.choice(REAL)], np.float32)))
    )))  # fmt: skip


def _known(chosen: Any) -> list[str]:
    return sorted(OPERATORS[chosen.op_type].attributes) if chosen.op_type in OPERATORS else []


def _constant(graph: Any, rng: random.Random) -> None:
    """Other numbers, or another shape or type."""
    tensor = rng.choice(graph.initializer)
    array = np.array(numpy_helper.to_array(tensor))
    if (kind := rng.random()) < 0.5:
        numbers = WHOLE if array.dtype.kind == "i" else REAL
        array.flat[rng.randrange(max(1, array.size))] = rng.choice(numbers)
    elif kind < 0.75:
        array = array.reshape(rng.choice([(-1,), (1, *array.shape), (*array.shape, 1), array.shape[::-1]]))
    else:
        with np.errstate(all="ignore"):
            array = array.astype(rng.choice(("f4", "i8", "i4", "u1", "?", "f8")), casting="unsafe")
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def _wiring(graph: Any, rng: random.Random) -> None:
    """Another input or output of a node."""
    names = [name for each in graph.node for name in (*each.input, *each.output)]
    chosen = rng.choice(graph.node)
    side = rng.choice([each for each in (chosen.input, chosen.output) if each])
    if rng.random() < 0.2:
        side.append(rng.choice(names))
    else:
        side[rng.randrange(len(side))] = rng.choice((*names, "", "nowhere"))


def _order(graph: Any, rng: random.Random) -> None:
    """A node left out, twice, or in another place."""
    at = rng.randrange(len(graph.node))
    copy = onnx.NodeProto()
    copy.CopyFrom(graph.node[at])
    if len(graph.node) > 1 and rng.random() < 0.7:
        del graph.node[at]
    if rng.random() < 0.6:
        graph.node.insert(rng.randrange(len(graph.node) + 1), copy)


def _face(graph: Any, rng: random.Random) -> None:
    """Another shape, type or name of what goes in or comes out."""
    value = rng.choice((graph.input[0], graph.output[0]))
    kind = value.type.tensor_type
    if (what := rng.random()) < 0.6:
        rng.choice(kind.shape.dim).dim_value = rng.choice(WHOLE)
    elif what < 0.8:
        kind.elem_type = rng.randrange(20)
    else:
        value.name = rng.choice(("observation", "logits", "q_values", "x", "next_x"))


CHANGES: tuple[Callable[[Any, random.Random], None], ...] = (
    _operator, _attribute, _attribute, _constant, _constant, _wiring, _order, _face,
)  # fmt: skip
