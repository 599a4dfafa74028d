"""What a file declares of its network: the member `data`, as far as it is needed to act, with every pickle left unread.

stable-baselines3 writes an algorithm's attributes as JSON. Those that JSON does not know are pickled, and beside each
pickle it writes its parts as text, by which they are known here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete

from ...choices import shown
from ..algorithms import ALGORITHMS
from .arguments import EXTRACTOR_CLASS, POLICY, checked, number, numbers, one_of
from .errors import UnknownPartError, part
from .known import EXTRACTORS, PACKAGES, POLICIES

BOXES = [f"<class '{package}.spaces.box.Box'>" for package in ("gymnasium", "gym")]
DTYPES = ("uint8", "int8", "int32", "int64", "float32", "float64")
VALUES, PARTS = 2**17, 10**5  # of an observation, and of JSON


@dataclass(frozen=True)
class Declared:
    """A network as a file declares it.

    Attributes:
        policy_class, arguments: what it is built by.
        observation_space, action_space: what it was trained for.
    """

    policy_class: type[Any]
    arguments: dict[str, Any]
    observation_space: Box
    action_space: Discrete[Any]


def read_declared(content: bytes, algorithm: str, own: tuple[type[Any], ...] = ()) -> Declared:
    """What the member `data` of an agent of an algorithm declares; its classes may also be among the user's `own`.

    Raises:
        UnknownPartError: it names something that is not known here.
        ValueError: it is of another algorithm, or is no such file.
    """
    with part("data"):
        if sum(map(content.count, (b",", b"[", b"{"))) > PARTS:
            raise ValueError(f"it has more than {PARTS} values")
        told = json.loads(content)
    with part("policy_class"):
        kind = _policy_class(_of(told, "policy_class"), algorithm, own)
    with part("policy_kwargs"):
        arguments = checked({**POLICY, EXTRACTOR_CLASS: one_of((*EXTRACTORS, *own))}, _of(told, "policy_kwargs"))
    with part("observation_space"):
        seen = _box(_of(told, "observation_space"))
    with part("action_space"):
        actions = _discrete(_of(told, "action_space"))
    return Declared(kind, arguments, seen, actions)


def _of(told: Any, name: str) -> dict[str, Any]:
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, dict):
        raise ValueError("it is not told")  # noqa: TRY004 (a file is wrong, not a call)
    return found


def _policy_class(told: dict[str, Any], algorithm: str, own: tuple[type[Any], ...]) -> type[Any]:
    """The class whose methods are told; its own name is told nowhere else."""
    module = str(told.get("__module__"))
    names = {name for text in told.values() if isinstance(text, str) for name in _owners(text)}
    for kind in own:
        if kind.__module__ == module and kind.__name__ in names:
            return kind
    if module.partition(".")[0] not in PACKAGES:
        raise UnknownPartError(f"a class of the module {shown(module)}")
    for kind in POLICIES[algorithm]:
        if kind.__name__ in names:
            return kind
    known = ", ".join(kind.__name__ for kind in POLICIES[algorithm])
    raise ValueError(
        f"{shown(', '.join(sorted(names)))}, where such agents have one of {known} (of a bare zip, --algorithm says "
        f"which it is, of {', '.join(ALGORITHMS)})"
    )


def _owners(text: str) -> list[str]:
    """The classes of the methods in a text such as `<function DQNPolicy.forward at 0x7f79fb077100>`."""
    return re.findall(r"<function (\w{1,100})\.", text)


def _box(told: dict[str, Any]) -> Box:
    shape, dtype = numbers(VALUES)(told.get("_shape")), told.get("dtype")
    if told.get(":type:") not in BOXES or dtype not in DTYPES:
        raise ValueError(f"no arrays of numbers, but {shown(told.get(':type:'))}")
    if prod(shape) > VALUES:
        raise ValueError(f"more than {VALUES} values")
    return Box(_bound(told, "low"), _bound(told, "high"), tuple(shape), np.dtype(dtype).type)


def _bound(told: dict[str, Any], name: str) -> float:
    """The number that an array of equal numbers is written with, long ones with dots."""
    values = set(re.sub(r"\.\.\.|[\[\]]", " ", str(told.get(name))).split())
    if len(values) != 1:
        raise ValueError(f"not all values have the same {name}est")
    return float(values.pop())


def _discrete(told: dict[str, Any]) -> Discrete[Any]:
    if told.get(":type:") != "<class 'gymnasium.spaces.discrete.Discrete'>":
        raise ValueError(f"no choices, but {shown(told.get(':type:'))}")
    return Discrete(number(VALUES, 1)(told.get("n")), start=number(VALUES)(told.get("start")))
