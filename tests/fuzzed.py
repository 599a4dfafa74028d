"""Files of strangers changed at random, for every reader that there is: each ends in a reading or in a typed refusal.

A kind makes a case of a number, in a folder, and reads it. `outcome` says how that ended, "read" or "refused", and what
is wrong with it, if anything is: another exception, a message that is no line, or too much time. Cases depend on their
number alone. Run as a program, with the first number, the last and a kind, it says the number of each case that begins
and what is wrong with one that ended badly, and at the end how many were read.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import mutants
import numpy as np
from hostile_agents import members_of, ran
from hostile_agents import mutated as mutated_zip
from mutants import FEW, _broken, _edit

import goalgap
from goalgap.agents.bundles.manifest import MANIFEST, WEIGHTS, Card
from goalgap.agents.loading import load_agent
from goalgap.envs.engine.fingerprint import fingerprint
from goalgap.eval.table.runs import Run
from goalgap.leaderboards import entry
from goalgap.leaderboards.rounds.checking import check
from goalgap.leaderboards.rounds.entering import enter
from goalgap.leaderboards.rounds.keeping import ENTRY, ROWS, Place
from goalgap.leaderboards.rounds.records import Entrant, Round, commitment
from goalgap.leaderboards.status import Register

MEMORY, LONGEST, SECONDS = 8 * 2**30, 4000, 10.0
TASK = goalgap.task("CheeseCorner", size=5)
BOARD = goalgap.task("CheeseCorner")
CARD = {
    "name": "Mine", "authors": "us", "description": "A test.", "license": "MIT", "environment": "CheeseCorner",
    "algorithm": "DQN", "reward": "cheese", "alpha": 0.5, "training_seed": 0, "arguments": {"size": 5},
}  # fmt: skip
Members = dict[str, bytes]


@cache
def _zips() -> tuple[tuple[str, Members], ...]:
    """The members of an agent of each algorithm that has not learned anything."""
    from sb3_contrib import ARS, QRDQN, TRPO, RecurrentPPO
    from stable_baselines3 import A2C, DQN, PPO

    made = []
    for kind in (PPO, A2C, TRPO, DQN, QRDQN, RecurrentPPO, ARS):
        few = {"buffer_size": 10} if kind in (DQN, QRDQN) else {}
        memory = {"lstm_hidden_size": 8} if kind is RecurrentPPO else {}
        policy, file = "MlpLstmPolicy" if memory else "MlpPolicy", io.BytesIO()
        kind(policy, goalgap.vec_env(TASK), policy_kwargs={"net_arch": [8], **memory}, device="cpu", **few).save(file)
        made.append((kind.__name__, members_of(file.getvalue())))
    return tuple(made)


def zips(rng: random.Random, place: Path) -> None:
    """Agents of stable-baselines3 and sb3-contrib."""
    algorithm, members = rng.choice(_zips())
    (place / "agent.zip").write_bytes(mutated_zip(members, rng.getrandbits(32)))
    load_agent(place / "agent.zip", TASK, algorithm=algorithm)


@cache
def _bundle() -> Members:
    """The files of a bundle of weights."""
    from stable_baselines3 import DQN

    from goalgap.agents.bundles.packing import pack

    with tempfile.TemporaryDirectory() as place:
        kwargs = {"net_arch": [8]}
        agent, folder = Path(place) / "agent.zip", Path(place) / "bundle"
        DQN("MlpPolicy", goalgap.vec_env(TASK, 1), policy_kwargs=kwargs, buffer_size=10, device="cpu").save(agent)
        pack(agent, Card(**CARD), folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def bundles(rng: random.Random, place: Path) -> None:
    """Manifests, and weights under right checksums."""
    _put(place, _bundle())
    if rng.random() < 0.5:
        (place / WEIGHTS).write_bytes(_broken(rng, _bundle()[WEIGHTS]))
        told = json.loads(_bundle()[MANIFEST]) | {"weights": _sha256(place / WEIGHTS)}
        (place / MANIFEST).write_text(json.dumps(told))
    elif rng.random() < 0.7:
        _edit(rng, place / MANIFEST)
    else:
        (place / MANIFEST).write_bytes(_broken(rng, _bundle()[MANIFEST]))
    load_agent(place, TASK)


def cards(rng: random.Random, place: Path) -> None:
    """What makers say of agents, in TOML."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in CARD.items() if name != "arguments"]
    for _ in range(rng.choice((0, 1, 2))):
        name = rng.choice((*CARD, "more", "a.b", '"x y"'))
        lines.insert(rng.randrange(len(lines)), f"{name} = {json.dumps(rng.choice(mutants.VALUES))}")
    content = "\n".join([*lines, "[arguments]", "size = 5", ""]).encode("utf-8", "surrogatepass")
    (place / "card.toml").write_bytes(_broken(rng, content) if rng.random() < 0.7 else content)
    Card.read(place / "card.toml")


