"""A network written anew as an ONNX file: what was understood of it, under names of ours, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .call import Value
from .file import KINDS, Constant, Graph, Node, Shape
from .plan import Plan
from .wire import written

VERSION = 8  # of the format, that of opset 15 and later ones as far as it is used here
NUMBERS = {kind: number for number, kind in KINDS.items()}


def rewritten(plan: Plan) -> bytes:
    """The content of the file."""
    graph = plan.graph
    names = {"": "", **names_of(plan)}
    opset = written(1, b"") + written(2, graph.opset)
    return written(1, VERSION) + written(7, b"".join(_graph(graph, plan.values, names))) + written(8, opset)


def names_of(plan: Plan) -> dict[str, str]:
    """What values are called in the file that is written, by what they were called."""
    return {name: f"v{k}" for k, name in enumerate(plan.values)}


def _graph(graph: Graph, values: Mapping[str, Value], names: Mapping[str, str]) -> Iterator[bytes]:
    used = {name for node in graph.nodes for name in node.inputs} | set(graph.outputs)
    for node in graph.nodes:
        yield written(1, b"".join(_node(node, names)))
    yield written(2, b"g")
    for name, constant in graph.constants.items():
        if name in used:
            yield written(5, _tensor(constant, names[name]))
    for number, listed in ((11, graph.inputs), (12, graph.outputs)):
        for name in listed:
            yield written(number, _value(values[name], names[name]))


def _node(node: Node, names: Mapping[str, str]) -> Iterator[bytes]:
    for number, listed in ((1, node.inputs), (2, node.outputs)):
        for name in listed:
            yield written(number, names[name].encode())
    yield written(4, node.operator.encode())
    for name, told in node.attributes.items():
        yield written(5, written(1, name.encode()) + _attribute(told))


def _attribute(told: Any) -> bytes:
    """The value of an attribute, and its kind."""
    if isinstance(told, np.ndarray):
        return written(5, _tensor(told, "")) + written(20, 4)
    if isinstance(told, list):
        texts, floats = ([isinstance(each, kind) for each in told] for kind in (str, float))
        number, kind = (9, 8) if told and all(texts) else (7, 6) if told and all(floats) else (8, 7)
        return b"".join(written(number, each.encode() if number == 9 else each) for each in told) + written(20, kind)
    if isinstance(told, str):
        return written(4, told.encode()) + written(20, 3)
    return written(2, told) + written(20, 1) if isinstance(told, float) else written(3, told) + written(20, 2)


def _tensor(array: Constant, name: str) -> bytes:
    shape = b"".join(written(1, side) for side in array.shape)
    return shape + written(2, NUMBERS[array.dtype]) + written(8, name.encode()) + written(9, array.tobytes())


def _value(value: Value, name: str) -> bytes:
    kind = written(1, NUMBERS[value.kind]) + written(2, _shape(value.shape))
    return written(1, name.encode()) + written(2, written(1, kind))


def _shape(shape: Shape) -> bytes:
    return b"".join(written(1, written(1, side)) for side in shape)
