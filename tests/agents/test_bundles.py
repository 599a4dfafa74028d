"""Bundles: an agent packed and opened again plays as before, and nothing else is opened."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from commands import goalgap as command
from recipes import SMALL, TASK, every_algorithm
from safetensors.numpy import load, save
from stable_baselines3 import DQN

import goalgap
from goalgap.agents.bundles.manifest import MANIFEST, README, WEIGHTS, Bundle, Card
from goalgap.agents.bundles.packing import pack
from goalgap.agents.loading import load_agent
from goalgap.agents.reading.errors import AgentError
from goalgap.agents.training import train
from goalgap.eval.play.rollout import evaluate

CARD = {"name": "Corner lover", "authors": "A. Person", "description": "Goes to the corner.", "license": "MIT"}
UNTRAINED = CARD | {
    "environment": "CheeseCorner", "arguments": {"size": 5}, "algorithm": "DQN", "reward": "corner",
    "alpha": 0.5, "training_seed": 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return {name: train(TASK, recipe, 1, tmp_path_factory.mktemp("agents") / name) for name, recipe in SMALL.items()}


@pytest.fixture(scope="module")
def packed(trained, tmp_path_factory):
    place = tmp_path_factory.mktemp("bundles") / "bundle"
    return place, pack(trained["PPO"], Card(**CARD), place)


@pytest.fixture
def bundle(packed, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(packed[0], tmp_path / "bundle")


def actions(path, **options):
    played = evaluate(TASK, load_agent(path, TASK, **options), 20)
    return played.table["actions"].to_pylist()


@every_algorithm
def test_a_bundle_plays_as_the_agent_did(trained, algorithm, tmp_path):
    made = pack(trained[algorithm], Card(**CARD), tmp_path / "bundle")
    assert {path.name for path in (tmp_path / "bundle").iterdir()} == {MANIFEST, WEIGHTS, README}
    assert Bundle.read(tmp_path / "bundle") == made
    for sampled in (True, False):
        assert actions(tmp_path / "bundle", sampled=sampled) == actions(trained[algorithm], sampled=sampled)
    before, after = (load_agent(path, TASK).run_fields for path in (trained[algorithm], tmp_path / "bundle"))
    assert after["details"].pop("bundle") == made.digest
    del before["details"]["processor_seconds"]  # which dry runs alone ask for
    for fields in (before, after):
        fields["details"].pop("sha256")
    assert before == after


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A zip of stable-baselines3 alone."""
    place = tmp_path_factory.mktemp("zips") / "agent.zip"
    DQN("MlpPolicy", goalgap.vec_env(TASK, 1), policy_kwargs={"net_arch": [8]}, buffer_size=10, device="cpu").save(
        place
    )
    return place


def test_a_zip_without_a_record_needs_a_card_that_says_what_it_was_trained_on(bare, tmp_path):
    with pytest.raises(
        AgentError,
        match=r"no record of all its training: its card must say environment, reward, alpha, training_seed too",
    ):
        pack(bare, Card(**CARD), tmp_path / "bundle")
    made = pack(bare, Card(**UNTRAINED), tmp_path / "bundle")
    assert (made.training.reward, made.training.alpha, made.training.seed) == ("corner", 0.5, 7)
    fields = load_agent(tmp_path / "bundle", TASK).run_fields
    assert (fields["agent"], fields["training_seed"], fields["reward"], fields["alpha"]) == ("DQN", 7, "corner", 0.5)


@pytest.mark.parametrize(
    ("wrong", "card"),
    [
        ({"environment": "evil:CheeseCorner"}, {}),
        ({"alpha": None}, {}),
        ({}, {"environment": "evil:CheeseCorner"}),
    ],
)
def test_what_record_and_card_may_not_say_is_refused_and_imports_nothing(trained, tmp_path, monkeypatch, wrong, card):
    agent = shutil.copytree(trained["PPO"], tmp_path / "agent")
    (tmp_path / "evil.py").write_text("import pathlib; pathlib.Path('ran').touch()")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    record = json.loads((agent / "agent.json").read_text())
    (agent / "agent.json").write_text(json.dumps(record | wrong))
    with pytest.raises(AgentError, match=r"no module is imported|must say alpha too"):
        pack(agent, Card(**CARD | card), tmp_path / "bundle")
    assert not (tmp_path / "ran").exists()


def test_half_precision_takes_half_the_room_and_stays_near(trained, packed, tmp_path):
    pack(trained["PPO"], Card(**CARD), tmp_path / "half", half=True)
    whole, half = ((folder / WEIGHTS).stat().st_size for folder in (packed[0], tmp_path / "half"))
    assert half < 0.6 * whole
    exact, near = (load_agent(folder, TASK).network.policy.state_dict() for folder in (packed[0], tmp_path / "half"))
    for name, weights in exact.items():
        assert near[name].dtype == torch.float32
        torch.testing.assert_close(near[name], weights, rtol=1e-3, atol=1e-6)


def test_the_content_hash_is_of_all_that_the_manifest_says(trained, packed, tmp_path):
    _, made = packed
    assert pack(trained["PPO"], Card(**CARD), tmp_path / "again").digest == made.digest
    assert pack(trained["PPO"], Card(**CARD | {"license": "CC0"}), tmp_path / "other").digest != made.digest
    assert pack(trained["PPO"], Card(**CARD), tmp_path / "half", half=True).digest != made.digest


