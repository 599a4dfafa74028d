"""ONNX files that nobody hopes for: each is refused with a reason before onnxruntime sees it, or fails with one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hostile_onnx import GOOD, LONG, REFUSED, before, changed, whole
from onnx_files import INT, node
from onnx_mutants import mutated
from recipes import TASK

from goalgap.agents.bundles.manifest import Card
from goalgap.agents.onnx import network
from goalgap.agents.onnx.file import FILE, read_graph
from goalgap.agents.onnx.network import OnnxNetwork
from goalgap.agents.onnx.packing import pack_onnx
from goalgap.agents.onnx.plan import Plan
from goalgap.agents.onnx.writing import rewritten
from goalgap.agents.reading.errors import AgentError
from goalgap.eval.play.rollout import evaluate
from goalgap.isolation.backends import ADVICE, backends
from goalgap.isolation.limits import EntryError
from goalgap.isolation.policies import isolated
from goalgap.players import load_agent

CARD = Card(
    name="Mine", authors="us", description="x", license="MIT", environment="CheeseCorner", arguments={"size": 5},
    algorithm="any", reward="cheese", alpha=0, training_seed=0,
)  # fmt: skip
ACTIONS = len(TASK.game.actions)
SECONDS = 5.0


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """onnxruntime may not be asked."""

    def asked(_: bytes) -> None:
        raise AssertionError("onnxruntime has seen it")

    monkeypatch.setattr(network, "_session", asked)


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_file_is_refused_before_anything_computes(what: str, unseen: None) -> None:
    content, told = REFUSED[what]
    began = time.process_time()
    with pytest.raises(ValueError, match=told) as refused:
        OnnxNetwork(content)
    assert time.process_time() - began < SECONDS
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 1000


def test_the_file_that_these_are_made_of_is_read() -> None:
    assert OnnxNetwork(GOOD.SerializeToString()).actions == ACTIONS


def test_what_describes_is_left_out_of_what_onnxruntime_sees() -> None:
    """Documentation, names and values that nobody asked for may hold anything."""

    def describe(made: Any) -> None:
        made.doc_string = made.producer_name = made.graph.name = made.graph.node[0].name = LONG
        made.metadata_props.add(key=LONG, value=LONG)
        made.graph.node[0].output[0] = made.graph.node[1].input[0] = LONG[:400]

    content = changed(describe)
    OnnxNetwork(content)
    seen = rewritten(Plan.of(read_graph(content)))
    assert b"script" in content
    assert b"script" not in seen
    assert b"weights" not in seen


def bundle(folder: Any, content: bytes) -> Any:
    (folder / "policy.onnx").write_bytes(content)
    pack_onnx(folder / "policy.onnx", CARD, folder / "bundle")
    return folder / "bundle"


NO_NUMBER = before(node("Sub", "observation two", "less"), node("Log", "less", "seen"), two=np.array([2], np.float32))
BEYOND = before(
    node("Flatten", "observation", "flat0"), node("Cast", "flat0", "at", to=INT), node("Add", "at far", "there"),
    node("GatherElements", "flat0 there", "seen", axis=1), far=whole(1000),
)  # fmt: skip


@pytest.mark.parametrize(("content", "told"), [(NO_NUMBER, "not all finite"), (BEYOND, "cannot compute")])
def test_what_goes_wrong_while_it_plays_is_told(content: bytes, told: str, tmp_path: Any) -> None:
    place = bundle(tmp_path, content)
    with pytest.raises(ValueError, match=told):
        evaluate(TASK, load_agent(place, TASK), 4)


@pytest.mark.skipif(not backends(), reason=f"nothing confines a worker here: {ADVICE}")
def test_what_goes_wrong_in_confinement_is_a_failure_of_the_entry(tmp_path: Any) -> None:
    place = bundle(tmp_path, NO_NUMBER)
    with isolated(place, TASK) as (agent, _), pytest.raises(EntryError, match="not all finite") as failed:
        evaluate(TASK, agent, 4)
    assert failed.value.reason == "error"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda place: (place / "policy.onnx").write_bytes(GOOD.SerializeToString() + b"\0"), "damaged"),
        (lambda place: (place / "policy.onnx").unlink(), "policy.onnx is missing"),
        (lambda place: (place / "policy.onnx").write_bytes(bytes(FILE + 1)), "too large"),
    ],
)
def test_a_bundle_that_was_changed_is_refused(change: Callable[[Any], Any], told: str, tmp_path: Any) -> None:
    place = bundle(tmp_path, GOOD.SerializeToString())
    change(place)
    with pytest.raises(AgentError, match=told):
        load_agent(place, TASK)


def test_a_file_for_other_levels_is_refused(tmp_path: Any) -> None:
    """Of another size, or with other actions."""
    place = bundle(tmp_path, GOOD.SerializeToString())
    import goalgap

    with pytest.raises(AgentError, match=r"is for observations .* has observations"):
        load_agent(place, goalgap.task("CheeseCorner", size=7))
    with pytest.raises(AgentError, match="was trained on goalgap/CheeseCorner-v0 and cannot play"):
        load_agent(place, goalgap.task("IrishElk"))


@pytest.mark.parametrize("first", range(0, 600, 200))
def test_a_file_that_was_changed_at_random_plays_or_is_refused(first: int) -> None:
    for number in range(first, first + 200):
        try:
            read = OnnxNetwork(mutated(number))
            read(np.ones((1, *read.observation[1]), np.uint8), None, np.ones(1, bool))
        except ValueError as error:
            assert str(error).isprintable()  # noqa: PT017
