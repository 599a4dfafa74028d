"""ONNX files for tests, made by the `onnx` package: of policies, and of whatever nodes a test hands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason='this needs onnx: pip install "goalgap[dev]"')
pytest.importorskip("onnxruntime", reason='this needs onnxruntime: pip install "goalgap[onnx]"')

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from goalgap.envs.engine.task import Task  # noqa: E402

FLOAT, BYTE, INT, BOOL = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT64, TensorProto.BOOL
Declared = Mapping[str, tuple[int, tuple[Any, ...]]]  # of inputs and outputs the type and the shape


def node(operator: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    """Names are words; "-" is one that is left out."""
    sides = ([name.replace("-", "") for name in names.split()] for names in (inputs, outputs))
    return helper.make_node(operator, *sides, **attributes)


def model(
    nodes: Iterable[Any], constants: Mapping[str, Any], inputs: Declared, outputs: Declared, opset: int = 17
) -> Any:
    """An ONNX model, which a test may change before it is written."""
    values = (
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in declared.items()]
        for declared in (inputs, outputs)
    )
    tensors = [
        each if isinstance(each, TensorProto) else numpy_helper.from_array(np.asarray(each), name)
        for name, each in constants.items()
    ]
    graph = helper.make_graph(list(nodes), "policy", *values, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def policy(task: Task, before: Iterable[Any] = (), seen: str = "observation", **constants: Any) -> Any:
    """A linear policy on what `before` makes of the observation, under the name `seen`, which has as many values."""
    shape, actions = task.observation_space.shape, len(task.game.actions)
    weights = np.random.default_rng(0).normal(size=(int(np.prod(shape)), actions)).astype(np.float32)
    nodes = [*before, node("Flatten", seen, "flat"), node("Gemm", "flat weights", "logits")]
    return model(
        nodes,
        {"weights": weights, **constants},
        {"observation": (FLOAT, (1, *shape))},
        {"logits": (FLOAT, (1, actions))},
    )
