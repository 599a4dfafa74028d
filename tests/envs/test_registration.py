"""Environments from outside: registered once, then found by name, by id, by module and by entry point."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path

import gymnasium
import pytest
from outside import imported, registries, variant

import goalgap
from goalgap import envs
from goalgap.envs import SUITE, find, ids, known, register, task
from goalgap.envs.engine.faces.single import GoalGapEnv
from goalgap.envs.engine.faces.vector import GoalGapVectorEnv
from goalgap.terms import SPLITS

UNREGISTERED = ("goalgap.register(GAME)\n", "")


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with registries(monkeypatch, tmp_path):
        yield


@pytest.fixture
def entry_points(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """What installed packages declare, to be filled in; it has not been loaded yet."""
    points: list[EntryPoint] = []
    monkeypatch.setattr(envs, "entry_points", lambda group: [point for point in points if point.group == group])
    envs._load_installed.cache_clear()
    yield points
    envs._load_installed.cache_clear()


def point(module: str, name: str = "Variant") -> EntryPoint:
    return EntryPoint(name, f"{module}:GAME", "goalgap.environments")


def test_a_registered_environment_is_found_like_those_of_the_suite(tmp_path: Path) -> None:
    game = imported(tmp_path).GAME
    assert known()[game.name] is game
    assert game.name not in SUITE
    assert list(known())[: len(SUITE)] == list(SUITE)
    assert find(game.name) == (game, "train")
    for split, env_id in ids(game).items():
        assert env_id.startswith(f"{game.module}/{game.name}")
        assert find(env_id) == (game, split)
        assert task(env_id, size=7) == task(game.name, split=split, size=7)
        single, vector = gymnasium.make(env_id, size=5), gymnasium.make_vec(env_id, num_envs=3, size=5)
        assert isinstance(single.unwrapped, GoalGapEnv)
        assert isinstance(vector, GoalGapVectorEnv)
        assert single.unwrapped.task == vector.task == task(env_id, size=5)


def test_the_suite_goes_through_the_same_door() -> None:
    assert {name: game for name, game in known().items() if name in SUITE} == SUITE
    for game in SUITE.values():
        assert gymnasium.spec(game.id).kwargs == {"game": f"{game.module}:{game.name}", "split": "train"}


def test_gymnasium_imports_the_module_before_the_colon(tmp_path: Path) -> None:
    module = variant(tmp_path)
    env = gymnasium.make(f"{module}:{module}/{module.title().replace('_', '')}Deploy-v0")
    assert env.unwrapped.task.split == "deploy"
    assert env.reset(seed=0)[1]["margin"] > 0


@pytest.mark.parametrize("changes", [(), (UNREGISTERED,)], ids=["registered", "not registered"])
def test_a_module_before_the_colon_is_imported_and_its_environment_registered(changes, tmp_path: Path) -> None:
    module = variant(tmp_path, *changes)
    name = module.title().replace("_", "")
    game, split = find(f"{module}:{name}")
    assert (game, split) == (import_module(module).GAME, "train")
    assert find(f"{module}:{ids(game)['control']}") == (game, "control")
    assert find(name) == (game, "train")


def test_another_process_finds_it_in_its_module(tmp_path: Path) -> None:
    """From a pickled task or from a spec, neither of which it has heard of, whether or not its module registers it."""
    game = imported(tmp_path, UNREGISTERED).GAME
    register(game)
    made = [pickle.dumps(task(game.name, split="deploy")), gymnasium.spec(game.id).to_json().encode()]
    script = (
        "import pickle, sys, gymnasium, goalgap; from gymnasium.envs.registration import EnvSpec\n"
        f"print(pickle.loads({made[0]!r}).game.name, EnvSpec.from_json({made[1]!r}.decode()).make().unwrapped.task)"
    )
    told = subprocess.check_output([sys.executable, "-c", f"import sys; sys.path.append({str(tmp_path)!r})\n{script}"])
    assert told.decode().startswith(f"{game.name} Task({game.id}, split=train")


def test_registering_again_is_harmless(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    game = imported(tmp_path).GAME
    before = dict(known()), dict(gymnasium.registry)
    register(game, game, SUITE["CheeseCorner"])
    register()
    assert (dict(known()), dict(gymnasium.registry)) == before
    assert not recwarn.list


def test_another_environment_of_that_name_is_refused_and_both_modules_are_named(tmp_path: Path) -> None:
    first = imported(tmp_path).GAME
    second = variant(tmp_path, name=first.name)
    with pytest.raises(ValueError, match=f"{second} and {first.module} both declare '{first.name}': one needs another"):
        import_module(second)
    assert known()[first.name] is first
    third = variant(tmp_path, name="CheeseCorner")
    with pytest.raises(ValueError, match=f"{third} and goalgap.envs.cheese_corner both declare 'CheeseCorner'"):
        import_module(third)
    assert not [env_id for env_id in gymnasium.registry if env_id.startswith((second, third))]


def test_an_id_that_is_anothers_is_refused(tmp_path: Path) -> None:
    """The control split of one would be the training split of the other."""
    first = imported(tmp_path).GAME
    change = "namespace=", f'namespace="{first.namespace}" or '
    second = variant(tmp_path, change, name=f"{first.name}Control")
    with pytest.raises(ValueError, match=f"both declare '{first.namespace}/{first.name}Control-v0'"):
        import_module(second)


def test_the_namespace_of_the_suite_is_its_own(tmp_path: Path) -> None:
    module = variant(tmp_path, ("namespace=", 'namespace="goalgap" or '))
    with pytest.raises(ValueError, match=f"is not of the suite.*'goalgap': declare another, such as .*'{module}'"):
        import_module(module)


def test_an_environment_is_held_by_its_module_under_one_name(tmp_path: Path) -> None:
    """Else a pickle, and every process that trains, would find another one or none."""
    with pytest.raises(ValueError, match=r"variant_\d+ must hold Variant\d+ as `GAME`, where other processes look"):
        imported(tmp_path, ("GAME = Game(", "OTHER = Game("), ("register(GAME)", "register(OTHER)"))


def test_a_module_that_is_not_there_and_one_that_is_broken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no module 'two_dors' to import environments from: is its package installed"):
        find("two_dors:TwoDoors")
    with pytest.raises(ValueError, match=r"no module 'goalgap\.nothing' to import"):
        find("goalgap.nothing:TwoDoors")
    broken = variant(tmp_path, ("import goalgap\n", "import goalgap, no_such_package\n"))
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        find(f"{broken}:Broken")


def test_an_installed_package_is_known_by_its_entry_point(entry_points: list[EntryPoint], tmp_path: Path) -> None:
    module = variant(tmp_path, UNREGISTERED)
    entry_points += [point(module), EntryPoint("other", "no:such", "other.group")]
    assert find("CheeseCorner") == (SUITE["CheeseCorner"], "train")
    assert module not in sys.modules, "nothing is loaded while the suite has the name"
    name = module.title().replace("_", "")
    assert find(f"{module}/{name}Deploy-v0") == (sys.modules[module].GAME, "deploy")
    assert name in known()
    with pytest.raises(ValueError, match=f"unknown environment 'Varian': choose from CheeseCorner, .*, {name}"):
        find("Varian")


def test_a_package_that_cannot_be_loaded_does_no_harm_to_others(entry_points, tmp_path: Path) -> None:
    broken, good = variant(tmp_path, ("import goalgap\n", "import goalgap, no_such_package\n")), variant(tmp_path)
    entry_points += [point(broken, "Broken"), point(good)]
    with pytest.warns(UserWarning, match=rf"Broken \({broken}:GAME\) cannot be loaded: No module named 'no_such"):
        assert len(known()) == len(SUITE) + 1


def test_the_public_name(tmp_path: Path) -> None:
    assert goalgap.register is register
    assert set(SPLITS) == set(ids(imported(tmp_path).GAME))
