"""Crafted agent files run no code, take little, and are refused in one line, or what is harmless in them loads."""

from __future__ import annotations

import io
import pickle
import re
import resource
import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from hostile_agents import (
    MIB,
    PAYLOAD,
    SERIALIZED,
    Change,
    Members,
    Storage,
    Tensor,
    also,
    data,
    encrypted,
    extras,
    first,
    flood,
    inside,
    instead,
    kwargs,
    legacy,
    link,
    lying,
    members_of,
    mutated,
    one,
    policy,
    ran,
    space,
    table,
    told,
    weights,
    with_code,
    without,
    written,
    zipped,
)  # fmt: skip
from recipes import TASK
from stable_baselines3 import PPO

import goalgap
from goalgap.agents.loading import AgentError, load_agent

RECORD, LAST, INF = "archive/data/0", torch.tensor(7), float("inf")
FULL = 2**17 - 10  # instructions, as many as a table may have
NESTED = "[" * 200_000
DOUBLED: Any = ()
for _ in range(60):
    DOUBLED = (DOUBLED, DOUBLED)  # 2^60 tuples to whoever walks through them, and sixty to who does not
OPCODES = {  # programs that a dictionary of tensors has not
    "stack-global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
    "inst": b"(S'touch x'\nios\nsystem\n.",
    "obj": b"(cos\nsystem\nS'touch x'\no.",
    "newobj": b"\x80\x02cos\nsystem\n)\x81.",
    "extension": b"\x80\x02\x82\x01.",
    "bytearray": b"\x80\x05\x96" + struct.pack("<Q", 2**36) + b".",
    "frame": b"\x80\x04\x95" + struct.pack("<Q", 2**36) + b".",
    "place": b"\x80\x02Nr\xff\xff\xff\x3f.",
    "empty": b"",
    "underflow": b"\x80\x02t.",
    "many": b"\x80\x02" + b"N" * FULL,
    "marks": b"\x80\x02" + b"(" * FULL + b".",
    "nested": b"\x80\x02N" + b"\x85" * FULL + b".",
    "long": b"\x80\x02\x8b" + struct.pack("<l", 2**31 - 1) + b".",
    "doubled name": b"\x80\x02})" + b"q\x00h\x00\x86" * 60 + b"Ns.",
    "doubled item": b"\x80\x02ccollections\nOrderedDict\n)" + b"q\x00h\x00\x86" * 60 + b"N\x86\x85\x85R.",
    "unknown": b"\x80\x02\xff.",
}
CASES: dict[str, tuple[Change, str | None]] = {
    # no agent at all
    "empty": (lambda _: b"", "no zip file"),
    "text": (lambda _: b"hello", "no zip file"),
    "cut": (lambda own: zipped(own)[:-40], "'data' is missing"),
    "nothing inside": (lambda _: zipped({}), "'data' is missing"),
    "a pickle": (lambda _: PAYLOAD, "no zip file"),
    "a record of zeros": (lambda _: bytes(MIB), "no zip file"),
    # members
    "prefix": (lambda own: b"#!/bin/sh\ntouch x\n" + zipped(own), None),
    "suffix": (lambda own: zipped(own) + b"\0" * 70_000, "no zip file"),
    "comment": (lambda own: zipped(own)[:-2] + b"\4\0exec", None),
    "two data": (lambda own: zipped([*own.items(), ("data", own["data"])]), "two of its members"),
    "two policies": (lambda own: zipped([*own.items(), ("policy.pth", PAYLOAD)]), "two of its members"),
    "65 members": (lambda own: zipped([*own.items(), *((f"{k}", b"") for k in range(60))]), "has 66 members"),
    "20,000 members": (lambda own: zipped([*own.items(), *((f"{k}", b"") for k in range(20_000))]), "list of members"),
    "extras": (extras, "list of members"),
    "upwards": (also("../../../tmp/x"), None),
    "absolute": (also("/etc/cron.d/x"), None),
    "drive": (also("C:\\x"), None),
    "zero": (also("data\0.txt", PAYLOAD), "two of its members"),
    "link": (link, "data: "),
    "encrypted": (encrypted, "encrypted"),
    "without data": (lambda own: zipped(without(own, "data")), "'data' is missing"),
    "without weights": (lambda own: zipped(without(own, "policy.pth")), "'policy.pth' is m"),
    "other weights": (lambda own: zipped({k.replace("policy", "p"): v for k, v in own.items()}), "'policy.pth' is m"),
    "packed": (lambda own: zipped(own, zipfile.ZIP_DEFLATED), None),
    "bomb in data": (instead("data", flood("data", 64 * MIB)), "'data' has 67108864 bytes"),
    "bomb in bzip2": (instead("data", flood("data", MIB, zipfile.ZIP_BZIP2)), "'data' is packed in"),
    "bomb in lzma": (instead("data", flood("data", MIB, zipfile.ZIP_LZMA)), "'data' is packed in"),
    "bomb that lies": (lying("data", 999), "File is not a zip|CRC|data: "),
    "bomb as weights": (instead("policy.pth", flood("policy.pth", 65 * MIB)), "'policy.pth' has 68157440 bytes"),
    "bomb as optimizer": (instead("x.pth", flood("x.pth", 64 * MIB)), None),
    # JSON
    "no JSON": (data(b"x"), "data: Expecting value"),
    "bytes": (data(b"\xff\xfe"), "data: "),
    "list": (data(b"[]"), "policy_class: it is not told"),
    "null": (data(b"null"), "policy_class: it is not told"),
    "deep": (data(NESTED.encode()), "data: "),
    "deep values": (data(b'{"a":' * 100_000), "data: "),
    "long number": (data(b'{"a": ' + b"9" * 10_000 + b"}"), "data: "),
    "many lists": (data(b"[" + b"[]," * (2**21) + b"[]]"), "data: it has more than 100000 values"),
    "33 MiB": (data(b" " * 33 * MIB), "'data' has 34603008 bytes"),
    "not told": (lambda own: told(own, policy_kwargs=None), "policy_kwargs: it is not told"),
    # what a network is built of
    "own policy": (
        lambda own: told(own, policy_class={"__module__": "own\x1b[31m", "__init__": "<function Own.__init__ at 0>"}),
        r"policy_class: a class of the module 'own\\x1b\[31m'.*PPO\.load\('agent.zip'\).*goalgap\.evaluate\(task,",
    ),
    "policy by name": (
        lambda own: told(own, policy_class={"__module__": "sb3_contrib", "__init__": "<function os.system at 0>"}),
        "policy_class: 'os', where such agents have one of ActorCriticPolicy",
    ),
    "policy of nothing": (lambda own: told(own, policy_class={}), "a class of the module 'None'"),
    "policy as text": (lambda own: told(own, policy_class="MlpPolicy"), "policy_class: it is not told"),
    "own features": (
        kwargs(features_extractor_class="<class 'own.Net'>"),
        "features_extractor_class: one of PatchFeatures, .*not \"<class 'own.Net'>\".*goalgap.evaluate",
    ),
    "os as features": (kwargs(features_extractor_class="<built-in function system>"), "features_extractor_class: "),
    "features pickled": (kwargs(features_extractor_class=SERIALIZED), "features_extractor_class: "),
    "own activation": (kwargs(activation_fn="<class 'own.Act'>"), "activation_fn: one of ReLU"),
    "lambda": (kwargs(activation_fn="<function <lambda> at 0x7>"), "activation_fn: one of ReLU"),
    "own argument": (kwargs(net_arch=[8], device_map="x"), "'device_map' is no argument that is known"),
    "of another class": (kwargs(net_arch=[8], n_quantiles=5), "unexpected keyword argument 'n_quantiles'"),
    "giant layers": (kwargs(net_arch=[20_000] * 3), "net_arch: a whole number from 1 to 4096"),
    "large layers": (kwargs(net_arch=[4096] * 16), "has shape .* and is to have|is missing"),
    "many layers": (kwargs(net_arch=[1] * 10**4), "net_arch: a list of at most 16"),
    "no units": (kwargs(net_arch=[0]), "net_arch: a whole number from 1"),
    "negative": (kwargs(net_arch=[-8]), "net_arch: a whole number from 1"),
    "fraction": (kwargs(net_arch=[8.0]), "net_arch: a whole number from 1"),
    "true": (kwargs(net_arch=[True]), "net_arch: a whole number from 1"),
    "NaN": (kwargs(net_arch=[float("nan")]), "net_arch: a whole number from 1"),
    "infinity": (kwargs(net_arch=INF), "net_arch: a list"),
    "text of a list": (kwargs(net_arch="[8]"), "net_arch: a list"),
    "expression": (kwargs(net_arch=["__import__('os').system('touch x')"]), "net_arch: a whole number"),
    "text of digits": (kwargs(net_arch=["9" * 10_000]), "net_arch: a whole number"),
    "superscript": (kwargs(net_arch=["\u00b2"]), "net_arch: a whole number"),
    "other network": (kwargs(net_arch=[16]), r"policy_net.0.weight' has shape \(8, 147\), and is to have \(16, 147\)"),
    "other branches": (kwargs(net_arch={"pi": [8], "vf": [8], "x": [8]}), "net_arch: 'x' is no argument"),
    "flag": (kwargs(net_arch=[8], normalize_images=1), "normalize_images: true or false"),
    "wide sight": (
        kwargs(
            features_extractor_class="<class 'goalgap.agents.features.PatchFeatures'>",
            features_extractor_kwargs={"patch": 101, "far": 101, "hidden": [4096] * 16},
        ),
        "is missing|has shape",
    ),
    "even sight": (
        kwargs(
            features_extractor_class="<class 'goalgap.agents.features.PatchFeatures'>",
            features_extractor_kwargs={"patch": 4},
        ),
        "so its side is odd, not 4",
    ),
    "cnn": (
        kwargs(features_extractor_class="<class 'stable_baselines3.common.torch_layers.NatureCNN'>"),
        "You should use NatureCNN only with images",
    ),
    "deep arguments": (kwargs(features_extractor_kwargs={"hidden": [[[[[8]]]]]}), "hidden: a whole number"),
    # spaces
    "space of a dictionary": (
        space("observation_space", **{":type:": "<class 'gymnasium.spaces.dict.Dict'>"}), "no arrays of numbers"
    ),
    "large space": (space("observation_space", _shape=[2**17, 2**17]), "more than 131072 values"),
    "negative space": (space("observation_space", _shape=[-7, 7, 3]), "observation_space: a whole number"),
    "no space": (space("observation_space", _shape=None), "observation_space: a list"),
    "deep space": (space("observation_space", _shape=[1] * 10**4), "observation_space: a list"),
    "other space": (space("observation_space", _shape=[147]), None),
    "third space": (space("observation_space", _shape=[49, 3]), "was trained for observations Box"),
    "objects": (space("observation_space", dtype="object"), "no arrays of numbers"),
    "bounds": (space("observation_space", low="[0 1]"), "not all values have the same lowest"),
    "wide bounds": (space("observation_space", high="[900]"), "observation_space: "),
    "long bounds": (space("observation_space", high="1 " * 2**20), None),
    "no bounds": (space("observation_space", high="nan"), "observation_space: "),
    "more actions": (space("action_space", n="5"), r"action_net.weight' has shape \(4, 8\), and is to have \(5, 8\)"),
    "giant actions": (space("action_space", n=str(2**62)), "action_space: a whole number"),
    "other actions": (space("action_space", start="1"), "and actions Discrete"),
    "continuous": (space("action_space", **{":type:": "<class 'gymnasium.spaces.box.Box'>"}), "no choices"),
    # weights
    "pickle as weights": (policy(PAYLOAD), "policy.pth: File is not a zip file"),
    "code as weights": (table(PAYLOAD), "policy.pth: it calls (io open|_io open)"),
    "old weights": (legacy, "policy.pth: File is not a zip file"),
    "old weights with code": (policy(pickle.dumps(0x1950A86A20F9469CFC6C) + PAYLOAD), "policy.pth: File is not a zip"),
    "no table": (inside(lambda own: without(own, "archive/data.pkl")), "0 tables of contents"),
    "two tables": (inside(lambda own: {**own, "x/data.pkl": PAYLOAD}), "2 tables of contents"),
    "script": (inside(lambda own: {**own, "archive/code/x.py": b"import os", "archive/constants.pkl": PAYLOAD}), None),
    "packed record": (
        inside(lambda own: [*without(own, RECORD).items(), flood(RECORD, 32 * MIB)]),
        "'archive/data/0' is packed in a way that is not read",
    ),
    "packed table": (inside(lambda own: [flood("archive/data.pkl", MIB)]), "data.pkl' is packed"),
    "large table": (table(b"N" * MIB), "data.pkl' has 1048576 bytes"),
    "many records": (inside(lambda own: {**own, **{f"archive/{k}": b"" for k in range(1024)}}), "members, and 1024"),
    "big end": (inside(lambda own: {**own, "archive/byteorder": b"big"}), "not in little-endian order"),
    "missing record": (inside(lambda own: without(own, RECORD)), "data/0' is missing"),
    "short record": (inside(lambda own: {**own, RECORD: own[RECORD][:-4]}), "a storage has 4700 b"),
    "long record": (inside(lambda own: {**own, RECORD: own[RECORD] + b"x"}), "a storage has 4705 b"),
    "a list": (table(written([Tensor()])), "instruction EMPTY_LIST"),
    "a number": (table(written(7)), "no dictionary of tensors"),
    "a dictionary of numbers": (table(written({"a": 7})), "no dictionary of tensors"),
    "no names": (table(written({(1, 2): Tensor()})), "a name that is no text"),
    "doubled values": (table(written({"a": DOUBLED})), "no dictionary of tensors"),
    "doubled shape": (one(shape=DOUBLED), "is no whole number"),
    "doubled record": (one(storage=Storage(record=DOUBLED)), "a storage has no number"),
    "record elsewhere": (one(storage=Storage(record="../../data.pkl")), "a storage has no number"),
    "record of digits": (one(storage=Storage(record="\u0662")), "a storage has no number"),
    "giant shape": (one(shape=(2**39, 2**39), strides=(2**39, 1)), "lies beyond its storage"),
    "giant storage": (one(shape=(2**39,), strides=(1,), storage=Storage(total=2**39)), "has shape|is missing"),
    "many axes": (one(shape=(1,) * 10**4, strides=(1,) * 10**4), "at most 8 axes"),
    "long size": (one(shape=(2**200, 1), strides=(1, 1)), "no whole number"),
    "stretched": (one(strides=(0, 0)), "does not lie in C order"),
    "turned": (one(strides=(1, 8)), "does not lie in C order"),
    "backwards": (one(strides=(-147, 1)), "no whole number"),
    "negative offset": (one(offset=-1), "no whole number"),
    "offset": (one(offset=10**6), "lies beyond its storage"),
    "fractional offset": (one(offset=True), "no whole number"),
    "negative shape": (one(shape=(-8, 147)), "no whole number"),
    "fewer strides": (one(strides=(1,)), "policy.pth: "),
    "shape as text": (one(shape="88"), "at most 8 axes"),
    "doubles": (weights(lambda own: {k: v.double() for k, v in own.items()}), "not float32"),
    "halves": (weights(lambda own: {k: v.half() for k, v in own.items()}), "not float32"),
    "integers": (weights(lambda own: {k: v.long() for k, v in own.items()}), "not float32"),
    "not a number": (first(lambda own: own.fill_(float("nan"))), "policy_net.0.weight are finite"),
    "infinite": (first(lambda own: own.index_fill_(0, LAST, -INF)), "policy_net.0.weight are finite"),
    "wrong shape": (first(lambda own: own[:, :-1].contiguous()), r"has shape \(8, 146\), and is to have \(8, 147\)"),
    "flat": (first(torch.flatten), r"has shape \(1176,\)"),
    "turned by torch": (first(lambda own: own.t().contiguous().t()), "C order"),
    "one missing": (weights(lambda own: dict(list(own.items())[1:])), "policy_net.0.weight' is missing"),
    "all missing": (weights(lambda _: {}), "is missing"),
    "one more": (weights(lambda own: {**own, "x\x1b[2J": torch.zeros(3)}), r"'x\\x1b\[2J' is of no part"),
    "one in many": (weights(lambda own: {k: own["action_net.bias"].new_zeros(v.shape) for k, v in own.items()}), None),
    **{f"pickle: {name}": (table(program), "policy.pth: ") for name, program in OPCODES.items()},
}  # fmt: skip