def onnx(rng: random.Random, place: Path) -> None:
    """ONNX files, which act where they are read."""
    from onnx_mutants import mutated

    from goalgap.agents.onnx.network import OnnxNetwork

    network = OnnxNetwork(mutated(rng.getrandbits(32)))
    network(np.ones((2, *network.observation[1]), np.uint8), None, np.ones(2, bool))


def entries(rng: random.Random, place: Path) -> None:
    """Entries of the board: their tables, manifests and cards; what is read is replayed and shown."""
    ended, wrong = mutants.mistake(rng.getrandbits(32), place)
    if wrong:
        raise AssertionError(wrong)
    if ended == "refused":
        raise ValueError("refused")


class _Still:
    name = "still"

    def __call__(self, obs: Any, state: Any, _: Any) -> Any:
        return np.zeros(len(obs), np.int64), state


@cache
def _round() -> Members:
    """The files of a round that is closed, by path."""
    salt = bytes(32)
    with tempfile.TemporaryDirectory() as folder:
        place = Place.of("spring", Path(folder) / "rounds", Path(folder) / "private")
        told = Round(
            name="spring", suite_version=goalgap.__version__, levels=FEW, opened="2026-03-01",
            environments={"CheeseCorner": fingerprint(BOARD)}, commitment=commitment(salt),
        )  # fmt: skip
        place.open(told, salt)
        run = Run(agent="mine", reward="cheese", details={"submission": "a" * 64})
        entrant = Entrant(name="Mine", author="us", environment="CheeseCorner", agents={0: "a" * 64})
        enter(place, BOARD, entrant, [(_Still(), run)])
        place.close()
        return {
            path.relative_to(place.public).as_posix(): path.read_bytes()
            for path in place.public.rglob("*") if path.is_file()
        }  # fmt: skip


def rounds(rng: random.Random, place: Path) -> None:
    """Rounds that are closed: records, tables and actions, for which the record of the entry vouches."""
    folder = place / "rounds" / "spring"
    _put(folder, _round())
    path = folder / rng.choice(sorted(_round()))
    if path.suffix == ".json" and rng.random() < 0.7:
        _edit(rng, path)
    else:
        path.write_bytes(_broken(rng, path.read_bytes()))
    if path.name in ROWS and rng.random() < 0.8:
        told = json.loads((path.parent / ENTRY).read_text())
        told["rows"][path.name] = _sha256(path)
        (path.parent / ENTRY).write_text(json.dumps(told))
    faults = [each.fault for each in check(Place.of("spring", folder.parent, place / "private"))]
    if any(faults):
        raise ValueError(faults[0])


def registers(rng: random.Random, place: Path) -> None:
    """What is known of entries, and of contents."""
    standing = {"status": "quarantined", "date": "2026-01-01", "reason": "x"}
    path = place / "register.json"
    told = {"entries": {"A/b": {"status": "replayed", "digest": "0" * 64}}, "contents": {"1" * 64: standing}}
    path.write_text(json.dumps({"format": "goalgap-register", "schema_version": 1, **told}))
    if rng.random() < 0.7:
        _edit(rng, path)
    else:
        path.write_bytes(_broken(rng, path.read_bytes()))
    Register.read(place)


KINDS: dict[str, Callable[[random.Random, Path], None]] = {
    each.__name__: each for each in (zips, bundles, cards, onnx, entries, rounds, registers)
}


def _put(place: Path, files: Members) -> None:
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def outcome(kind: str, number: int, place: Path) -> tuple[str, str]:
    """How a case ended, and what is wrong with that."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    began, ended, wrong = time.process_time(), "read", ""
    try:
        KINDS[kind](random.Random(number), place)  # noqa: S311
    except ValueError as error:
        ended, wrong = "refused", _unfit(error)
    except Exception as error:  # noqa: BLE001 (that there is none is what is looked at)
        wrong = f"{type(error).__name__}: {str(error)[:200]}"
    if (took := time.process_time() - began) > SECONDS:
        wrong = wrong or f"it takes {took:.1f} s"
    return ended, "it runs code" if ran() else wrong


def _unfit(error: ValueError) -> str:
    """What is wrong with a refusal: that it is not of ours, or no line that a terminal can show."""
    ours = type(error) is ValueError or type(error).__module__.startswith("goalgap")
    if not ours:
        return f"{type(error).__name__}: {str(error)[:200]}"
    if not str(error).isprintable():
        return f"a reason that cannot be printed: {str(error)!r:.200}"
    return "" if 0 < len(str(error)) < LONGEST else f"a reason of {len(str(error))} characters"


def main(first: int, last: int, kind: str) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    entry.LEVELS, read = FEW, 0
    outcome(kind, first, Path("case"))  # compiles what it needs
    for number in range(first, last):
        print(number, flush=True)
        ended, wrong = outcome(kind, number, Path("case"))
        read += ended == "read" and not wrong
        if wrong:
            print(f"{number}: {ended}, {wrong}".replace("\n", " "), flush=True)
    print(f"read {read}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
