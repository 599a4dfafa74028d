"""ONNX policies: those of ours play as in torch, those of others as their framework says, and shapes are foreseen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from commands import goalgap as command
from onnx_files import BYTE, FLOAT, INT, helper, model, node, onnx, policy
from recipes import SMALL, TASK, every_algorithm
from stable_baselines3 import PPO

import goalgap
from goalgap.agents.bundles.manifest import MANIFEST, ONNX, README, Bundle, Card
from goalgap.agents.confidence import log_sums
from goalgap.agents.ensembles import Ensemble
from goalgap.agents.features import SmallCnn
from goalgap.agents.loading import load_agent as load_torch
from goalgap.agents.onnx.exporting import pack_as_onnx
from goalgap.agents.onnx.file import read_graph
from goalgap.agents.onnx.network import OnnxNetwork
from goalgap.agents.onnx.operators import OPERATORS
from goalgap.agents.onnx.packing import pack_onnx
from goalgap.agents.onnx.plan import NUMBERS, WORK, Plan
from goalgap.agents.onnx.writing import names_of, rewritten
from goalgap.agents.reading.errors import AgentError
from goalgap.agents.training import train
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.rollout import evaluate, rollout
from goalgap.isolation.backends import ADVICE, backends
from goalgap.isolation.policies import isolated
from goalgap.players import load_agent

CARD = {"name": "Mine", "authors": "A. Person", "description": "A policy.", "license": "MIT"}
TOLD = CARD | {
    "environment": "CheeseCorner", "arguments": {"size": 5}, "algorithm": "PPO (JAX)", "reward": "cheese",
    "alpha": 0.0, "training_seed": 3,
}  # fmt: skip
confined = pytest.mark.skipif(not backends(), reason=f"nothing confines a worker here: {ADVICE}")
OBS = TASK.observation_space.shape
ACTIONS = len(TASK.game.actions)


def actions(agent, levels=20):
    return evaluate(TASK, agent, levels).table["actions"].to_pylist()


def written(folder, made, **card):
    """The bundle of a model."""
    file = folder / "policy.onnx"
    file.write_bytes(made.SerializeToString())
    pack_onnx(file, Card(**TOLD | card), folder / "bundle")
    return folder / "bundle"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return {name: train(TASK, recipe, 1, tmp_path_factory.mktemp("agents") / name) for name, recipe in SMALL.items()}


@every_algorithm
def test_an_exported_agent_plays_as_it_does_in_torch(trained, algorithm, tmp_path):
    made = pack_as_onnx(trained[algorithm], Card(**CARD), tmp_path / "bundle")
    assert {path.name for path in (tmp_path / "bundle").iterdir()} == {MANIFEST, ONNX, README}
    for sampled in (True, False):
        ours, theirs = (
            load_torch(trained[algorithm], TASK, sampled=sampled),
            load_agent(tmp_path / "bundle", TASK, sampled=sampled),
        )
        assert actions(ours) == actions(theirs)
        assert ours.run_fields["deterministic"] == theirs.run_fields["deterministic"]
    assert made.source == ours.sha256
    assert (theirs.run_fields["agent"], theirs.run_fields["training_seed"]) == (algorithm, 1)
    assert theirs.run_fields["details"]["bundle"] == made.digest


def test_an_agent_that_sees_pixels_is_exported(tmp_path):
    """Whose library puts the channels first."""
    task = goalgap.task("ColourShape", size=5)
    sees = {"features_extractor_class": SmallCnn, "net_arch": [8]}
    PPO("MlpPolicy", goalgap.vec_env(task, 2), n_steps=8, batch_size=16, policy_kwargs=sees, device="cpu").save(
        tmp_path / "agent.zip"
    )
    told = {"environment": "ColourShape", "arguments": {"size": 5}, "algorithm": "PPO", "reward": task.reward}
    pack_as_onnx(tmp_path / "agent.zip", Card(**TOLD | told), tmp_path / "bundle")
    agents = load_torch(tmp_path / "agent.zip", task, algorithm="PPO", seed=3), load_agent(tmp_path / "bundle", task)
    one, other = (rollout(task, agent, range(20)).table["actions"].to_pylist() for agent in agents)
    assert one == other


def test_a_policy_of_another_framework_is_packed_and_evaluated_by_commands(tmp_path, capsys):
    file, card = tmp_path / "policy.onnx", tmp_path / "card.toml"
    file.write_bytes(policy(TASK).SerializeToString())
    lines = {**TOLD}
    arguments = lines.pop("arguments")
    card.write_text(
        "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        + "[arguments]\n" + "".join(f"{name} = {value}\n" for name, value in arguments.items())
    )  # fmt: skip
    place = tmp_path / "bundle"
    assert command("eval", "CheeseCorner", file, "--levels", 4, "--alpha", 0, "--reward", "cheese") == 2
    assert "makes it a bundle" in " ".join(capsys.readouterr().err.split())
    assert command("pack", file, "--card", card, "--out", place) == 0
    told = Bundle.read(place)
    assert told.algorithm == "PPO (JAX)"
    assert told.network.model_dump()["outputs"] == told.training.recipe["outputs"] == "logits"
    assert command("eval", "CheeseCorner", place, "--levels", 4, "--set", "size=5") == 0
    assert "content hash" in capsys.readouterr().out


def test_an_exported_agent_says_how_sure_it_is(trained, tmp_path):
    pack_as_onnx(trained["PPO"], Card(**CARD), tmp_path / "bundle")
    agents = load_torch(trained["PPO"], TASK), load_agent(tmp_path / "bundle", TASK)
    batch = Batch.of(TASK, range(8))
    seen = batch.observe(), None, np.ones(8, np.bool_), np.arange(8, dtype=np.uint64)
    ours, theirs = (Ensemble.of([agent]).think(*seen).logits for agent in agents)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert np.ptp(log_sums(theirs)) > 1e-3  # logits as the last layer gives them, with the energy that they have
    with pytest.raises(AgentError, match="is a bundle already"):
        pack_as_onnx(tmp_path / "bundle", Card(**CARD), tmp_path / "again")


def test_a_command_exports_an_agent(trained, tmp_path, capsys):
    card = tmp_path / "card.toml"
    card.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in CARD.items()))
    words = ("pack", trained["PPO"], "--card", card, "--format", "onnx", "--out", tmp_path / "bundle")
    assert command(*words, "--half") == 2
    assert "--half is of safetensors" in " ".join(capsys.readouterr().err.split())
    assert command(*words) == 0
    assert Bundle.read(tmp_path / "bundle").file == ONNX


def test_a_card_of_an_onnx_file_says_what_nothing_else_does(tmp_path):
    with pytest.raises(AgentError, match="its card must say algorithm too"):
        written(tmp_path, policy(TASK), algorithm=None)
    with pytest.raises(AgentError, match="must say alpha too"):
        written(tmp_path, policy(TASK), alpha=None)


def test_no_torch_is_needed(tmp_path):
    place = written(tmp_path, policy(TASK))
    code = (
        "import sys; sys.modules.update(torch=None, stable_baselines3=None, sb3_contrib=None, safetensors=None);"
        "import goalgap; task = goalgap.task('CheeseCorner', size=5);"
        f"print(len(goalgap.evaluate(task, {str(place)!r}, levels=4)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "12", done.stderr


def test_what_is_missing_is_told(tmp_path, monkeypatch):
    place = written(tmp_path, policy(TASK))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"pip install \"goalgap\[onnx\]\""):
        load_agent(place, TASK)


@confined
@pytest.mark.parametrize("remembering", [False, True])
def test_a_confined_policy_plays_the_same_episodes(tmp_path, remembering):
    place = written(tmp_path, recurrent() if remembering else policy(TASK))
    plain = load_agent(place, TASK)
    with isolated(place, TASK) as (agent, run):
        alike = evaluate(TASK, agent, 20, run=run)
    assert alike.table["actions"].to_pylist() == actions(plain)
    assert run.details["bundle"] == Bundle.read(place).digest


def recurrent():
    """A policy that remembers, whose state is under a name of its own."""
    rng, size = np.random.default_rng(1), int(np.prod(OBS))
    weights = {
        "w": rng.normal(size=(1, 18, size)), "r": rng.normal(size=(1, 18, 6)), "out": rng.normal(size=(6, ACTIONS)),
    }  # fmt: skip
    nodes = [
        node("Reshape", "observation to", "x"),
        node("GRU", "x w r - - past", "y next_past", hidden_size=6),
        node("Squeeze", "next_past first", "h"),
        node("MatMul", "h out", "logits"),
    ]
    state = FLOAT, (1, "batch", 6)
    return model(
        nodes, {name: array.astype(np.float32) for name, array in weights.items()}
        | {"to": np.array([1, 1, -1]), "first": np.array([0])},
        {"observation": (FLOAT, ("batch", *OBS)), "past": state},
        {"logits": (FLOAT, ("batch", ACTIONS)), "next_past": state},
    )  # fmt: skip


def test_states_are_kept_by_game_and_forgotten_when_an_episode_begins():
    network = OnnxNetwork(recurrent().SerializeToString())
    assert network.remembers
    assert network.memory == {"past": (1, 1, 6)}
    obs = np.random.default_rng(2).integers(0, 2, (3, *OBS), np.uint8)
    none, all_ = np.zeros(3, bool), np.ones(3, bool)
    first, memory = network(obs, None, all_)
    second, again = network(obs, memory, none)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(network(obs, again, all_)[0], first)
    one, _ = network(obs[1:2], [memory[0][1:2]], none[:1])
    np.testing.assert_array_equal(one[0], second[1])


def test_what_a_policy_says_does_not_depend_on_other_games(tmp_path):
    agent = load_agent(written(tmp_path, policy(TASK)), TASK)
    whole, parts = (rollout(TASK, agent, range(30), batch_size=size).table["actions"] for size in (30, 7))
    assert whole.to_pylist() == parts.to_pylist()


def test_values_of_actions_are_not_drawn_from(tmp_path):
    made = policy(TASK)
    made.graph.output[0].name = made.graph.node[-1].output[0] = "q_values"
    place = written(tmp_path, made, algorithm="Rainbow")
    one, other = (load_agent(place, TASK, sampled=sampled) for sampled in (True, False))
    assert one.run_fields["deterministic"]
    assert one.run_fields["details"]["recipe"] == {
        "algorithm": "Rainbow", "outputs": "q_values", "recurrent": False,
    }  # fmt: skip
    assert actions(one) == actions(other)


def test_bytes_go_in_as_bytes(tmp_path):
    made = policy(TASK, [node("Cast", "observation", "seen", to=FLOAT)], "seen")
    made.graph.input[0].type.tensor_type.elem_type = BYTE
    one, other = (load_agent(written(place, each), TASK) for place, each in _both(tmp_path, made, policy(TASK)))
    assert one.network.observation[0] == np.uint8
    assert actions(one) == actions(other)


def _both(tmp_path, *models):
    for k, each in enumerate(models):
        (tmp_path / str(k)).mkdir()
        yield tmp_path / str(k), each


def test_a_manifest_that_declares_another_network_is_refused(tmp_path):
    place = written(tmp_path, policy(TASK))
    told = json.loads((place / MANIFEST).read_text())
    told["network"]["outputs"] = "q_values"
    (place / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(AgentError, match=r"is not the network that bundle\.json declares"):
        load_agent(place, TASK)


# Shapes: what is planned is what onnxruntime computes

X = {"x": (2, 3, 4)}
IMAGE = {"x": (1, 4, 6, 5)}
CASES = [
    *((name, X, {}, {}) for name in ("Abs", "Erf", "Relu", "Softplus", "Tanh", "HardSwish", "Identity", "Sign")),
    ("LeakyRelu", X, {}, {"alpha": 0.2}),
    ("Selu", X, {}, {}),
    ("Softmax", X, {}, {"axis": 1}),
    ("Clip", X, {"low": np.float32(0), "high": np.float32(1)}, {}),
    ("Add", {"x": (2, 1, 4), "y": (3, 1)}, {}, {}),
    ("Max", {"x": (2, 1), "y": (1, 3), "z": (1,)}, {}, {}),
    ("Pow", X, {"by": np.float32(2)}, {}),
    ("Div", X, {"by": np.full((4,), 3, np.float32)}, {}),
    ("Less", {"x": (2, 1), "y": (3,)}, {}, {}),
    ("ReduceMean", X, {}, {"axes": [-1, 0]}),
    ("ReduceMax", X, {}, {"axes": [1], "keepdims": 0}),
    ("ReduceSum", X, {"axes": np.array([1])}, {"keepdims": 0}),
    ("ReduceSum", X, {}, {"noop_with_empty_axes": 1}),
    ("ReduceLogSumExp", X, {}, {"axes": [2]}),
    ("ArgMax", X, {}, {"axis": -1, "keepdims": 0}),
    ("Concat", {"x": (2, 3), "y": (2, 5)}, {}, {"axis": -1}),
    ("Expand", {"x": (3, 1)}, {"to": np.array([2, 1, 4])}, {}),
    ("Flatten", X, {}, {"axis": 2}),
    ("Flatten", X, {}, {"axis": -3}),
    ("Gather", X, {"at": np.array([[0, 1], [2, 0]])}, {"axis": 1}),
    ("GatherElements", X, {"at": np.zeros((2, 3, 1), np.int64)}, {"axis": 2}),
    ("Pad", X, {"by": np.array([0, 1, -1, 0, 2, 0])}, {}),
    ("Pad", X, {"by": np.array([0, 1, 2, 0, 2, 1])}, {"mode": "reflect"}),
    ("Reshape", X, {"to": np.array([0, -1, 2])}, {}),
    ("Slice", X, {"a": np.array([2, -1]), "b": np.array([-9, 9]), "c": np.array([1, 2]), "d": np.array([-1, 1])}, {}),
    ("Split", X, {"by": np.array([1, 3])}, {"axis": 2}),
    ("Split", X, {}, {"axis": 2}),
    ("Squeeze", {"x": (1, 3, 1)}, {"at": np.array([-1])}, {}),
    ("Squeeze", {"x": (1, 3, 1)}, {}, {}),
    ("Tile", X, {"by": np.array([1, 2, 3])}, {}),
    ("Transpose", X, {}, {"perm": [2, 0, 1]}),
    ("Transpose", X, {}, {}),
    ("Unsqueeze", X, {"at": np.array([-1, 0])}, {}),
    ("SpaceToDepth", {"x": (1, 2, 4, 6)}, {}, {"blocksize": 2}),
    ("DepthToSpace", {"x": (1, 8, 2, 3)}, {}, {"blocksize": 2, "mode": "CRD"}),
    ("MatMul", {"x": (2, 1, 3, 4), "y": (5, 4, 2)}, {}, {}),
    ("MatMul", {"x": (4,), "y": (5, 4, 2)}, {}, {}),
    ("MatMul", {"x": (5, 2, 4), "y": (4,)}, {}, {}),
    ("MatMul", {"x": (4,), "y": (4,)}, {}, {}),
    ("Gemm", {"x": (4, 2), "y": (3, 4), "z": (3,)}, {}, {"transA": 1, "transB": 1, "alpha": 0.5}),
    ("Conv", {**IMAGE, "w": (6, 2, 3, 2)}, {}, {"group": 2, "strides": [2, 1], "pads": [1, 0, 2, 1]}),
    ("Conv", {**IMAGE, "w": (6, 4, 3, 2)}, {}, {"dilations": [2, 1]}),
    ("Conv", {**IMAGE, "w": (6, 4, 3, 2)}, {}, {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    ("Conv", {"x": (1, 4, 9), "w": (2, 4, 3)}, {}, {"auto_pad": "VALID"}),
    ("MaxPool", IMAGE, {}, {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
    ("MaxPool", IMAGE, {}, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("AveragePool", IMAGE, {}, {"kernel_shape": [3, 2], "count_include_pad": 1, "pads": [1, 1, 1, 1]}),
    ("GlobalAveragePool", IMAGE, {}, {}),
    ("BatchNormalization", IMAGE, dict.fromkeys("abcd", np.ones(4, np.float32)), {}),
    ("LayerNormalization", X, {"scale": np.ones(4, np.float32)}, {"axis": -1}),
    *(
        (kind, {"x": (3, 1, 4)}, {
            "w": np.ones((2, gates * 5, 4), np.float32), "r": np.ones((2, gates * 5, 5), np.float32)
        }, {"hidden_size": 5, "direction": "bidirectional"})
        for kind, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1))
    ),
]  # fmt: skip
SEVERAL = {"Split": 2, "LSTM": 3, "GRU": 2, "RNN": 2}


@pytest.mark.parametrize(("operator", "inputs", "constants", "attributes"), CASES)
def test_shapes_and_types_are_foreseen(operator, inputs, constants, attributes):
    """A network of one node, planned, written anew and computed."""
    import onnxruntime as ort

    outputs = [f"y{k}" for k in range(SEVERAL.get(operator, 1))]
    made = model(
        [node(operator, " ".join([*inputs, *constants]), " ".join(outputs), **attributes)], constants,
        {name: (FLOAT, shape) for name, shape in inputs.items()}, {},
    )  # fmt: skip
    plan = Plan.of(read_graph(made.SerializeToString()))
    plan.graph.outputs.update({name: (plan.values[name].kind, plan.values[name].shape) for name in outputs})
    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(rewritten(plan), options, providers=["CPUExecutionProvider"])
    names, rng = names_of(plan), np.random.default_rng(0)
    given = {names[name]: rng.normal(size=shape).astype(np.float32) for name, shape in inputs.items()}
    for name, found in zip(outputs, session.run([names[name] for name in outputs], given), strict=True):
        assert (found.dtype, found.shape) == (plan.values[name].kind, plan.values[name].shape)
    onnx.checker.check_model(onnx.load_model_from_string(rewritten(plan)), full_check=True)


def test_most_operators_are_tried_here():
    assert len({case[0] for case in CASES}) > len(OPERATORS) / 2


def test_the_guide_lists_the_operators():
    page = (Path(goalgap.__file__).parent / "docs" / "guide" / "onnx.md").read_text()
    listed = page.partition("\nOperators: ")[2].rstrip(".\n").replace("\n", " ").split(", ")
    assert listed == sorted([*OPERATORS, "Constant"])
    assert f"{NUMBERS:,} numbers or {WORK:,}\n  multiplications" in page


def test_what_is_computed_of_shapes_is_known_beforehand():
    """As exporters write a view of (n, -1), whose n is a name."""
    made = model(
        [
            node("Shape", "observation", "shape"),
            node("Constant", "", "zero", value_int=0),
            node("Gather", "shape zero", "n"),
            node("Unsqueeze", "n axes", "ns"),
            node("Constant", "", "rest", value_ints=[-1]),
            node("Concat", "ns rest", "to", axis=0),
            node("Reshape", "observation to", "flat"),
            node("MatMul", "flat weights", "logits"),
        ],
        {"axes": np.array([0]), "weights": np.ones((int(np.prod(OBS)), ACTIONS), np.float32)},
        {"observation": (FLOAT, ("n", *OBS))}, {"logits": (FLOAT, ("n", ACTIONS))},
    )  # fmt: skip
    plan = Plan.of(read_graph(made.SerializeToString()))
    assert [each.operator for each in plan.graph.nodes] == ["Reshape", "MatMul"]
    logits, _ = OnnxNetwork(made.SerializeToString())(np.ones((2, *OBS), np.uint8), None, np.ones(2, bool))
    np.testing.assert_array_equal(logits, np.full((2, ACTIONS), np.prod(OBS)))


def test_numbers_are_read_however_they_are_kept():
    """As raw data, or as lists, of each type."""
    kept = {
        "raw": np.array([[1.5, -2]], np.float32), "ints": np.array([3, -4]), "small": np.array([5, -6], np.int32),
        "flags": np.array([True, False]), "none": np.zeros((0, 2), np.int64),
    }  # fmt: skip
    lists = {
        "floats": helper.make_tensor("floats", FLOAT, [2], [0.5, -1.5]),
        "longs": helper.make_tensor("longs", INT, [2], [2**62, -(2**62)]),
        "bytes": helper.make_tensor("bytes", BYTE, [2], [0, 255]),
    }
    constants = read_graph(model([], kept | lists, {}, {}).SerializeToString()).constants
    for name, array in kept.items():
        np.testing.assert_array_equal(constants[name], array)
        assert constants[name].dtype == array.dtype
    np.testing.assert_array_equal(constants["floats"], np.array([0.5, -1.5], np.float32))
    np.testing.assert_array_equal(constants["longs"], [2**62, -(2**62)])
    np.testing.assert_array_equal(constants["bytes"], np.array([0, 255], np.uint8))
