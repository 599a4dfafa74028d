"""What `goalgap` offers by name: found when asked for, and doing what a user would expect."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recipes import TASK, TINY
from stable_baselines3 import PPO

import goalgap
from goalgap.agents.acting import AgentPolicy
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import folder_of
from goalgap.agents.vec_env import GoalGapVecEnv
from goalgap.files import StorageError

LAZY = {"GoalCallback", "Report", "compare", "evaluate", "load_agent", "reference", "train", "vec_env", "zoo"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trained agent."""
    return goalgap.train(TASK, TINY, seed=3, folder=tmp_path_factory.mktemp("agents") / "agent")


def loaded_by(statement: str) -> set[str]:
    """What a new process has loaded after `import goalgap` and a statement, by top name."""
    script = f"import sys, goalgap; {statement}; print(*sys.modules)"
    return {name.split(".")[0] for name in subprocess.check_output([sys.executable, "-c", script], text=True).split()}


def test_every_name_is_offered_and_found() -> None:
    assert {*LAZY, "SUITE", "task", "register", "__version__"} == set(goalgap.__all__) <= set(dir(goalgap))
    for name in goalgap.__all__:
        assert getattr(goalgap, name) is not None
    for name in LAZY:
        assert inspect.getdoc(getattr(goalgap, name))
    with pytest.raises(AttributeError, match="'goalgap' has no attribute 'evalaute'"):
        _ = goalgap.evalaute  # type: ignore[attr-defined]


def test_what_type_checkers_see_is_what_is_there() -> None:
    """The names that are imported for type checkers are those that are found at run time, from the same homes."""
    source = Path(goalgap.__file__).read_text()
    for name, home in goalgap._HOMES.items():  # type: ignore[attr-defined]
        line = next(line for line in source.splitlines() if line.strip().startswith(f"from {home} import"))
        assert name in line
        assert getattr(goalgap, name) is getattr(importlib.import_module(home, "goalgap"), name)


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("dir(goalgap)", {"torch", "stable_baselines3", "numba", "pyarrow", "pydantic", "rich"}),
        ("goalgap.reference('oracle:cheese')", {"torch", "stable_baselines3", "pyarrow"}),
        ("goalgap.Report", {"torch", "stable_baselines3"}),
        ("goalgap.evaluate('CheeseCorner', 'random', levels=3)", {"torch", "stable_baselines3"}),
        ("goalgap.train, goalgap.vec_env, goalgap.load_agent", {"torch", "stable_baselines3"}),
    ],
)
def test_what_is_not_asked_for_is_not_loaded(statement: str, absent: set[str]) -> None:
    assert not loaded_by(statement) & absent


def test_a_reference_policy_is_evaluated_by_name() -> None:
    by_name = goalgap.evaluate("CheeseCorner", "oracle:cheese", levels=5)
    task = goalgap.task("CheeseCorner")
    by_policy = goalgap.evaluate(task, goalgap.reference("oracle:cheese", task.game), levels=5)
    assert by_name.table.equals(by_policy.table)
    assert len(by_name) == 15
    report = goalgap.Report.of(by_name)
    assert report.agent == "oracle:cheese"
    assert report.main.levels == {"train": 5, "control": 5, "deploy": 5}
    assert len(goalgap.evaluate("CheeseCorner", "random", levels=5, splits=["deploy"])) == 5


def test_a_trained_agent_is_evaluated_by_its_folder_or_loaded(folder: Path) -> None:
    """Whatever stands for it, the same episodes come out, and the run says what was trained."""
    by_path = goalgap.evaluate(TASK, folder, levels=8)
    loaded = goalgap.load_agent(str(folder), TASK)
    assert by_path.table.equals(goalgap.evaluate(TASK, loaded, levels=8).table)
    assert by_path.table.equals(goalgap.evaluate(TASK, str(folder), levels=8).table)
    (run,) = by_path.runs
    assert (run.agent, run.training_seed, run.deterministic, run.reward) == ("PPO", 3, False, "cheese")
    assert run.details["recipe"] == TINY.as_data()
    likeliest = goalgap.evaluate(TASK, goalgap.load_agent(folder, TASK, sampled=False), levels=8)
    assert likeliest.runs[0].deterministic


