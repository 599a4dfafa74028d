"""Fields of what a training run is declared by: numbers with their bounds, checked in one way."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any

from ..choices import shown


def number(default: float, least: float = 0, most: float = float("inf")) -> Any:
    """A field: a number in [least, most], whole if its default is."""
    return field(default=default, metadata={"whole": isinstance(default, int), "least": least, "most": most})


def check_numbers(declared: Any) -> None:
    """ValueError or TypeError unless all numbers of a dataclass are what its fields allow."""
    for part in fields(declared):
        if part.metadata:
            check_number(part.name, getattr(declared, part.name), **part.metadata)


def check_number(name: str, value: Any, whole: bool, least: float, most: float) -> None:
    """ValueError or TypeError unless a value is a number in [least, most]."""
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        allowed = f"from {least:g} to {most:g}" if most < float("inf") else f"of at least {least:g}"
        raise TypeError(f"{name} is a {'whole ' if whole else ''}number {allowed}, not {shown(value)}")
    if value != value:  # noqa: PLR0124
        raise ValueError(f"{name} is a number, not nan")
    if value < least:
        raise ValueError(f"{name} is at least {least:g}, not {shown(value)}")
    if not value <= most:
        raise ValueError(f"{name} is at most {most:g}, not {shown(value)}")
