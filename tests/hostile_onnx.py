"""ONNX files that nobody hopes for, by what is wrong with each, and what is said of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
from onnx_files import FLOAT, INT, TensorProto, helper, node, numpy_helper, onnx, policy
from recipes import TASK

from goalgap.agents.onnx.file import FILE, NODES
from goalgap.agents.onnx.wire import written

GOOD = policy(TASK)
MUCH = "more than .* numbers"


def whole(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def declared(name: str, kind: int, shape: list[int]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def before(*nodes: Any, seen: str = "seen", **constants: Any) -> bytes:
    """A policy that does something with the observation first."""
    return policy(TASK, nodes, seen, **constants).SerializeToString()


def aside(*nodes: Any, **constants: Any) -> bytes:
    """A policy that computes something beside, of which it makes nothing."""
    return policy(TASK, nodes, "observation", **constants).SerializeToString()


def changed(change: Callable[[Any], Any]) -> bytes:
    made = onnx.ModelProto()
    made.CopyFrom(GOOD)
    change(made)
    return made.SerializeToString()


def weights(change: Callable[[Any], Any]) -> bytes:
    return changed(lambda made: change(made.graph.initializer[0]))


def outside(tensor: Any) -> None:
    """As `onnx.save(..., save_as_external_data=True)` writes it."""
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"


def poisoned(value: float) -> bytes:
    def change(tensor: Any) -> None:
        array = numpy_helper.to_array(tensor).copy()
        array.flat[3] = value
        tensor.raw_data = array.tobytes()

    return weights(change)


def within(operator: str) -> bytes:
    """A node that holds a graph of its own."""
    inner = helper.make_graph([node("Identity", "observation", "y")], "g", [], [])
    name = {"If": "then_branch"}.get(operator, "body")
    return aside(node(operator, "observation", "z", **{name: inner}))


def nested(depth: int) -> bytes:
    """Graphs in nodes in graphs, or types in types."""
    content = b""
    for _ in range(depth):
        content = written(5, written(1, b"a") + written(6, written(1, content)))
    return GOOD.SerializeToString() + written(7, written(1, content))


def squared(times: int) -> bytes:
    """A row plus a column, again and again."""
    nodes = [node("Flatten", "observation", "r0")]
    for k in range(times):
        nodes += [node("Reshape", f"r{k} column", f"c{k}"), node("Add", f"r{k} c{k}", f"s{k}"),
                  node("Reshape", f"s{k} row", f"r{k + 1}")]  # fmt: skip
    return aside(*nodes, column=whole(-1, 1), row=whole(1, -1))


def doubled(times: int) -> bytes:
    nodes = [
        node("Concat", f"d{k} d{k}" if k else "observation observation", f"d{k + 1}", axis=0) for k in range(times)
    ]
    return aside(*nodes)


def named(text: str) -> bytes:
    return before(node("Nope", "observation", text), seen=text)


def typed(change: Callable[[Any], Any]) -> bytes:
    return changed(lambda made: change(made.graph.input[0].type))


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("policy.onnx", GOOD.SerializeToString())
    return made.getvalue()


LONG = "<script>alert(1)</script>\x1b[31m\u202e" * 20
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no ONNX file"),
    "random bytes": (np.random.default_rng(0).bytes(5000), "."),
    "a text": (b"import os; os.system('true')", "."),
    "a pickle": (b"\x80\x04\x95" + b"cos\nsystem\n(S'true'\ntR.", "."),
    "a zip": (zipped(), "."),
    "cut short": (GOOD.SerializeToString()[:-40], "cut short"),
    "too large": (bytes(FILE + 1), "are allowed"),
    "a flood of fields": (written(2, b"") * 300_000, "too many parts"),
    "a flood of numbers": (written(7, written(5, written(7, bytes(2 * 10**6)))), "too many parts"),
    "a group": (b"\x0b" + GOOD.SerializeToString(), "kind 3"),
    "an endless number": (b"\xff" * 20, "ten bytes"),
    "two graphs": (GOOD.SerializeToString() + written(7, b""), "two of graph"),
    "a field nobody knows": (GOOD.SerializeToString() + written(77, b"x"), "field 77"),
    "graphs in graphs": (nested(2000), "two of graph|a graph within a node"),
    "If": (within("If"), "a graph within a node"),
    "Loop": (within("Loop"), "a graph within a node"),
    "Scan": (within("Scan"), "a graph within a node"),
    "a function": (changed(lambda made: made.functions.add(name="f", domain="x")), "functions"),
    "information on training": (changed(lambda made: made.training_info.add()), "information on training"),
    "an operator of another domain": (aside(node("Gelu", "observation", "z", domain="com.microsoft")), "'com.micro"),
    "operators of another domain": (
        changed(lambda made: made.opset_import.add(domain="ai.custom", version=1)), "ai.custom",
    ),
    "two opsets": (changed(lambda made: made.opset_import.add(domain="", version=13)), "of ONNX itself"),
    "an old opset": (changed(lambda made: setattr(made.opset_import[0], "version", 7)), "opset is 7"),
    "a version nobody knows": (changed(lambda made: setattr(made, "ir_version", 99)), "version"),
    "an operator that is not read": (aside(node("Resize", "observation", "z")), "none of the operators"),
    "an operator of quantized numbers": (aside(node("QLinearConv", "observation", "z")), "none of the operators"),
    "an operator with a long name": (aside(node("x" * 500, "observation", "z")), "none of the operators"),
    "markup and escapes": (named(LONG), "node 0, 'Nope'"),
    "a name without end": (aside(node("Relu", "observation", "x" * 5000)), "a name of 5000 bytes"),
    "weights elsewhere": (weights(outside), "weights in other files"),
    "weights said to be elsewhere": (weights(lambda t: setattr(t, "data_location", 1)), "weights in other files"),
    "weights that are texts": (
        weights(lambda t: (t.ClearField("raw_data"), t.string_data.append(b"x"))), "it has texts",
    ),
    "weights of double precision": (weights(lambda t: setattr(t, "data_type", 11)), "another type"),
    "weights that are objects": (weights(lambda t: setattr(t, "data_type", 8)), "another type"),
    "sparse weights": (changed(lambda made: made.graph.sparse_initializer.add()), "sparse weights"),
    "fewer weights than said": (weights(lambda t: setattr(t, "raw_data", t.raw_data[:-4])), "has .* values"),
    "odd weights": (weights(lambda t: setattr(t, "raw_data", t.raw_data[:-1])), "cut short"),
    "weights kept twice": (weights(lambda t: t.float_data.append(1.0)), "values twice"),
    "weights of a huge shape": (weights(lambda t: t.dims.extend([2**40])), "a shape has"),
    "weights of a negative shape": (weights(lambda t: t.dims.extend([-1])), "a shape has"),
    "weights of many axes": (weights(lambda t: t.dims.extend([1] * 20)), "a shape has"),
    "weights that are no numbers": (poisoned(float("nan")), "not all numbers of 'weights' are finite"),
    "weights without bound": (poisoned(float("inf")), "not all numbers of 'weights' are finite"),
    "an attribute that is no number": (aside(node("LeakyRelu", "observation", "z", alpha=float("nan"))), "not finite"),
    "a constant without bound": (aside(node("Constant", "", "z", value_float=float("inf"))), "finite"),
    "an attribute nobody knows": (aside(node("Relu", "observation", "z", x=1)), "no attribute 'x'"),
    "an attribute of another kind": (aside(node("Softmax", "observation", "z", axis="1")), "whole number"),
    "a bomb by ConstantOfShape": (
        aside(node("ConstantOfShape", "to", "z"), to=whole(2**20, 2**20)), MUCH,
    ),
    "a bomb whose size is beyond 64 bits": (
        aside(
            node("ConstantOfShape", "to", "z", value=numpy_helper.from_array(whole(7))), to=whole(*[2**24] * 4)
        ),
        MUCH,
    ),
    "a bomb by Expand": (aside(node("Expand", "one to", "z"), one=np.ones(1), to=whole(2**12, 2**20)), "another type"),
    "another bomb by Expand": (
        aside(node("Expand", "one to", "z"), one=np.ones(1, np.float32), to=whole(2**12, 2**20)), MUCH,
    ),
    "a bomb by Tile": (
        aside(node("Tile", "observation by", "z"), by=whole(2**10, 1, 2**10, 2**10)), MUCH,
    ),
    "a bomb by Pad": (aside(node("Pad", "observation by", "z"), by=whole(*[2**15] * 8)), MUCH),
    "a bomb by OneHot": (
        aside(node("OneHot", "which depth two", "z"), which=np.zeros(2**16, np.int64), depth=whole(2**12),
              two=np.array([0, 1], np.float32)), MUCH,
    ),
    "a bomb by Gather": (
        aside(node("Gather", "wide at", "z"), wide=np.zeros((1, 2**14), np.float32), at=np.zeros(2**12, np.int64)),
        MUCH,
    ),
    "a bomb by sums": (squared(4), MUCH),
    "a bomb by joining": (doubled(40), f"{MUCH}|a shape has"),
    "a bomb by slicing": (
        aside(node("Slice", "observation a b", "z"), a=whole(0), b=np.array([1.0], np.float32)), "known beforehand",
    ),
    "a shape that is computed": (
        aside(node("Cast", "observation", "to", to=INT), node("ConstantOfShape", "to", "z")), "known beforehand",
    ),
    "a product that takes for ever": (
        aside(node("MatMul", "big big", "z"), big=np.ones((2**10, 2**10), np.float32)), "more than .* multiplications",
    ),
    "sums that take for ever": (
        aside(*(node("ReduceSum", "big", f"z{k}") for k in range(300)), big=np.ones(2**20, np.float32)),
        "more than .* multiplications",
    ),
    "outputs that nobody names": (
        aside(
            node("Expand", "one to", "x"), *(node("LSTM", "x w r", f"- h{k}", hidden_size=64) for k in range(3)),
            one=np.ones((1, 1, 1), np.float32), to=whole(2**16, 1, 1), w=np.ones((1, 256, 1), np.float32),
            r=np.ones((1, 256, 64), np.float32),
        ),
        "more than",
    ),
    "a constant without a name": (aside(node("Constant", "", "-", value_int=1)), "has no name"),
    "memory without bound": (
        changed(
            lambda made: (
                made.graph.input.append(declared("h", FLOAT, [1, 2**17])),
                made.graph.node.append(node("Identity", "h", "next_h")),
                made.graph.output.append(declared("next_h", FLOAT, [1, 2**17])),
            )
        ),
        "hands on more than 65536 numbers",
    ),
    "windows that take for ever": (
        aside(node("Conv", "image w", "z", pads=[500] * 4), image=np.ones((1, 1, 600, 600), np.float32),
              w=np.ones((1, 1, 501, 501), np.float32)), "more than .*",
    ),
    "a window that stands still": (
        aside(node("Conv", "image w", "z", strides=[0, 0]), image=np.ones((1, 1, 4, 4), np.float32),
              w=np.ones((1, 1, 2, 2), np.float32)), "strides",
    ),
    "windows beyond the edge": (
        aside(node("MaxPool", "image", "z", kernel_shape=[2, 2], pads=[9, 9, 9, 9]),
              image=np.ones((1, 1, 4, 4), np.float32)), "further than it sees",
    ),
    "a division of whole numbers by nothing": (
        aside(node("Cast", "observation", "n", to=INT), node("Div", "n n", "z")), "divides by whole numbers",
    ),
    "a remainder of nothing": (
        aside(node("Cast", "observation", "n", to=INT), node("Mod", "n zero", "z"), zero=whole(0)), "divides by whole",
    ),
    "more nodes than allowed": (
        aside(*(node("Relu", "observation", f"z{k}") for k in range(NODES))), "nodes, and 2000 are allowed",
    ),
    "a circle": (before(node("Add", "observation later", "seen"), node("Relu", "seen", "later")), "not there yet"),
    "a value computed twice": (
        aside(node("Relu", "observation", "z"), node("Relu", "observation", "z")), "two values are called 'z'",
    ),
    "an observation that is computed": (aside(node("Relu", "weights", "observation")), "two values"),
    "weights that are computed": (aside(node("Relu", "observation", "weights")), "two values"),
    "two weights of one name": (
        changed(lambda made: made.graph.initializer.append(made.graph.initializer[0])), "two parts are called",
    ),
    "an array of nothing": (aside(node("Relu", "none", "z"), none=np.zeros((0, 3), np.float32)), "array of nothing"),
    "no observation": (changed(lambda made: setattr(made.graph.input[0], "name", "x")), "no input 'observation'"),
    "another input": (
        changed(lambda made: made.graph.input.append(declared("level", INT, [1]))), "next_X for each",
    ),
    "another output": (
        changed(lambda made: made.graph.output.append(declared("flat", FLOAT, [1, 147]))), "outputs",
    ),
    "an output that nothing computes": (
        changed(lambda made: setattr(made.graph.output[0], "name", "q_values")), "nothing computes the output",
    ),
    "an output of another shape": (
        changed(lambda made: setattr(made.graph.output[0].type.tensor_type.shape.dim[1], "dim_value", 3)), "not float",
    ),
    "many games at once": (
        typed(lambda kind: setattr(kind.tensor_type.shape.dim[0], "dim_value", 256)), "one game at a time",
    ),
    "observations of half precision": (typed(lambda kind: setattr(kind.tensor_type, "elem_type", 10)), "another type"),
    "observations that are sequences": (
        typed(lambda kind: (kind.Clear(), kind.sequence_type.elem_type.tensor_type.SetInParent())), "sequences",
    ),
    "memory of another shape": (
        changed(lambda made: (
            made.graph.input.append(declared("h", FLOAT, [1, 2])),
            made.graph.node.append(node("Reshape", "h to", "next_h")),
            made.graph.initializer.append(numpy_helper.from_array(whole(2, 1), "to")),
            made.graph.output.append(declared("next_h", FLOAT, [2, 1])),
        )), "of the shape of the input",
    ),
}  # fmt: skip
