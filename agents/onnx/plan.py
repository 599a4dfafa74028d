"""What a network computes, known before it does: the type and shape of every value, and what all of it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from ...choices import shown
from .call import Call, Value, check
from .file import Constant, Graph, Node
from .folding import folded
from .operators import OPERATORS

NUMBERS, WORK = 2**24, 2**28  # that are kept for one game at one step, and multiplications


@dataclass
class Plan:
    """The graph of a network with what is known of its values.

    Attributes:
        graph: in which what was computed beforehand is constants.
        values: inputs, constants and all that nodes give, by name.
        numbers, work: that a step takes so far; what is read and what is written counts as work too.
    """

    graph: Graph
    values: dict[str, Value] = field(default_factory=dict)
    numbers: int = 0
    work: int = 0

    @classmethod
    def of(cls, graph: Graph) -> Plan:
        """The plan of a graph; ValueError where an operator is not known, is wrongly used, or costs too much."""
        made, constants, kept = cls(graph), dict[str, Constant](graph.constants), list[Node]()
        for name, (kind, shape) in graph.inputs.items():
            made._add(name, Value(kind, shape))
        made.values |= {name: Value.of(constant) for name, constant in constants.items()}
        for k, node in enumerate(graph.nodes):
            try:
                computed = made._step(node)
            except ValueError as error:
                raise ValueError(f"node {k}, {shown(node.operator)}: {error}") from None
            constants |= computed
            kept += [] if computed else [node]
        made.graph = replace(graph, nodes=tuple(kept), constants=constants)
        made._check_outputs()
        return made

    def _step(self, node: Node) -> dict[str, Constant]:
        """Take a node in; what it gives, where that is known beforehand."""
        if node.operator == "Constant":
            return self._constant(node)
        call = self._call(node)
        operator = OPERATORS[node.operator]
        made = operator.gives(call)
        check(0 < len(node.outputs) <= len(made), "it has outputs that are not read")
        if len(made) == 1 and (constant := folded(node.operator, call, made[0])) is not None:
            return self._keep(node.outputs[0], constant)
        work = operator.work(call, made) if operator.work else 0
        read = sum(prod(value.shape) for value in call.inputs if value is not None)
        self._spend(work + read, operator.room(call, made) if operator.room else 0)
        unnamed = [""] * (len(made) - len(node.outputs))
        for name, value in zip([*node.outputs, *unnamed], made, strict=True):
            self._add(name, value)
        return {}

    def _call(self, node: Node) -> Call:
        """A node as its operator sees it; ValueError where the operator is not known, or of other inputs."""
        if (operator := OPERATORS.get(node.operator)) is None:
            raise ValueError("it is none of the operators that are read: the guide to ONNX policies lists them")
        check(len(node.inputs) in operator.inputs, f"it has {len(node.inputs)} inputs")
        for name, told in node.attributes.items():
            check(name in operator.attributes, f"it has no attribute {shown(name)}")
            check(not isinstance(told, float) or bool(np.isfinite(told)), f"its attribute {name} is not finite")
        return Call(
            tuple(self._input(name) for name in node.inputs), node.attributes, self.graph.opset, len(node.outputs)
        )

    def _input(self, name: str) -> Value | None:
        if not name:
            return None
        check(name in self.values, f"{shown(name)} is not there yet: nodes stand in the order in which they compute")
        return self.values[name]

    def _constant(self, node: Node) -> dict[str, Constant]:
        """The value of a node that is a constant."""
        check(len(node.attributes) == len(node.outputs) == 1 and not node.inputs, "it is no constant")
        ((name, told),) = node.attributes.items()
        check(name in CONSTANTS and isinstance(told, CONSTANTS[name]), f"a constant by {shown(name)} is not read")
        whole = isinstance(told, int) or name == "value_ints"
        constant = told if isinstance(told, np.ndarray) else np.array(told, "<i8" if whole else "<f4")
        check(bool(np.isfinite(constant).all()), "not all its numbers are finite")
        return self._keep(node.outputs[0], constant)

    def _keep(self, name: str, constant: Constant) -> dict[str, Constant]:
        check(bool(name), "what it gives has no name")
        self._add(name, Value.of(constant))
        return {name: constant}

    def _add(self, name: str, value: Value) -> None:
        """Note a value, which costs as much without a name; ValueError where that is taken, or it costs too much."""
        self._spend(prod(value.shape), prod(value.shape))
        if not name:
            return
        check(name not in self.values and name not in self.graph.constants, f"two values are called {shown(name)}")
        check(bool(prod(value.shape)) or value.known is not None, f"{shown(name)} is an array of nothing")
        self.values[name] = value

    def _spend(self, work: int, numbers: int) -> None:
        self.work, self.numbers = self.work + work, self.numbers + numbers
        check(self.numbers <= NUMBERS, f"a step takes more than {NUMBERS} numbers")
        check(self.work <= WORK, f"a step takes more than {WORK} multiplications")

    def _check_outputs(self) -> None:
        for name, (kind, shape) in self.graph.outputs.items():
            check(name in self.values, f"nothing computes the output {shown(name)}")
            found = self.values[name]
            said = f"{kind.name} of shape {shape}"
            right = (found.kind, found.shape) == (kind, shape)
            check(right, f"the output {shown(name)} is {found.kind.name} of shape {found.shape}, not {said}")


CONSTANTS: Mapping[str, type[Any]] = {  # attributes of a constant, one of which it has
    "value": np.ndarray, "value_int": int, "value_float": float, "value_ints": list, "value_floats": list,
}  # fmt: skip