def test_a_model_of_stable_baselines3_is_evaluated_as_it_is() -> None:
    env = goalgap.vec_env(TASK, n_envs=4)
    assert isinstance(env, GoalGapVecEnv)
    assert env.num_envs == 4
    model = PPO("MlpPolicy", env, n_steps=8, batch_size=32, device="cpu")
    episodes = goalgap.evaluate(TASK, model, levels=8)
    assert episodes.runs[0].agent == "PPO"
    assert episodes.table.equals(goalgap.evaluate(TASK, AgentPolicy("PPO", model), levels=8).table)
    assert goalgap.vec_env("ChimeBandit", 2).observation_space == goalgap.task("ChimeBandit").observation_space


def test_any_function_and_any_callable_with_a_name_is_evaluated() -> None:
    class Up:
        name = "up"
        memory: Any = None  # an attribute of its own that means nothing here

        def __call__(self, obs: Any, state: Any, episode_start: Any) -> tuple[Any, Any]:
            return np.zeros(len(obs), np.int64), state

    episodes = goalgap.evaluate("CheeseCorner", Up(), levels=4)
    assert (episodes.runs[0].agent, episodes.runs[0].reward) == ("up", "cheese")

    def still(obs: Any, state: Any, episode_start: Any) -> tuple[Any, Any]:
        return Up()(obs, state, episode_start)

    same = goalgap.evaluate("CheeseCorner", still, levels=4)
    assert same.runs[0].agent == "still"
    assert same.table["actions"].equals(episodes.table["actions"])
    with pytest.raises(TypeError, match="a function, a callable with a name, a model of stable-baselines3"):
        goalgap.evaluate("CheeseCorner", 5, levels=4)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match="no agent at nowhere"):
        goalgap.evaluate("CheeseCorner", "nowhere", levels=4)
    with pytest.raises(ValueError, match="did you mean 'CheeseCorner'"):
        goalgap.evaluate("CheeseCornr", "random", levels=4)


def test_training_goes_where_the_command_line_would_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is not done twice; a folder that the user names is never taken for another's."""
    monkeypatch.chdir(tmp_path)
    seen: list[Any] = []
    small = {"n_envs": 16, "n_steps": 16, "minibatch": 128, "steps": 512}
    made = goalgap.train(TASK, seed=1, progress=seen.append, **small)
    assert made == folder_of(Path("results"), TASK, default_recipe(TASK, **small)) / "seed-1"
    assert [progress.steps for progress in seen] == [256, 512]
    assert goalgap.train(TASK, seed=1, progress=lambda _: pytest.fail("it trained again"), **small) == made
    with pytest.raises(StorageError, match="exists already"):
        goalgap.train(TASK, TINY, folder=made)
    evolved = goalgap.train("CheeseCorner", "ARS", folder="ars", steps=500, n_envs=2, directions=2, top=1)
    assert goalgap.load_agent(evolved, "CheeseCorner").record["recipe"]["algorithm"] == "ARS"
    with pytest.raises(ValueError, match="did you mean 'steps'"):
        goalgap.train(TASK, step=5)


ASK = """
import sys, traceback
sys.modules[sys.argv[1]] = None
import goalgap
for call in (
    lambda: goalgap.train("ChimeBandit", folder="a"),
    lambda: goalgap.load_agent("agent.zip", "ChimeBandit"),
    lambda: goalgap.GoalCallback("ChimeBandit"),
):
    try:
        call()
    except Exception:
        traceback.print_exc(limit=0)
"""


@pytest.mark.parametrize("missing", ["torch", "stable_baselines3", "sb3_contrib"])
def test_what_is_not_installed_is_named(missing: str, tmp_path: Path) -> None:
    (tmp_path / "agent.zip").touch()
    done = subprocess.run(
        [sys.executable, "-c", ASK, missing], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    told = f'MissingPackageError: this needs {missing}, which is not installed: pip install "goalgap[agents]"'
    assert done.stderr.count(told) == 3, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["agent.zip"]
