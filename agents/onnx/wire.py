"""Protocol buffers, the format of ONNX files: fields of messages, each a number, a kind and a value.

What is not in a message's schema is refused, and so is a field that stands twice where it may stand once: two readers
may understand either in two ways.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

NAME = 1000  # bytes
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MOST, FIELD = 10**6, 5  # numbers in all lists of a file together, and how many of them a field counts for
Kind = Literal["int", "ints", "float", "floats", "bytes", "text", "texts", "message", "messages", "skipped", "refused"]
ONE: tuple[Kind, ...] = ("int", "float", "bytes", "text", "message")


class Field(NamedTuple):
    """What a field of a message is called, and what it holds; `schema` is of messages in it."""

    name: str
    kind: Kind
    schema: Mapping[int, Any] = {}


Schema = Mapping[int, Field]


class Reader:
    """Reads messages; all of one file count together.

    Raises:
        ValueError: in all methods, for what is no message, or one that is not known.
    """

    def __init__(self) -> None:
        self._left = MOST

    def message(self, content: memoryview, schema: Schema) -> dict[str, Any]:
        """The fields of a message by name: numbers, bytes, texts, messages, and lists of these."""
        told: dict[str, Any] = {}
        for number, wire, value in self._fields(content):
            if number not in schema:
                raise ValueError(f"a field {number} that is not known")
            name, kind, inner = schema[number]
            if kind == "refused":
                raise ValueError(f"it has {name}")
            if kind in ONE and name in told:
                raise ValueError(f"two of {name}")
            if kind in ONE:
                told[name] = self._one(kind, wire, value, inner)
            elif kind != "skipped":
                told.setdefault(name, []).extend(self._some(kind, wire, value, inner))
        return told

    def _fields(self, content: memoryview) -> Iterator[tuple[int, int, Any]]:
        at = 0
        while at < len(content):
            self._spend(FIELD)
            key, at = varint(content, at)
            number, wire = key >> 3, key & 7
            if wire == VARINT:
                value, at = varint(content, at)
                yield number, wire, value
                continue
            if wire == BYTES:
                size, at = varint(content, at)
            elif wire in (FIXED32, FIXED64):
                size = 4 if wire == FIXED32 else 8
            else:
                raise ValueError(f"a field of the kind {wire}, which is not read")
            if size > len(content) - at:
                raise ValueError("it was cut short")
            yield number, wire, content[at : at + size]
            at += size

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise ValueError("it has too many parts: keep weights as raw data")

    def _one(self, kind: Kind, wire: int, value: Any, inner: Schema) -> Any:
        expected = {"int": VARINT, "float": FIXED32}.get(kind, BYTES)
        if wire != expected:
            raise ValueError("a field of another kind than is known")
        if kind == "message":
            return self.message(value, inner)
        return {"int": signed, "float": _float, "bytes": memoryview, "text": _text}[kind](value)  # type: ignore[operator]

    def _some(self, kind: Kind, wire: int, value: Any, inner: Schema) -> Iterable[Any]:
        """The values of a field of a list: one of them, or a list of numbers side by side."""
        one: Kind = kind.removesuffix("s")  # type: ignore[assignment]
        if one in ("int", "float") and wire == BYTES:
            self._spend(len(value) if one == "int" else len(value) // 4)
            return _integers(value) if one == "int" else _floats(value)
        return [self._one(one, wire, value, inner)]


def varint(content: memoryview, at: int) -> tuple[int, int]:
    """A whole number from 0 that begins at a place, and the place behind it."""
    value = 0
    for k in range(10):
        if at + k >= len(content):
            raise ValueError("it was cut short")
        byte = content[at + k]
        value |= (byte & 127) << 7 * k
        if byte < 128:
            return value & (2**64 - 1), at + k + 1
    raise ValueError("a number of more than ten bytes")


def signed(value: int) -> int:
    """A number of 64 bits with its sign."""
    return value - 2**64 if value >= 2**63 else value


def _integers(content: memoryview) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = varint(content, at)
        yield signed(value)


def _floats(content: memoryview) -> tuple[float, ...]:
    if len(content) % 4:
        raise ValueError("it was cut short")
    return struct.unpack(f"<{len(content) // 4}f", content)


def _float(content: memoryview) -> float:
    return float(struct.unpack("<f", content)[0])


def _text(content: memoryview) -> str:
    if len(content) > NAME:
        raise ValueError(f"a name of {len(content)} bytes, and {NAME} are allowed")
    try:
        return bytes(content).decode()
    except UnicodeDecodeError:
        raise ValueError("a name is no text in UTF-8") from None


def written(number: int, value: int | float | bytes) -> bytes:
    """A field, as it stands in a message: a whole number, a float32, or bytes, of which messages are."""
    if isinstance(value, bytes):
        return _varint(number << 3 | BYTES) + _varint(len(value)) + value
    if isinstance(value, float):
        return _varint(number << 3 | FIXED32) + struct.pack("<f", value)
    return _varint(number << 3 | VARINT) + _varint(value % 2**64)


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])
