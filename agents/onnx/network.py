"""An ONNX file that acts: onnxruntime computes, one game after the other, on one thread."""

from __future__ import annotations

from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...choices import shown
from .file import KINDS, Graph, Shape, read_graph
from .plan import Plan
from .writing import names_of, rewritten

MEMORY = 2**16  # numbers that are handed on in each game
OBSERVATION, OUTPUTS, NEXT = "observation", ("logits", "q_values"), "next_"
FLOAT, BYTE = KINDS[1], KINDS[2]
Outputs = Literal["logits", "q_values"]
Floats = NDArray[np.floating[Any]]


class OnnxNetwork:
    """A network of any framework, as `AgentPolicy` asks one.

    Args:
        content: of the file.

    Attributes:
        observation: the type and the shape of one observation.
        actions: how many there are.
        outputs: what it says of them.
        memory: the shape of each state that it hands on, by name.

    Raises:
        ValueError: it is no ONNX file, or one that holds what is not read here.
    """

    def __init__(self, content: bytes) -> None:
        graph = read_graph(content)
        self.observation, self.memory = _inputs(graph)
        self.outputs, self.actions = _outputs(graph, self.memory)
        plan = Plan.of(graph)
        self._names, self._session = names_of(plan), _session(rewritten(plan))

    @property
    def remembers(self) -> bool:
        """Whether it hands on any state."""
        return bool(self.memory)

    @property
    def draws(self) -> bool:
        """Whether actions are drawn; else the best is certain."""
        return self.outputs == "logits"

    def __call__(
        self, obs: NDArray[np.uint8], memory: list[Floats] | None, starts: NDArray[np.bool_]
    ) -> tuple[Floats, list[Floats]]:
        """Read observations, uint8, shape (n, *observation shape).

        Args:
            memory: what the last call returned; None for networks that have seen nothing.
            starts: bool, shape (n,): where memory is to be forgotten first.

        Returns:
            logits, float64, shape (n, actions); and the states, each of shape (n, *its shape).

        Raises:
            ValueError: it says what is no number.
        """
        if memory is None:
            memory = [np.zeros((len(obs), *shape), FLOAT) for shape in self.memory.values()]
        memory = [np.where(starts.reshape(-1, *[1] * (state.ndim - 1)), FLOAT.type(0), state) for state in memory]
        told = [self._read(one, states) for one, *states in zip(obs, *memory, strict=True)]
        said, *states = map(np.stack, zip(*told, strict=True))
        if not np.isfinite(said).all():
            raise ValueError(f"its {self.outputs} are not all finite numbers")
        return self._logits(said[:, 0].astype(np.float64)), states

    def _read(self, obs: NDArray[np.uint8], states: list[Floats]) -> list[Floats]:
        """What it says of one observation, and the states that it hands on."""
        given = dict(zip((OBSERVATION, *self.memory), (obs[None].astype(self.observation[0]), *states), strict=True))
        asked = [self._names[name] for name in (self.outputs, *map(NEXT.__add__, self.memory))]
        try:
            told: list[Floats] = self._session.run(asked, {self._names[name]: array for name, array in given.items()})
        except Exception as error:
            raise ValueError(f"onnxruntime cannot compute what it says: {shown(str(error))}") from error
        return told

    def _logits(self, said: Floats) -> Floats:
        best = said.argmax(1)[:, None] == np.arange(self.actions)
        return said if self.draws else np.where(best, 0.0, -np.inf)


def _inputs(graph: Graph) -> tuple[tuple[np.dtype[Any], Shape], dict[str, Shape]]:
    """The type and the shape of one observation, and the states by name."""
    kind, shape = graph.inputs.get(OBSERVATION, (FLOAT, ()))
    if kind not in (FLOAT, BYTE) or shape[:1] != (1,) or len(shape) < 2:
        raise ValueError(
            f"it has no input {OBSERVATION!r} of float32 or uint8 and of shape (1, *observation shape), one game at a "
            f"time: its inputs are {_told(graph.inputs)}"
        )
    memory = {name: shape for name, (_, shape) in graph.inputs.items() if name != OBSERVATION}
    if sum(map(prod, memory.values())) > MEMORY:
        raise ValueError(f"it hands on more than {MEMORY} numbers")
    return (kind, shape[1:]), memory


def _outputs(graph: Graph, memory: dict[str, Shape]) -> tuple[Outputs, int]:
    """What it says of actions, and how many there are."""
    named = [name for name in OUTPUTS if name in graph.outputs]
    states = {NEXT + name: graph.inputs[name] for name in memory}
    if len(named) != 1 or graph.outputs.keys() != {*named, *states}:
        raise ValueError(
            f"its outputs are to be {' or '.join(OUTPUTS)}, and {NEXT}X for each input X beside {OBSERVATION!r}; they "
            f"are {_told(graph.outputs)}, and its inputs {_told(graph.inputs)}"
        )
    for name, (kind, shape) in states.items():
        if graph.outputs[name] != (kind, shape) or kind != FLOAT:
            raise ValueError(f"{shown(name)} is to be float32 and of the shape of the input that it is handed on to")
    kind, shape = graph.outputs[named[0]]
    if kind != FLOAT or len(shape) != 2 or shape[0] != 1:
        raise ValueError(f"{named[0]} is to be float32 of shape (1, actions), not {kind.name} of shape {shape}")
    return named[0], shape[1]  # type: ignore[return-value]


def _told(values: Any) -> str:
    return shown(", ".join(f"{name} {kind.name} {shape}" for name, (kind, shape) in values.items()))


def _session(content: bytes) -> Any:
    """What computes a network; ValueError where onnxruntime does not take it."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f"onnxruntime does not take it: {shown(str(error))}") from error
