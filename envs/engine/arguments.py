"""The arguments of an environment: integers and choices with their rules, checked when made, JSON-able."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

import numpy as np

from ...choices import choose, shown

LARGEST = 2**31 - 1
LONGEST = 10**6  # steps of an episode


def argument(default: Any, help: str, *, low: int = 0, high: int | str = LARGEST, choices: tuple[str, ...] = ()) -> Any:
    """A field of `Arguments`: an integer in low .. high, or one of `choices`.

    Args:
        high: a number, or the name of another argument that this one may not exceed.
    """
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Arguments:
    """What a user may choose of an environment; TypeError or ValueError says what is allowed."""

    horizon: int = argument(0, "steps until an episode is truncated; 0 takes the environment's default", high=LONGEST)

    def __post_init__(self) -> None:
        for each in fields(self):
            self._check(each, getattr(self, each.name))

    @classmethod
    def kernels(cls) -> dict[str, Any]:
        """The kernels that environments with these arguments share: they need not define them."""
        return {}

    def level_fields(self) -> list[Any]:
        """The fields of a level that environments with these arguments share."""
        return []

    def board_shape(self) -> tuple[int, int]:
        """Rows and columns of a grid's observation."""
        raise TypeError(f"{type(self).__name__} is of no grid: only environments with `signals` can have it")

    def picture_shape(self) -> tuple[int, int, int] | None:
        """Of a game that can be seen as a picture instead of bits: its shape, (height, width, 3), if it shall be."""
        return None

    def check_levels(self, levels: Any) -> None:
        """ValueError where levels, records, are such that compiled code would look beyond what they hold."""

    def check_states(self, states: Any) -> None:
        """As `check_levels`, of states."""

    def record(self) -> np.ndarray[Any, Any]:
        """The arguments as an array of one record of integers; a choice becomes its index."""
        values = [_number(each, getattr(self, each.name)) for each in fields(self)]
        return np.array([tuple(values)], dtype=[(each.name, "i8") for each in fields(self)])

    def _check(self, each: Field[Any], value: Any) -> None:
        rule = each.metadata
        if rule["choices"]:
            choose(each.name, value, rule["choices"])
            return
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"{each.name} must be an integer, not {shown(value)}")
        named = isinstance(rule["high"], str)
        high = getattr(self, rule["high"]) if named else rule["high"]
        if not rule["low"] <= value <= high and not (each.name == "horizon" and value == 0):
            allowed = f"at most {rule['high']} ({high})" if named and value > high else f"in {rule['low']} .. {high}"
            raise ValueError(f"{each.name} must be {allowed}, not {shown(value)}")


def allowed(each: Field[Any]) -> str:
    """What values an argument may have, in words: "blocks, perfect", or "5 to 41"."""
    rule = each.metadata
    return ", ".join(rule["choices"]) or f"{rule['low']} to {rule['high']}"


def _number(each: Field[Any], value: Any) -> int:
    return each.metadata["choices"].index(value) if each.metadata["choices"] else int(value)
