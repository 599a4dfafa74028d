"""Policies and feature extractors of the user's own: named by whoever trains or opens, and imported for nobody else."""

from __future__ import annotations

import json
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands import goalgap as command
from hostile_agents import members_of, told
from recipes import SMALL, TASK, TINY
from stable_baselines3 import PPO

import goalgap
from goalgap.agents.algorithms import ALGORITHMS
from goalgap.agents.changes import read_changes
from goalgap.agents.loading import AgentError, ChangedCodeWarning, load_agent
from goalgap.agents.own import trusted
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import folder_of, read_record, run_key
from goalgap.agents.training import plan, train
from goalgap.sweeps.cells import Trained, Training
from goalgap.sweeps.outcomes import About
from goalgap.sweeps.plan import cells_of
from goalgap.sweeps.sweep_file import SweepError, SweepFile

MODULE = """
import torch
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from sb3_contrib.qrdqn.policies import QRDQNPolicy
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.dqn.policies import DQNPolicy
from torch import nn

function, number = len, 5


class Extractor(BaseFeaturesExtractor):
    def __init__(self, observation_space):
        super().__init__(observation_space, self.says)
        seen = torch.as_tensor(observation_space.sample()).numel()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(int(seen), self.units), nn.ReLU())

    says = units = 8

    def forward(self, obs):
        return self.layers(obs)


class Lying(Extractor):
    says = 9


class Huge(Extractor):
    says = units = 120_000


class Greedy(Extractor):
    def __init__(self, observation_space, width):
        super().__init__(observation_space)


class Broken(Extractor):
    def forward(self, obs):
        return self.layers(obs) / self.nothing


class Counting(Extractor):
    def __init__(self, observation_space):
        super().__init__(observation_space)
        self.register_buffer("counted", torch.zeros(1, dtype=torch.int64))


class ByName(Extractor):
    def forward(self, obs):
        return torch.relu(nn.functional.linear(obs.flatten(1), weight=self.layers[1].weight))


class Predicting(ActorCriticPolicy):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)

    def predict(self, *given, **named):
        return super().predict(*given, **named)


class Policy(ActorCriticPolicy):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)


class Nameless(ActorCriticPolicy):
    pass


class Short(ActorCriticPolicy):
    def __init__(self, observation_space, action_space):
        super().__init__(observation_space, action_space, float)


class Remembering(RecurrentActorCriticPolicy):
    def forward(self, *given, **named):
        return super().forward(*given, **named)


class Valuing(DQNPolicy):
    def forward(self, *given, **named):
        return super().forward(*given, **named)


class Quantiles(QRDQNPolicy):
    def forward(self, *given, **named):
        return super().forward(*given, **named)
"""
POLICIES = {
    "PPO": "Policy", "A2C": "Policy", "TRPO": "Policy", "DQN": "Valuing", "QRDQN": "Quantiles",
    "RecurrentPPO": "Remembering",
}  # fmt: skip
EXTRACTOR, POLICY = "own_parts:Extractor", "own_parts:Policy"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory with a module of the user's own, which nothing has imported."""
    (tmp_path / "own_parts.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    yield tmp_path
    sys.modules.pop("own_parts", None)


def own(**named: str) -> Any:
    return replace(TINY, steps=256, patch=0, **named)


def test_a_run_with_parts_of_ones_own_is_trained_evaluated_and_opened_by_who_trusts_them(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`run` was told their names; `eval` imports nothing until it is told them too."""
    small = "n_envs=16", "n_steps=16", "minibatch=128", "hidden=8", f"extractor={EXTRACTOR}", f"policy={POLICY}"
    shared = "CheeseCorner", "--size", 5
    few = *shared, "--seeds", 1, "--steps", 256, "--levels", 4, "--recipe", *small
    assert command("run", *few) == 0
    (folder,) = (here / "results").iterdir()
    assert "policyown_parts.Policy-extractorown_parts.Extractor" in folder.name
    assert (folder / "report.json").is_file()
    del sys.modules["own_parts"]
    evaluate = "eval", *shared, folder, "--levels", 4
    capsys.readouterr()
    assert command(*evaluate) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "policy_class: a class of the module 'own_parts'" in said
    assert "opened with --trust MODULE:CLASS" in said
    assert "own_parts" not in sys.modules
    assert command(*evaluate, "--trust", EXTRACTOR, POLICY) == 0
    assert command(*evaluate, "--trust", EXTRACTOR, "own_parts:Absent") == 2
    ask = "ask", *shared, folder, "--levels", 2
    assert command(*ask) == 2
    assert "opened with --trust MODULE:CLASS" in " ".join(capsys.readouterr().err.split())
    assert command(*ask, "--trust", EXTRACTOR, POLICY) == 0
    assert "max-probability" in capsys.readouterr().out


def test_who_trusts_them_packs_them_for_everybody_else(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agent = train(TASK, own(extractor=EXTRACTOR, policy=POLICY), 0, here / "agent")
    (here / "card.toml").write_text('name = "x"\nauthors = "me"\ndescription = "x"\nlicense = "MIT"\n')
    pack = "pack", agent, "--card", here / "card.toml", "--out", here / "bundle"
    assert command(*pack) == 2
    assert "--trust MODULE:CLASS" in capsys.readouterr().err
    assert command(*pack, "--trust", EXTRACTOR, POLICY) == 2
    assert "--trust is of --format onnx" in capsys.readouterr().err
    assert command(*pack, "--format", "onnx") == 2
    assert command(*pack, "--format", "onnx", "--trust", EXTRACTOR, POLICY) == 0
    assert command("eval", "CheeseCorner", here / "bundle", "--size", 5, "--levels", 2) == 0
    capsys.readouterr()


@pytest.mark.parametrize("algorithm", POLICIES)
def test_every_algorithm_but_ars_trains_them(algorithm: str, here: Path) -> None:
    parts = {"extractor": EXTRACTOR, "policy": f"own_parts:{POLICIES[algorithm]}"}
    recipe = replace(SMALL[algorithm], steps=128, patch=0, far=0, **parts)
    folder = train(TASK, recipe, 0, here / "agent")
    agent = load_agent(folder, TASK, trust=recipe.own)
    policy: Any = agent.model.policy
    assert (type(policy).__name__, policy.features_extractor_class.__name__) == (POLICIES[algorithm], "Extractor")
    record = json.loads((folder / "agent.json").read_text())
    assert parts.items() <= record["recipe"].items()
    assert len(goalgap.evaluate(TASK, agent, levels=4).table) == 12
    classes = [getattr(sys.modules["own_parts"], name.partition(":")[2]) for name in recipe.own]
    assert load_agent(folder, TASK, trust=classes).model.policy.state_dict().keys() == policy.state_dict().keys()


def test_ars_refuses_them(here: Path) -> None:
    with pytest.raises(ValueError, match="ARS has a network of its own"):
        default_recipe(TASK, "ARS", extractor=EXTRACTOR)


def test_pixels_reach_an_extractor_as_stable_baselines3_shows_them(here: Path) -> None:
    task = goalgap.task("ColourShape", size=5)
    plan(task, default_recipe(task, extractor=EXTRACTOR), 0, here / "agent")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"extractor": "nowhere:Extractor"}, "there is no extractor 'nowhere:Extractor': No module named 'nowhere'"),
        ({"extractor": "own_parts:Absent"}, "there is no extractor 'own_parts:Absent': module 'own_parts' has no"),
        ({"extractor": "own_parts:number"}, "extractor 'own_parts:number' is no class, but 5"),
        ({"extractor": "own_parts:function"}, "is no class, but <built-in function len>"),
        ({"extractor": "own_parts:nn"}, "is no class, but <module 'torch.nn'"),
        ({"extractor": POLICY}, "does not derive from stable-baselines3's BaseFeaturesExtractor"),
        ({"policy": EXTRACTOR}, "does not derive from stable-baselines3's ActorCriticPolicy"),
        ({"policy": "own_parts:Valuing"}, "does not derive from stable-baselines3's ActorCriticPolicy"),
        ({"policy": "own_parts:Remembering"}, "is of another algorithm than PPO: derive it from ActorCriticPolicy"),
        ({"extractor": "own_parts:Greedy"}, "is to be built as Extractor.* missing 1 required .*'width'"),
        ({"extractor": "own_parts:Broken"}, "is to make features of observations: AttributeError: .*'nothing'"),
        ({"extractor": "own_parts:Lying"}, r"features_dim is 9, so of 2 .* have shape \(2, 9\), not \(2, 8\): pass"),
        ({"extractor": "own_parts:Counting"}, "that are saved are float32, and features_extractor.counted"),
        (
            {"extractor": "own_parts:Huge"},
            "is to be saved and opened again: .*policy.pth.* bytes, and 67108864 are all",
        ),
        ({"policy": "own_parts:Short"}, r"is to be built as Policy\(observation_space, action_space, lr_schedule"),
        ({"policy": "own_parts:Predicting"}, "is to act on observations: ValueError: Predicting predicts in a way"),
        ({"policy": "own_parts:Nameless"}, "is to be saved and opened again: .*a class of the module 'own_parts'"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_it_is(parts: dict[str, str], said: str, here: Path) -> None:
    with pytest.raises((ValueError, TypeError), match=said):
        plan(TASK, own(**parts), 0, here / "agent")
    assert [path.name for path in here.iterdir() if path.suffix != ".py"] in ([], ["__pycache__"])


@pytest.mark.parametrize("name", ["os", "os:", ":system", "os.path", "os:a b", "a/b:C", "os::system", "../x:C"])
def test_what_is_no_module_and_class_is_told_how_it_is_typed(name: str) -> None:
    with pytest.raises(ValueError, match="extractor is named as MODULE:NAME, such as my_module:Mine, not"):
        own(extractor=name)
    with pytest.raises(ValueError, match="class is named as MODULE:NAME"):
        trusted([name])


def test_a_file_in_the_working_directory_stands_in_for_no_installed_module(here: Path) -> None:
    """A folder may hold what a stranger put there."""
    (here / "this.py").write_text("raise SystemExit('run')")
    with pytest.raises(TypeError, match="class 'this:d' is no class"):
        trusted(["this:d"])
    del sys.modules["this"]


def test_other_code_under_the_same_name_is_another_run(here: Path) -> None:
    """So that what an earlier class has learned is never taken for what the present one has."""
    recipe, before = own(extractor=EXTRACTOR), run_key(TASK, own(extractor=EXTRACTOR), 0)
    assert run_key(TASK, recipe, 0) == before
    (here / "own_parts.py").write_text(MODULE.replace("says = units = 8", "says = units = 4"))
    assert run_key(TASK, recipe, 0) != before
    assert "own_parts" not in sys.modules
    with pytest.raises(ValueError, match="there is no module 'nowhere', neither installed nor in the working"):
        folder_of(here, TASK, own(extractor="nowhere:Extractor"))
    assert "code" not in json.dumps(TINY.as_data())


def test_what_is_saved_while_an_agent_learns_is_not_what_it_was_made_of(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, learn = own(extractor=EXTRACTOR), PPO.learn
    before = run_key(TASK, recipe, 0)

    def learn_and_save(model: PPO, *given: Any, **named: Any) -> Any:
        (here / "own_parts.py").write_text(MODULE + "# a comment")
        return learn(model, *given, **named)

    monkeypatch.setattr(PPO, "learn", learn_and_save)
    assert read_record(train(TASK, recipe, 0, here / "agent"))["run_key"] == before
    assert run_key(TASK, recipe, 0) != before


def test_a_cell_of_other_code_than_the_sweep_was_planned_with_fails(here: Path) -> None:
    training = Training(TASK, own(extractor=EXTRACTOR), About(environment="CheeseCorner", agent="PPO"))
    cell = Trained(here / "results", training, 0, 4)
    assert cell.key
    (here / "own_parts.py").write_text(MODULE + "# a comment")
    with pytest.raises(ValueError, match=r"the module of own_parts:Extractor has changed since .* start it again"):
        cell.run(lambda _: None)


def test_a_package_that_cannot_be_imported_is_told(here: Path) -> None:
    (here / "broken").mkdir()
    (here / "broken" / "__init__.py").write_text("1 / 0")
    (here / "broken" / "parts.py").write_text(MODULE)
    with pytest.raises(ValueError, match=r"broken.parts cannot be imported: ZeroDivisionError: .*__init__.py, line 1"):
        folder_of(here, TASK, own(extractor="broken.parts:Extractor"))


def test_linear_layers_may_be_called_with_their_weights_by_name(here: Path) -> None:
    folder = train(TASK, own(extractor="own_parts:ByName"), 0, here / "agent")
    episodes = goalgap.evaluate(TASK, load_agent(folder, TASK, trust=["own_parts:ByName"]), levels=4)
    assert len(episodes.table) == 12


def test_recipes_name_them_and_views_are_theirs(here: Path) -> None:
    changes = read_changes(ALGORITHMS["PPO"], [f"extractor={EXTRACTOR}", "hidden=16"])
    recipe = default_recipe(goalgap.task("CheeseDish"), **changes)
    assert (recipe.patch, recipe.far, recipe.own) == (0, 0, (EXTRACTOR,))
    assert recipe.network(TASK)["net_arch"] == [16]
    with pytest.raises(ValueError, match="patch and far are 0 with it"):
        default_recipe(TASK, extractor=EXTRACTOR, patch=3)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an agent of known parts, which a stranger then changes."""
    return train(TASK, TINY, 0, tmp_path_factory.mktemp("stock") / "agent")


@pytest.mark.parametrize("name", ["os:system", "antigravity:Extractor", EXTRACTOR])
def test_a_strangers_file_or_record_imports_nothing(name: str, stock: Path, here: Path) -> None:
    """Whatever classes it names: only who opens it can say that one is to be imported, and then only that one."""
    module, _, last = name.partition(":")
    folder = shutil.copytree(stock, here / "agent")
    members, before = members_of((folder / "agent.zip").read_bytes()), set(sys.modules)
    kwargs = {**json.loads(members["data"])["policy_kwargs"], "features_extractor_class": f"<class '{module}.{last}'>"}
    policy = {":type:": "<class 'abc.ABCMeta'>", "__module__": module, "__init__": f"<function {last}.__init__ at 0>"}
    for change in ({"policy_kwargs": kwargs}, {"policy_class": policy}):
        (here / "bare.zip").write_bytes(told(members, **change))
        with pytest.raises(AgentError, match="--trust MODULE:CLASS"):
            load_agent(here / "bare.zip", TASK)
    record = json.loads((folder / "agent.json").read_text())
    record["recipe"] |= {"extractor": name, "policy": name}
    (folder / "agent.json").write_text(json.dumps(record | {"code": {name: "0"}}))
    assert command("eval", "CheeseCorner", folder, "--size", 5, "--levels", 2) == 0
    assert {"antigravity", "own_parts"}.isdisjoint(set(sys.modules) - before)


def test_who_trusts_one_class_does_not_trust_another(stock: Path, here: Path) -> None:
    members = members_of((stock / "agent.zip").read_bytes())
    kwargs = json.loads(members["data"])["policy_kwargs"] | {"features_extractor_class": "<class 'antigravity.Mine'>"}
    (here / "bare.zip").write_bytes(told(members, policy_kwargs=kwargs))
    with pytest.raises(AgentError, match=r"SmallCnn.*Extractor, not \"<class 'antigravity.Mine'>\""):
        load_agent(here / "bare.zip", TASK, trust=[EXTRACTOR])
    assert "antigravity" not in sys.modules
    with pytest.raises(TypeError, match="trust is a list of classes"):
        load_agent(here / "bare.zip", TASK, trust=EXTRACTOR)
    for wrong in ("os:system", int, 5):
        with pytest.raises(TypeError, match=r"is no class|does not derive from stable-baselines3's BasePolicy or"):
            trusted([wrong])  # type: ignore[list-item]


def test_who_opens_an_agent_with_a_changed_class_is_told(here: Path) -> None:
    folder = train(TASK, own(extractor=EXTRACTOR), 0, here / "agent")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_agent(folder, TASK, trust=[EXTRACTOR])
    (here / "own_parts.py").write_text(MODULE + "# a comment")
    with pytest.warns(ChangedCodeWarning, match="agent was trained with another own_parts:Extractor than there is now"):
        load_agent(folder, TASK, trust=[EXTRACTOR])


def test_a_sweep_tries_them_before_anything_starts(here: Path) -> None:
    told = {"environments": ("CheeseCorner",), "recipe": ("extractor=own_parts:Broken",), "arguments": {"size": 5}}
    with pytest.raises(SweepError, match="own_parts:Broken is to make features of observations: AttributeError"):
        cells_of(SweepFile.of("a file", told))


def test_a_sweep_tries_a_policy_with_each_algorithm(here: Path) -> None:
    told = {"environments": ("CheeseCorner",), "algorithms": ("PPO", "DQN"), "recipe": (f"policy={POLICY}",)}
    with pytest.raises(SweepError, match=r"CheeseCorner, DQN: .*Policy.* does not derive from .*DQNPolicy"):
        cells_of(SweepFile.of("a file", {**told, "arguments": {"size": 5}}))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--recipe", "patch=0", "extractor=own_parts:Absent"), "there is no extractor 'own_parts:Absent'"),
        (
            ("train", "--recipe", "patch=0", "extractor=own_parts:Policy"),
            "does not derive from stable-baselines3's Base",
        ),
        (("train", "--seed=-1"), "a training seed is a whole number in 0 .. 2^32-1, not -1"),
    ],
)
def test_what_cannot_be_trained_is_told_before_training_is_announced_or_a_folder_made(
    words: tuple[str, ...], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *rest = words
    assert command(name, "CheeseCorner", "--size", 5, *rest) == 2
    printed = capsys.readouterr()
    assert said in " ".join(printed.err.split())
    assert "to train" not in printed.out + printed.err
    assert not (here / "results").exists()
