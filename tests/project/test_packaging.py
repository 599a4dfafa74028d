"""The built wheel, installed into a fresh environment without torch: the environments can be made from it."""

import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

import goalgap
from goalgap.leaderboards.folders import ENTRIES

ROOT = Path(__file__).parents[2]
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Repository"]
USE = """
import sys
import gymnasium
env = gymnasium.make("goalgap:goalgap/CheeseCornerDeploy-v0")
_, info = env.reset(seed=0)
assert info["margin"] > 0
env.step(0)
assert not {"torch", "stable_baselines3"} & set(sys.modules)
print("made from", sys.modules["goalgap"].__file__)
"""


def run(*command: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that sees nothing of the checkout or of what is installed around the tests."""
    seen = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}  # with the last, every command would compile anew
    clean = {name: value for name, value in os.environ.items() if name not in seen}
    return subprocess.run([str(p) for p in command], cwd=folder, env=clean, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    with FileLock(tmp_path_factory.getbasetemp().parent / "building"):  # two workers would build in the same folder
        made = run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", out, ROOT, folder=out)
    assert made.returncode == 0, made.stdout + made.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts' folder of a new environment that holds the wheel and what its core needs, no more."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home)
    install = [sys.executable, "-m", "pip", "--python", home / "bin/python", "install", "-q", "--no-compile"]
    made = run(*install, "-c", ROOT / "constraints.txt", wheel, folder=home)
    assert made.returncode == 0, made.stderr
    return home / "bin"


def test_wheel_holds_every_module_and_what_they_read(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = [ROOT.joinpath(*name.split(".")[1:]) for name in packages]
    needed = {
        path.relative_to(ROOT) for folder in folders for path in folder.iterdir() if path.suffix in {".py", ".jinja"}
    }
    missing = {str(path) for path in needed if f"goalgap/{path}" not in held}
    assert not missing
    assert {"goalgap/py.typed", "goalgap/envs/engine/looks/sprites.txt"} <= held
    assert not [name for name in held if name.startswith(("goalgap/tests", "goalgap/leaderboards/entries"))]


def test_wheel_is_small_and_says_where_it_comes_from(wheel: Path) -> None:
    assert wheel.stat().st_size < 2**20
    told = zipfile.ZipFile(wheel).read(f"goalgap-{goalgap.__version__}.dist-info/METADATA").decode()
    for line in (f"Project-URL: Repository, {REPOSITORY}", "Classifier: Typing :: Typed", "Requires-Python: >=3.11"):
        assert f"\n{line}\n" in told
    assert f"({REPOSITORY}/blob/main/docs/index.md)" in told, "the README is shown where relative links lead nowhere"


def test_environments_are_made_from_the_wheel(fresh: Path, tmp_path: Path) -> None:
    done = run(fresh / "python", "-W", "error", "-c", USE, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(fresh.parent) in done.stdout


def test_commands_without_torch_work_and_the_others_say_what_to_install(fresh: Path, tmp_path: Path) -> None:
    listed = run(fresh / "goalgap", "list", folder=tmp_path)
    assert "CheeseCorner" in listed.stdout
    refused = run(fresh / "goalgap", "run", "CheeseCorner", folder=tmp_path)
    assert refused.returncode == 2
    assert 'pip install "goalgap[agents]"' in " ".join(refused.stderr.split())


def test_the_zoo_is_in_the_repository_alone(wheel: Path, fresh: Path, tmp_path: Path) -> None:
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".safetensors")]
    asked = run(fresh / "python", "-c", "import goalgap; goalgap.zoo.load('CheeseDish/ppo/seed-0')", folder=tmp_path)
    listed = run(fresh / "goalgap", "zoo", folder=tmp_path)
    for told in (asked.stderr, listed.stderr):
        assert f"the zoo is in {REPOSITORY}; clone it" in " ".join(told.split())


def test_an_installation_knows_how_long_training_takes(fresh: Path, tmp_path: Path) -> None:
    code = "from goalgap.sweeps.paces import elsewhere; print(sorted(elsewhere()))"
    assert run(fresh / "python", "-c", code, folder=tmp_path).stdout.strip() == str(sorted(goalgap.SUITE))


@pytest.mark.slow
def test_an_installation_keeps_entries_where_one_works(fresh: Path, tmp_path: Path) -> None:
    """It has none of its own, says where there are some, and is not written to."""
    none = run(fresh / "goalgap", "leaderboard", folder=tmp_path)
    assert none.returncode == 2
    assert f"are in {REPOSITORY}: clone it" in " ".join(none.stderr.split())
    place = "CheeseCorner/oracle-cheese"
    words = ["--kind", "reference", "--authors", "us", "--description", "known", "--command", "none", "--name"]
    made = run(fresh / "goalgap", "enter", ENTRIES / place, *words, "oracle:cheese, ours", folder=tmp_path)
    assert made.stdout == "entered: entries/CheeseCorner/oracle-cheese-ours\n", made.stderr
    for folder in ([], ["--entries", tmp_path / "entries"]):
        board = run(fresh / "goalgap", "leaderboard", *folder, folder=tmp_path)
        assert "ours" in board.stdout, board.stderr
