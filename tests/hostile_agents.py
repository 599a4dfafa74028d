"""Agent files that nobody hopes for, made from the members of a good one: with code, bombs, lies and mutations.

`PAYLOAD` writes a file wherever it is unpickled, and `ran` says whether it did. A change is a function of the good
file's members, which returns another file.
"""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
import random
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

MARKER = "goalgap-code-was-run"  # the file that the payload writes, in the working directory
MIB = 2**20
Members = Mapping[str, bytes]
Change = Callable[[Members], bytes]


class Payload:
    def __reduce__(self) -> Any:
        return open, (MARKER, "w")


PAYLOAD = pickle.dumps(Payload(), protocol=2)
SERIALIZED = {":type:": "<class 'dict'>", ":serialized:": base64.b64encode(PAYLOAD).decode()}


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Members | Iterable[tuple[Any, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items() if isinstance(members, Mapping) else members:
            archive.writestr(name, content)
    return made.getvalue()


def flood(name: str, size: int, method: int = zipfile.ZIP_DEFLATED) -> tuple[zipfile.ZipInfo, bytes]:
    """A member of nothing but spaces, which packs a thousandfold."""
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    return info, b" " * size


# Changes of one member


def told(members: Members, **parts: Any) -> bytes:
    """With other parts of `data`; None leaves one away."""
    data = {**json.loads(members["data"]), **parts}
    return zipped({**members, "data": json.dumps({k: v for k, v in data.items() if v is not None}).encode()})


def kwargs(**arguments: Any) -> Change:
    return lambda members: told(members, policy_kwargs=arguments)


def space(name: str, **changes: Any) -> Change:
    return lambda members: told(members, **{name: {**json.loads(members["data"])[name], **changes}})


def data(content: bytes) -> Change:
    return lambda members: zipped({**members, "data": content})


def policy(content: bytes) -> Change:
    return lambda members: zipped({**members, "policy.pth": content})


def without(members: Members, *names: str) -> dict[str, bytes]:
    return {name: content for name, content in members.items() if name not in names}


def instead(name: str, member: tuple[zipfile.ZipInfo, bytes]) -> Change:
    return lambda members: zipped([*without(members, name).items(), member])


def also(name: str, content: bytes = b"x") -> Change:
    return lambda members: zipped([*members.items(), (name, content)])


def inside(change: Callable[[dict[str, bytes]], Members | Iterable[tuple[Any, bytes]]]) -> Change:
    """With other members of the zip that `policy.pth` is."""
    return lambda members: policy(zipped(change(members_of(members["policy.pth"]))))(members)


def table(content: bytes) -> Change:
    """With another table of contents of the weights."""
    return inside(lambda own: {**own, "archive/data.pkl": content})


# Tables of contents, written as torch writes them


@dataclass
class Storage:
    record: Any = "0"
    total: Any = 10**6
    kind: Any = torch.FloatStorage


@dataclass
class Tensor:
    shape: Any = (8, 147)
    strides: Any = (147, 1)
    offset: Any = 0
    storage: Storage | None = None


class _Writer(pickle.Pickler):
    def persistent_id(self, thing: Any) -> Any:
        return ("storage", thing.kind, thing.record, "cpu", thing.total) if isinstance(thing, Storage) else None

    def reducer_override(self, thing: Any) -> Any:
        if not isinstance(thing, Tensor):
            return NotImplemented
        told = (thing.storage or Storage(), thing.offset, thing.shape, thing.strides, False, OrderedDict())
        return torch._utils._rebuild_tensor_v2, told


def written(contents: Any) -> bytes:
    made = io.BytesIO()
    _Writer(made, protocol=2).dump(contents)
    return made.getvalue()


def one(**changes: Any) -> Change:
    """With one tensor in place of all."""
    return table(written({"mlp_extractor.policy_net.0.weight": Tensor(**changes)}))


def weights(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """With other tensors, as torch itself writes them."""

    def make(members: Members) -> bytes:
        made = io.BytesIO()
        torch.save(OrderedDict(change(torch.load(io.BytesIO(members["policy.pth"]), weights_only=True))), made)
        return policy(made.getvalue())(members)

    return make


def first(change: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    """With another first tensor."""
    return weights(lambda own: own | {next(iter(own)): change(next(iter(own.values())).clone())})


def legacy(members: Members) -> bytes:
    made = io.BytesIO()
    own = torch.load(io.BytesIO(members["policy.pth"]), weights_only=True)
    torch.save(own, made, _use_new_zipfile_serialization=False)
    return policy(made.getvalue())(members)


# Zips that lie


def lying(name: str, size: int) -> Change:
    """A member that unpacks to 64 MiB, and is said to have the size that it must have."""

    def make(members: Members) -> bytes:
        content = instead(name, flood(name, 64 * MIB))(members)
        real, said = struct.pack("<L", 64 * MIB), struct.pack("<L", size)
        return content.replace(real + struct.pack("<H", len(name)), said + struct.pack("<H", len(name)))

    return make


def encrypted(members: Members) -> bytes:
    content = zipped(members)
    return content.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")


def extras(members: Members) -> bytes:
    """A list of members with 64 kB of nothing in each, which zipfile looks through for long."""
    infos = [zipfile.ZipInfo(f"{k}") for k in range(60)]
    for info in infos:
        info.extra = struct.pack("<HH", 9, 0) * (2**14 - 1)
    return zipped([*members.items(), *((info, b"") for info in infos)])


def link(members: Members) -> bytes:
    info = zipfile.ZipInfo("data")
    info.external_attr = 0o120777 << 16
    return instead("data", (info, b"/etc/passwd"))(members)


def with_code(members: Members) -> Iterable[tuple[str, bytes]]:
    """Code in each part of `data` by itself, also in ones that nobody knows, and in each file of tensors."""
    known = json.loads(members["data"])
    for name in (*known, "env", "_logger", "policy", "anything"):
        old = known[name] if isinstance(known.get(name), dict) else {}
        yield name, told(members, **{name: {**old, **SERIALIZED, ":type:": old.get(":type:", "<class 'dict'>")}})
    for name in ("pytorch_variables.pth", "policy.optimizer.pth", "tensors.pth", "critic.pth", "vecnormalize.pkl"):
        yield name, zipped({**members, name: PAYLOAD})


def mutated(members: Members, number: int) -> bytes:
    """A good file with something changed, by the number of the case alone: bytes anywhere, or texts of what is read."""
    rng = random.Random(number)  # noqa: S311
    if rng.random() < 0.3:
        return _spoilt(zipped(members), rng)
    name = rng.choice(("data", "policy.pth"))
    if name == "data" and rng.random() < 0.7:
        parts = json.loads(members["data"])
        chosen = rng.choice(("policy_class", "policy_kwargs", "observation_space", "action_space"))
        return told(members, **{chosen: _changed(parts[chosen], rng)})
    if name == "policy.pth" and rng.random() < 0.7:
        own = members_of(members[name])
        inner = rng.choice(("archive/data.pkl", *own))
        return policy(zipped({**own, inner: _spoilt(own[inner], rng)}))(members)
    return zipped({**members, name: _spoilt(members[name], rng)})


def _spoilt(content: bytes, rng: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 50))):
        at = rng.randrange(len(made) + 1)
        kind = rng.random()
        if kind < 0.6 and at < len(made):
            made[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif kind < 0.8:
            made[at:at] = rng.randbytes(rng.choice((1, 4, 100)))
        else:
            del made[at : at + rng.choice((1, 4, 1000))]
    return bytes(made)


STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 3, 2**31, 2**63, 10**30, 0.5, float("nan"), float("inf"), "", "x", "9" * 5000, "\x1b[31m", [],
    {}, [1, 2], [[]], {"a": 1}, "<class 'os.system'>", "[0 1]", SERIALIZED, [8] * 100, {"pi": [8]}, "uint8", "...",
)  # fmt: skip


def _changed(part: Any, rng: random.Random) -> Any:
    """A part with something strange in it, at any depth."""
    if isinstance(part, dict | list) and part and rng.random() < 0.85:
        made: Any = dict(part) if isinstance(part, dict) else list(part)
        place = rng.choice(list(made) if isinstance(made, dict) else range(len(made)))
        made[place] = _changed(made[place], rng)
        return made
    if isinstance(part, dict) and rng.random() < 0.5:
        return {**part, rng.choice(("net_arch", "activation_fn", "lstm_hidden_size", "x")): rng.choice(STRANGE)}
    return rng.choice(STRANGE)


def ran() -> bool:
    """Whether a payload was run in the working directory."""
    return os.path.exists(MARKER)  # noqa: PTH110
