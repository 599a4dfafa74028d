"""A node as its operator sees it: what it is given, and its attributes, each checked where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...choices import shown
from .file import SIDE, Constant, Shape

FEW = 1024  # whole numbers that are computed with before anything runs


@dataclass(frozen=True)
class Value:
    """An array that a network computes, or is given: its type and shape, and itself where it is few whole numbers."""

    kind: np.dtype[Any]
    shape: Shape
    known: Constant | None = None

    @classmethod
    def of(cls, constant: Constant) -> Value:
        """What is known of a constant."""
        few = constant.dtype.kind in "iub" and constant.size <= FEW
        return cls(constant.dtype, constant.shape, constant if few else None)


@dataclass(frozen=True)
class Call:
    """An operator's inputs, None where one is left out, its attributes, the opset, and how many outputs it has.

    Raises:
        ValueError: in all methods, where something is missing, or is not what an operator takes.
    """

    inputs: tuple[Value | None, ...]
    attributes: Mapping[str, Any]
    opset: int
    outputs: int

    def given(self, place: int) -> Value | None:
        """An input that may be left out."""
        return self.inputs[place] if place < len(self.inputs) else None

    def value(self, place: int = 0) -> Value:
        """An input that may not."""
        if (found := self.given(place)) is None:
            raise ValueError(f"its input {place} is missing")
        return found

    def shape(self, place: int = 0) -> Shape:
        return self.value(place).shape

    def numbers(self, place: int) -> list[int]:
        """An input that is a list of whole numbers, or one, known before anything runs."""
        found = self.value(place)
        if found.known is None or found.kind.kind not in "iu" or len(found.shape) > 1:
            raise ValueError(f"its input {place} is no list of whole numbers that is known beforehand")
        return [int(number) for number in found.known.reshape(-1)]

    def listed(self, name: str, place: int) -> list[int] | None:
        """Whole numbers that older opsets have as an attribute and newer ones as an input; None if left out."""
        if name in self.attributes:
            return self.wholes(name, None)
        return None if self.given(place) is None else self.numbers(place)

    def whole(self, name: str, default: int, least: int = 0, most: int = 1) -> int:
        """An attribute that is a whole number, usually a flag."""
        found = self.attributes.get(name, default)
        if type(found) is not int or not least <= found <= most:
            raise ValueError(f"{name} is a whole number from {least} to {most}, not {shown(found)}")
        return found

    def wholes(self, name: str, default: list[int] | None, least: int = -SIDE) -> list[int]:
        """An attribute that is a list of whole numbers, as many as there are in the default."""
        found = self.attributes.get(name, default)
        if not isinstance(found, list) or not all(type(each) is int and least <= each <= SIDE for each in found):
            raise ValueError(f"{name} is a list of whole numbers from {least}, not {shown(found)}")
        if default is not None and len(found) != len(default):
            raise ValueError(f"{name} has {len(found)} numbers, not {len(default)}")
        return found

    def word(self, name: str, *allowed: str) -> str:
        """An attribute that is one of some words, the first if left out."""
        found = self.attributes.get(name, allowed[0])
        if found not in allowed:
            raise ValueError(f"{name} is {' or '.join(allowed)}, not {shown(found)}")
        return str(found)

    def axis(self, default: int = 0, rank: int | None = None) -> int:
        """The attribute `axis`, counted from the first, of the first input if no other number of axes is given."""
        axes = len(self.shape()) if rank is None else rank
        return place(self.whole("axis", default, -SIDE, SIDE), axes)


def place(axis: int, rank: int) -> int:
    """An axis, counted from the first; ValueError where there is none such."""
    if not -rank <= axis < rank:
        raise ValueError(f"an array of {rank} axes has none of number {axis}")
    return axis % rank


def places(axes: list[int], rank: int) -> list[int]:
    """Axes, counted from the first, each once."""
    found = [place(axis, rank) for axis in axes]
    if len(set(found)) < len(found):
        raise ValueError("an axis is named twice")
    return found


def check(right: bool, told: str) -> None:
    """ValueError unless something is right."""
    if not right:
        raise ValueError(told)
