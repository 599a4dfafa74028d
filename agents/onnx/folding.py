"""What a network computes of shapes is computed beforehand, so that sizes are known: few whole numbers at a time."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from .call import FEW, Call, Value
from .file import Constant
from .moving import slices


def folded(operator: str, call: Call, made: Value) -> Constant | None:
    """What a node gives, where it can be computed beforehand; None where it cannot, or need not be."""
    if made.known is not None:
        return made.known
    given = [value.known for value in call.inputs if value is not None]
    if operator not in FOLDED or made.kind.kind not in "iub" or prod(made.shape) > FEW:
        return None
    if any(known is None for known in given):
        return None
    try:
        with np.errstate(all="ignore"):
            return np.asarray(FOLDED[operator](call, made, *given), made.kind).reshape(made.shape)
    except (IndexError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _rearranged(_: Call, made: Value, x: Constant, *__: Constant) -> Constant:
    return x.reshape(made.shape)


FOLDED: dict[str, Callable[..., Any]] = {
    "Add": lambda _, __, a, b: a + b,
    "Cast": lambda _, __, x: x,
    "Concat": lambda call, _, *parts: np.concatenate(parts, call.axis(0)),
    "ConstantOfShape": lambda call, made, _: np.full(made.shape, call.attributes["value"].reshape(-1)[0]),
    "Div": lambda _, __, a, b: (np.abs(a) // np.abs(b)) * np.sign(a) * np.sign(b),  # towards zero
    "Flatten": _rearranged,
    "Gather": lambda call, _, x, where: np.take(x, where, call.axis(0)),
    "Identity": lambda _, __, x: x,
    "Mod": lambda call, _, a, b: np.fmod(a, b) if call.whole("fmod", 0) else np.mod(a, b),
    "Mul": lambda _, __, a, b: a * b,
    "Reshape": _rearranged,
    "Slice": lambda call, _, x, *__: x[slices(call)],
    "Squeeze": _rearranged,
    "Sub": lambda _, __, a, b: a - b,
    "Transpose": lambda call, _, x: x.transpose(call.attributes.get("perm")),
    "Unsqueeze": _rearranged,
}