MUTATIONS, SECONDS, MEMORY = 300, 2.0, 2**29


@pytest.fixture(scope="module")
def members() -> dict[str, bytes]:
    made = io.BytesIO()
    PPO("MlpPolicy", goalgap.vec_env(TASK), policy_kwargs={"net_arch": [8]}, device="cpu", seed=0).save(made)
    return members_of(made.getvalue())


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def little_memory() -> Iterator[None]:
    """Within, the process gets no more than `MEMORY` beside what it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def outcome(content: bytes) -> str | None:
    """Why a file is refused, if it is; whatever it is, it takes little, runs nothing, and is told in one line."""
    file = Path("agent.zip")
    file.write_bytes(content)
    began, reason = time.process_time(), None
    with little_memory():
        try:
            load_agent(file, TASK)
        except AgentError as error:
            reason = str(error)
    assert time.process_time() - began < SECONDS
    assert not ran(), "code was run"
    assert [path.name for path in Path().iterdir()] == ["agent.zip"]
    assert reason is None or (reason.isprintable() and reason.startswith("agent.zip ") and len(reason) < 1500), reason
    return reason


def test_the_file_that_is_changed_loads(members: Members) -> None:
    assert outcome(zipped(members)) is None


@pytest.mark.parametrize("name", CASES)
def test_crafted_files(name: str, members: Members) -> None:
    change, reason = CASES[name]
    found = outcome(change(members))
    assert (found is None) == (reason is None), found
    if reason:
        assert re.search(reason, str(found)), found


def test_code_in_any_field_is_not_run(members: Members) -> None:
    """The payload does run where it is unpickled, as stable-baselines3 does."""
    cases = dict(with_code(members))
    assert len(cases) > 40
    for name, content in cases.items():
        assert outcome(content) is None, name
    PPO.load(io.BytesIO(cases["anything"]), device="cpu")
    assert ran()


def test_mutations_are_refused_or_load(members: Members) -> None:
    outcomes = [outcome(mutated(members, number)) for number in range(MUTATIONS)]
    assert 0.05 < sum(each is None for each in outcomes) / MUTATIONS < 0.95
