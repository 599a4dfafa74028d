"""How much a Parquet file says it holds, read from its footer before anything else looks at it.

pyarrow ends the process where it is asked for the columns' metadata and finds them damaged, so the footer, a structure
in Thrift's compact protocol, is read here; what damages it further on, pyarrow tells by an error.
"""

from __future__ import annotations

from typing import Any

DEPTH = 16  # of structures within structures
BOOLEANS, INTEGERS, DOUBLE, BINARY, LISTS, MAP, STRUCT = (1, 2), (4, 5, 6), 7, 8, (9, 10), 11, 12
GROUPS, COLUMNS, METADATA, VALUES, PLAIN_BYTES = 4, 1, 3, 5, 6  # numbers of the fields that are looked at


def values_and_bytes(content: bytes) -> tuple[int, int]:
    """How many values all columns of a Parquet file hold, and their bytes unpacked; ValueError where it is none."""
    size = int.from_bytes(content[-8:-4], "little")
    if content[-4:] != b"PAR1" or size > len(content) - 12:
        raise ValueError("it is no Parquet file")
    try:
        groups = _Footer(content[-8 - size : -8]).structure()[GROUPS]
        columns = [column[METADATA] for group in groups for column in group[COLUMNS]]
        told = [(int(column[VALUES]), int(column[PLAIN_BYTES])) for column in columns]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("the footer of the Parquet file is damaged") from error
    if any(number < 0 for pair in told for number in pair):
        raise ValueError("the footer of the Parquet file is damaged")
    return sum(values for values, _ in told), sum(plain for _, plain in told)


class _Footer:
    """A reader of Thrift's compact protocol; IndexError where the bytes end too early."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def varint(self) -> int:
        number, shift = 0, 0
        while (byte := self.byte()) & 0x80:
            number, shift = number | (byte & 0x7F) << shift, shift + 7
            if shift > 63:
                raise IndexError("a number of more than 64 bits")
        return number | byte << shift

    def integer(self) -> int:
        number = self.varint()
        return number >> 1 ^ -(number & 1)

    def skip(self, count: int) -> None:
        self.at += count

    def structure(self, depth: int = 0) -> dict[int, Any]:
        """The fields of a structure by their numbers."""
        fields, number = {}, 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.integer()
            kind = head & 15
            fields[number] = kind == 1 if kind in BOOLEANS else self.value(kind, depth + 1)
        return fields

    def value(self, kind: int, depth: int) -> Any:
        """A value of a kind; of texts and maps, which nobody looks at, nothing."""
        if depth > DEPTH:
            raise IndexError("too deep")
        if kind in INTEGERS:
            return self.integer()
        if kind in LISTS:
            head = self.byte()
            size = head >> 4 if head >> 4 < 15 else self.varint()
            return [self.value(head & 15, depth + 1) for _ in range(size)]
        if kind == STRUCT:
            return self.structure(depth)
        if kind == MAP:
            return self._map(depth)
        return self.skip(self.varint() if kind == BINARY else 8 if kind == DOUBLE else 1)

    def _map(self, depth: int) -> None:
        size = self.varint()
        kinds = self.byte() if size else 0
        for _ in range(size):
            self.value(kinds >> 4, depth + 1)
            self.value(kinds & 15, depth + 1)