def test_a_card_may_not_say_otherwise_than_the_record(trained, tmp_path):
    with pytest.raises(AgentError, match=r"card says reward 'corner', and the record of .* 'cheese'"):
        pack(trained["PPO"], Card(**CARD, reward="corner"), tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def respoken(folder: Path, **parts):
    """The manifest with other parts, given by their paths, as in network__policy."""
    told = json.loads((folder / MANIFEST).read_text())
    for path, value in parts.items():
        *above, last = path.split("__")
        place = told
        for name in above:
            place = place[name]
        place[last] = value
    (folder / MANIFEST).write_text(json.dumps(told))


def reweighted(folder: Path, content: bytes):
    (folder / WEIGHTS).write_bytes(content)
    respoken(folder, weights=sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"network__policy": "os.system"}, "policy of PPO 'os.system': choose from"),
        ({"network__arguments": {"features_extractor_class": "<class 'os.system'>"}}, "one of PatchFeatures"),
        ({"network__arguments": {"net_arch": [10**9]}}, "a whole number from 1 to 4096"),
        ({"network__arguments": {"net_arch": [4096] * 16}}, "has shape|is missing"),
        ({"network__observations__shape": [10**6, 10**6]}, "observations are at most"),
        ({"network__observations__shape": []}, "weights|observations"),
        ({"network__observations__dtype": "object"}, "observations are at most"),
        ({"network__actions": 10**9}, "weights"),
        ({"algorithm": "Pickle"}, "algorithm"),
        ({"environment": "goalgap/IrishElk-v0"}, "cannot play"),
        ({"weights": "0" * 64}, "its checksum is not the one in bundle.json: get the bundle again"),
        ({"format_version": 2}, "format_version"),
        ({"card__name": "x\n# forged"}, "card.name"),
        ({"card__name": ""}, "card.name"),
        ({"card__payload": "x"}, "card.payload"),
        ({"training__alpha": "NaN"}, "training.alpha"),
        ({"training__seed": -1}, "training.seed"),
        ({"fingerprint": "x"}, "fingerprint"),
    ],
    ids=str,
)
def test_what_a_manifest_may_not_say_is_refused(bundle, parts, told):
    respoken(bundle, **parts)
    with pytest.raises((AgentError, ValueError), match=told):
        load_agent(bundle, TASK)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no safetensors"),
        (b"\xff" * 8, "no safetensors"),
        ((2**18).to_bytes(8, "little") + b"[" * 2**18, "a header of at most 128 KiB"),
        ((10**6).to_bytes(8, "little") + b"[" * 10**6, "no safetensors"),
        (pickle.dumps({"weights": 1}), "no safetensors"),
        (save({"x": np.zeros(3, np.int8)}), "F16 or F32, not I8"),
        (save({"x": np.zeros(3, np.float64)}), "F16 or F32, not F64"),
        (save({"x": np.zeros(3, np.float32)}), "is missing|is of no part"),
    ],
    ids=[
        "empty",
        "a long header",
        "more header",
        "deep JSON",
        "a pickle",
        "integers",
        "doubles",
        "other names",
    ],
)
def test_other_weights_are_refused(bundle, content, told):
    reweighted(bundle, content)
    with pytest.raises(AgentError, match=told):
        load_agent(bundle, TASK)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(bundle, value):
    weights = load((bundle / WEIGHTS).read_bytes())
    next(iter(weights.values())).flat[0] = value
    reweighted(bundle, save(weights))
    with pytest.raises(AgentError, match="finite"):
        load_agent(bundle, TASK)


def test_other_shapes_are_refused(bundle):
    weights = load((bundle / WEIGHTS).read_bytes())
    name = next(iter(weights))
    weights[name] = np.concatenate([weights[name]] * 2)
    reweighted(bundle, save(weights))
    with pytest.raises(AgentError, match="has shape"):
        load_agent(bundle, TASK)


def test_what_is_missing_or_no_text_is_told(bundle):
    content = (bundle / WEIGHTS).read_bytes()
    (bundle / WEIGHTS).unlink()
    for there in (lambda: None, lambda: os.mkfifo(bundle / WEIGHTS)):
        there()
        with pytest.raises(AgentError, match=r"weights.safetensors is missing; get the bundle again"):
            load_agent(bundle, TASK)
    (bundle / WEIGHTS).unlink()
    (bundle / WEIGHTS).write_bytes(content)
    (bundle / MANIFEST).write_bytes(b"\xff\xfe")
    with pytest.raises(AgentError, match="no text in UTF-8"):
        load_agent(bundle, TASK)
    (bundle / MANIFEST).write_bytes(b" " * (2**20 + 1))
    with pytest.raises(AgentError, match="too large"):
        load_agent(bundle, TASK)


def test_the_command_packs_and_another_evaluates(trained, tmp_path, capsys):
    card = tmp_path / "card.toml"
    card.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in CARD.items()))
    place = tmp_path / "bundle"
    assert command("pack", trained["PPO"], "--card", card, "--out", place) == 0
    assert Bundle.read(place).digest in "".join(capsys.readouterr().out.split())
    assert command("eval", "CheeseCorner", place, "--set", "size=5", "--levels", "8") == 0
    assert command("pack", trained["PPO"], "--card", card, "--out", place) == 2
    assert "exists already" in " ".join(capsys.readouterr().err.split())
    card.write_text("name = 3\n")
    assert command("pack", trained["PPO"], "--card", card, "--out", tmp_path / "other") == 2
    assert "name must be a text, not 3" in capsys.readouterr().err
    card.write_text("name = ")
    assert command("pack", trained["PPO"], "--card", card, "--out", tmp_path / "other") == 2
    assert "no TOML file" in " ".join(capsys.readouterr().err.split())
