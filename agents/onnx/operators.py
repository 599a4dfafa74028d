"""The operators that a network may have, and of each what its attributes are, what it gives, and what it costs.

A kernel is given nothing that its function here has not looked at: attributes that are not listed are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import elements, layers, moving
from .call import Call, Value

Costs = Callable[[Call, list[Value]], int]
MANY = 64  # inputs, where any number is allowed


@dataclass(frozen=True)
class Operator:
    """What is known of an operator.

    Attributes:
        gives: its outputs.
        attributes: their names.
        inputs: how many it has.
        work: multiplications, if not one for each number that it gives.
        room: numbers that it keeps beside its outputs.
    """

    gives: Callable[[Call], list[Value]]
    attributes: frozenset[str]
    inputs: range
    work: Costs | None = None
    room: Costs | None = None


def _some(names: str, gives: Any, least: int, most: int, attributes: str = "", **costs: Costs) -> dict[str, Operator]:
    known = frozenset(attributes.split())
    return {name: Operator(gives, known, range(least, most + 1), **costs) for name in names.split()}


WINDOW = "auto_pad dilations kernel_shape pads strides"
RECURRENT = "hidden_size direction layout activations"
OPERATORS: dict[str, Operator] = {
    **_some(
        "Abs Ceil Cos Erf Exp Floor HardSwish Identity Log Mish Neg Not Reciprocal Relu Round Sigmoid Sign Sin "
        "Softplus Softsign Sqrt Tanh", elements.same, 1, 1,
    ),
    **_some("Celu Elu LeakyRelu ThresholdedRelu", elements.same, 1, 1, "alpha"),
    **_some("HardSigmoid Selu", elements.same, 1, 1, "alpha beta gamma"),
    **_some("Gelu", elements.same, 1, 1, "approximate"),
    **_some("Softmax LogSoftmax", elements.along, 1, 1, "axis"),
    **_some("Clip", elements.clipped, 1, 3),
    **_some("Cast", elements.cast, 1, 1, "to"),
    **_some("Add And Mul Or PRelu Sub Xor", elements.together, 2, 2),
    **_some("Pow", elements.powers, 2, 2),
    **_some("Div", elements.divided, 2, 2),
    **_some("Mod", elements.divided, 2, 2, "fmod"),
    **_some("Max Mean Min Sum", elements.together, 1, MANY),
    **_some("Equal Greater GreaterOrEqual Less LessOrEqual", elements.compared, 2, 2),
    **_some("Where", elements.chosen, 3, 3),
    **_some(
        "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
        "ReduceSumSquare", elements.reduced, 1, 2, "axes keepdims noop_with_empty_axes",
    ),
    **_some("ArgMax ArgMin", elements.found, 1, 1, "axis keepdims select_last_index"),
    **_some("Concat", moving.joined, 1, MANY, "axis"),
    **_some("ConstantOfShape", moving.filled, 1, 1, "value"),
    **_some("DepthToSpace", moving.unblocked, 1, 1, "blocksize mode"),
    **_some("Expand", moving.expanded, 2, 2),
    **_some("Flatten", moving.flattened, 1, 1, "axis"),
    **_some("Gather", moving.gathered, 2, 2, "axis"),
    **_some("GatherElements", moving.picked, 2, 2, "axis"),
    **_some("OneHot", moving.shown_once, 3, 3, "axis"),
    **_some("Pad", moving.padded, 2, 4, "mode"),
    **_some("Reshape", moving.reshaped, 2, 2, "allowzero"),
    **_some("Shape", moving.measured, 1, 1, "start end"),
    **_some("Slice", moving.sliced, 3, 5),
    **_some("SpaceToDepth", moving.blocks, 1, 1, "blocksize"),
    **_some("Split", moving.parted, 1, 2, "axis num_outputs"),
    **_some("Squeeze", moving.squeezed, 1, 2),
    **_some("Tile", moving.tiled, 2, 2),
    **_some("Transpose", moving.transposed, 1, 1, "perm"),
    **_some("Unsqueeze", moving.unsqueezed, 2, 2),
    **_some("MatMul", layers.product, 2, 2, work=layers.multiplications),
    **_some("Gemm", layers.linear, 2, 3, "alpha beta transA transB", work=layers.multiplications),
    **_some("Conv", layers.convolved, 2, 3, f"{WINDOW} group", work=layers.in_windows, room=layers.laid_out),
    **_some("MaxPool", layers.pooled, 1, 1, f"{WINDOW} ceil_mode storage_order", work=layers.in_windows),
    **_some("AveragePool", layers.pooled, 1, 1, f"{WINDOW} ceil_mode count_include_pad", work=layers.in_windows),
    **_some("GlobalAveragePool GlobalMaxPool", layers.pooled_whole, 1, 1),
    **_some("BatchNormalization", layers.normalized_batch, 5, 5, "epsilon momentum training_mode"),
    **_some("LayerNormalization", layers.normalized_layer, 2, 3, "axis epsilon stash_type"),
    **_some("LSTM", layers.remembered(4), 3, 8, RECURRENT, work=layers.in_steps),
    **_some("GRU", layers.remembered(3), 3, 6, f"{RECURRENT} linear_before_reset", work=layers.in_steps),
    **_some("RNN", layers.remembered(1), 3, 6, RECURRENT, work=layers.in_steps),
}  # fmt: skip
