"""An ONNX file as data: the nodes of its graph, its constants, and what goes in and comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...choices import shown
from .schema import MODEL
from .wire import Reader

FILE = 64 * 2**20  # bytes
NODES, AXES, SIDE = 2000, 8, 2**24  # nodes of a graph, axes of an array, and places along one
OPSETS = range(13, 24)
VERSIONS = range(3, 14)  # of the format, whose parts that are used here are the same in all of them
KINDS: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    2: np.dtype("u1"),
    6: np.dtype("<i4"),
    7: np.dtype("<i8"),
    9: np.dtype("?"),
}
Shape = tuple[int, ...]
Constant = NDArray[Any]


@dataclass(frozen=True)
class Node:
    """One step of what is computed: an operator, names of values, and the operator's attributes; "" is no input."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class Graph:
    """A network: what it computes, in order, from its inputs and constants; of inputs and outputs type and shape."""

    opset: int
    nodes: tuple[Node, ...]
    constants: Mapping[str, Constant]
    inputs: Mapping[str, tuple[np.dtype[Any], Shape]]
    outputs: Mapping[str, tuple[np.dtype[Any], Shape]]


def read_graph(content: bytes) -> Graph:
    """The network in a file's content; ValueError says what is wrong with it, or what of it is not read."""
    if len(content) > FILE:
        raise ValueError(f"it has {len(content)} bytes, and {FILE} are allowed")
    told = Reader().message(memoryview(content), MODEL)
    if "graph" not in told or told.get("version") not in VERSIONS:
        raise ValueError("this is no ONNX file, or one of a version that is not known")
    graph = told["graph"]
    if len(nodes := graph.get("nodes", [])) > NODES:
        raise ValueError(f"it has {len(nodes)} nodes, and {NODES} are allowed")
    constants = _unique((tensor.get("name", ""), array_of(tensor)) for tensor in graph.get("constants", []))
    inputs = {name: value for name, value in _values(graph.get("inputs", [])).items() if name not in constants}
    return Graph(_opset(told), tuple(map(_node, nodes)), constants, inputs, _values(graph.get("outputs", [])))


def _unique(pairs: Any) -> dict[str, Any]:
    """What has names, by name; ValueError where two have one, or one has none."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if not name or name in found:
            raise ValueError(f"two parts are called {shown(name)}" if name else "a part has no name")
        found[name] = value
    return found


def _opset(told: dict[str, Any]) -> int:
    given = {each.get("domain", "") or "ai.onnx": each.get("version") for each in told.get("opsets", [])}
    if given.keys() != {"ai.onnx"} or len(told["opsets"]) > 1:
        raise ValueError(f"operators are those of ONNX itself, and not of {shown(', '.join(sorted(given)))}")
    if (version := given["ai.onnx"]) not in OPSETS:
        raise ValueError(f"its opset is {shown(version)}, and {OPSETS[0]} to {OPSETS[-1]} are read")
    return int(version)


def _node(told: dict[str, Any]) -> Node:
    operator, domain = told.get("operator", ""), told.get("domain", "")
    if domain not in ("", "ai.onnx"):
        raise ValueError(f"{shown(operator)} is an operator of {shown(domain)}, and not of ONNX itself")
    attributes = _unique((each.get("name", ""), _attribute(each)) for each in told.get("attributes", []))
    return Node(operator, tuple(told.get("inputs", ())), tuple(told.get("outputs", ())), attributes)


ATTRIBUTES = {1: "float", 2: "int", 3: "text", 4: "tensor", 6: "floats", 7: "ints", 8: "texts"}


def _attribute(told: dict[str, Any]) -> Any:
    """The value of an attribute, which is of the kind that it says, and holds nothing else."""
    kind = ATTRIBUTES.get(told.get("kind", 0), "")
    if not kind or told.keys() - {"name", "kind", kind}:
        raise ValueError(f"the attribute {shown(told.get('name'))} is of a kind that is not read")
    default: Any = {"float": 0.0, "int": 0, "text": "", "tensor": {}}.get(kind, [])
    value = told.get(kind, default)
    return array_of(value) if kind == "tensor" else value


def _values(listed: list[dict[str, Any]]) -> dict[str, tuple[np.dtype[Any], Shape]]:
    return _unique((value.get("name", ""), _declared(value)) for value in listed)


def _declared(value: dict[str, Any]) -> tuple[np.dtype[Any], Shape]:
    array = value.get("type", {}).get("array", {})
    shape = tuple(each.get("value", 1) for each in array.get("shape", {}).get("dimensions", []))
    return _kind(array.get("kind", 0)), checked_shape(shape)


def _kind(number: int) -> np.dtype[Any]:
    if number not in KINDS:
        known = ", ".join(kind.name for kind in KINDS.values())
        raise ValueError(f"arrays are of {known}, and one is of another type (ONNX's {shown(number)})")
    return KINDS[number]


def checked_shape(shape: tuple[int, ...]) -> Shape:
    """A shape; ValueError where it is none, or none of an array that may be here."""
    if len(shape) > AXES or not all(0 <= side <= SIDE for side in shape):
        raise ValueError(f"a shape has at most {AXES} axes of 0 to {SIDE} places, unlike {shown(shape)}")
    return shape


def array_of(told: dict[str, Any]) -> Constant:
    """The array of a tensor; ValueError where it has other values than its shape says, or some are not finite."""
    kind, shape = _kind(told.get("kind", 0)), checked_shape(tuple(told.get("shape", ())))
    if told.get("location", 0):
        raise ValueError("it has weights in other files")
    held = [name for name in ("floats", "small", "large", "raw") if len(told.get(name, ()))]
    if len(held) > 1:
        raise ValueError("a tensor holds its values twice")
    flat = _flat(told, held[0] if held else "raw", kind)
    if flat.size != prod(shape):
        raise ValueError(f"a tensor of shape {shape} has {flat.size} values")
    if kind.kind == "f" and not np.isfinite(flat).all():
        raise ValueError(f"not all numbers of {shown(told.get('name', 'a tensor'))} are finite")
    return flat.reshape(shape)


def _flat(told: dict[str, Any], held: str, kind: np.dtype[Any]) -> Constant:
    """The values of a tensor in order."""
    if held == "raw":
        raw = told.get("raw", b"")
        if len(raw) % kind.itemsize:
            raise ValueError("a tensor was cut short")
        flat = np.frombuffer(raw, "u1" if kind.kind == "b" else kind)
        return flat != 0 if kind.kind == "b" else flat
    if held != {"f": "floats"}.get(kind.kind, "large" if kind.itemsize == 8 else "small"):
        raise ValueError(f"a tensor of {kind.name} keeps its values as another type does")
    bounds = np.iinfo(kind) if kind.kind in "iu" else None
    if bounds and not all(bounds.min <= value <= bounds.max for value in told[held]):
        raise ValueError(f"a tensor of {kind.name} has larger values")
    return np.array(told[held], kind)
