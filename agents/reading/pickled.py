"""The pickle of a dictionary of tensors, read as data: nothing in it is imported or called.

A pickle is a program for a machine with a stack. The instructions that torch writes for a dictionary of tensors are
few; here they are followed on plain values, names stay names, and any other instruction is refused. `torch.load` with
`weights_only` follows more of them: before torch 2.10 it could be made to run code, and it still can be made to reserve
gigabytes by a pickle of twenty bytes.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST, AXES = 2**40, 8  # no size, offset or stride is larger, and no tensor has more axes


class Name(str):
    """What a pickle would import: a module and a name in it."""

    __slots__ = ()


@dataclass(frozen=True)
class Stored:
    """A tensor of float32 as a file holds it.

    Attributes:
        record: the name of the storage that its numbers are in.
        total: how many numbers that storage has.
        offset: how many of them stand before the tensor's own, which stand together, in C order.
        shape: of the tensor.
    """

    record: str
    total: int
    offset: int
    shape: tuple[int, ...]


def stored_tensors(pickle: bytes) -> dict[str, Stored]:
    """The tensors that a pickle names; ValueError where it holds anything but a dictionary of tensors."""
    told = _Machine().run(pickle)
    if not isinstance(told, dict) or not all(isinstance(each, Stored) for each in told.values()):
        raise ValueError("it is no dictionary of tensors")
    return told


class _Machine:
    def __init__(self) -> None:
        self.stack, self.marks, self.memo = list[Any](), list[int](), dict[int, Any]()

    def run(self, pickle: bytes) -> Any:
        for instruction, value, _ in pickletools.genops(pickle):
            if instruction.name == "STOP":
                break
            if instruction.name not in INSTRUCTIONS:
                raise ValueError(f"it has the instruction {instruction.name}, which a dictionary of tensors needs not")
            INSTRUCTIONS[instruction.name](self, MEANT.get(instruction.name, value))
        (result,) = self.stack
        return result

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def keep(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def recall(self, place: int) -> None:
        self.push(self.memo[place])

    def mark(self, _: Any) -> None:
        self.marks.append(len(self.stack))

    def popped(self, first: int) -> list[Any]:
        """What lies on the stack from a place on, taken off."""
        values = self.stack[first:]
        del self.stack[first:]
        return values

    def pack(self, count: int) -> None:
        self.push(tuple(self.popped(-count)))

    def pack_to_mark(self, _: Any) -> None:
        self.push(tuple(self.popped(self.marks.pop())))

    def set_item(self, _: Any) -> None:
        self._set(self.popped(-2))

    def set_items(self, _: Any) -> None:
        self._set(self.popped(self.marks.pop()))

    def _set(self, values: list[Any]) -> None:
        for name, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(name, str):
                raise ValueError("it has a name that is no text")  # noqa: TRY004 (a file is wrong, not a call)
            self.stack[-1][name] = value

    def find_storage(self, _: Any) -> None:
        self.push(_storage(*self.stack.pop()))

    def call(self, _: Any) -> None:
        arguments, what = self.stack.pop(), self.stack.pop()
        if not isinstance(what, Name) or what not in CALLED:
            raise ValueError(f"it calls {str(what)[:100] if isinstance(what, str) else 'what has no name'}")
        self.push(CALLED[what](*arguments))

    def build(self, _: Any) -> None:
        """Attributes of a dictionary, which hold nothing but versions."""
        self.stack.pop()


MEANT = {  # by instructions that have no argument
    "NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": (), "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3
}  # fmt: skip
INSTRUCTIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda _machine, _: None,
    **dict.fromkeys(("NONE", "NEWTRUE", "NEWFALSE", "EMPTY_TUPLE"), _Machine.push),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"), _Machine.push),
    "GLOBAL": lambda machine, name: machine.push(Name(name)),
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _Machine.keep),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine.recall),
    "MARK": _Machine.mark,
    "TUPLE": _Machine.pack_to_mark,
    **dict.fromkeys(("TUPLE1", "TUPLE2", "TUPLE3"), _Machine.pack),
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "BINPERSID": _Machine.find_storage,
    "REDUCE": _Machine.call,
    "BUILD": _Machine.build,
}


@dataclass(frozen=True)
class _Storage:
    record: str
    total: int


def _storage(_: Any, kind: Any, record: Any, _device: Any, total: Any) -> _Storage:
    if not isinstance(kind, Name) or kind != "torch FloatStorage":
        raise ValueError("it holds numbers that are not float32")
    if not isinstance(record, str) or not record.isascii() or not record.isdigit():
        raise ValueError("a storage has no number")
    return _Storage(record, _whole(total))


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Stored:
    if not isinstance(storage, _Storage):
        raise ValueError("a tensor has no storage")  # noqa: TRY004
    sizes, steps, count = _sizes(shape), _sizes(strides), 1
    for size, step in zip(reversed(sizes), reversed(steps), strict=True):
        if size != 1 and step != count:
            raise ValueError(f"a tensor of shape {sizes} does not lie in C order")
        count *= size
    if _whole(offset) + count > storage.total:
        raise ValueError(f"a tensor of shape {sizes} lies beyond its storage")
    return Stored(storage.record, storage.total, offset, sizes)


CALLED: dict[str, Callable[..., Any]] = {
    "collections OrderedDict": dict,
    "torch._utils _rebuild_tensor_v2": _tensor,
}


def _sizes(values: Any) -> tuple[int, ...]:
    if not isinstance(values, tuple) or len(values) > AXES:
        raise ValueError(f"a tensor has no shape of at most {AXES} axes")
    return tuple(map(_whole, values))


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < MOST:
        raise ValueError("a size, an offset or a stride is no whole number from 0")
    return value
