"""What every stored thing is: a frozen model that JSON can hold; and in plain words, what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ...choices import advice, printable, shortened, shown

KINDS = {
    "string_type": "a text",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a table of names and values"),
    "finite_number": "a finite number",
    "greater_than_equal": "at least {ge}",
    "greater_than": "above {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "below {lt}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "a text of length {min_length} or more",
    "string_too_long": "a text of length {max_length} or less",
    "too_short": "no shorter than {min_length}",
    "too_long": "no longer than {max_length}",
    "string_pattern_mismatch": "a text of the form {pattern}",
    "literal_error": "{expected}",
}  # what a value must be, by what pydantic calls it where it is not
EITHER = ("bool", "float", "int", "str")  # what it adds to the name of a field that takes several kinds


class Record(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def first_mistake(error: ValidationError) -> str:
    """The first thing that is wrong with a record, as one of `mistakes`."""
    return next(mistakes(error))


def mistakes(error: ValidationError, known: Iterable[str] = ()) -> Iterator[str]:
    """All that is wrong with a record, each in a line: which field, what it must be, and what it is.

    Names of fields may be a stranger's: they are shown in short, and as what can be printed.

    Args:
        known: the names of all its fields, where these are to be told to who gives another.
    """
    for place, each in groupby(error.errors(include_url=False), _place):
        yield printable(_told(shortened(place), list(each), list(known)))


def _place(mistake: Any) -> str:
    """The field, as in alphas[0] or arguments.size."""
    path = mistake["loc"][:-1] if mistake["loc"] and mistake["loc"][-1] in EITHER else mistake["loc"]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _told(place: str, same: list[Any], known: list[str]) -> str:
    """What is wrong with one field: more than one thing, where it could be of several kinds."""
    kind, first = same[0]["type"], same[0]
    if kind == "extra_forbidden":
        return f"unknown field {shown(place)}" + (f": {advice(place, known)}" if known and "." not in place else "")
    if kind == "missing":
        return f"{place} is missing"
    if kind == "json_invalid":
        return f"it is no JSON: {first['ctx']['error']}"
    if kind not in KINDS:
        return f"{place}: {first['msg'].removeprefix('Value error, ')}".removeprefix(": ")
    must = " or ".join(dict.fromkeys(_must_be(each) for each in same if each["type"] in KINDS))
    return f"{place or 'it'} must be {must}{_such(kind, first)}, not {_given(first['input'])}"


def _must_be(mistake: Any) -> str:
    bounds = {name: f"{end:g}" if isinstance(end, float) else end for name, end in mistake.get("ctx", {}).items()}
    return KINDS[mistake["type"]].format(**bounds)


def _such(kind: str, mistake: Any) -> str:
    """How a value is written that is alone where a list must be."""
    alone = isinstance(mistake["input"], str | int | float)
    return f", such as [{_given(mistake['input'])}]" if alone and KINDS[kind] == "a list" else ""


def _given(value: Any) -> str:
    """A value as TOML and JSON write it, in short."""
    if isinstance(value, list | tuple | dict):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str | bool):
        return shortened(json.dumps(value, ensure_ascii=False))
    return "nothing" if value is None else shown(value)
