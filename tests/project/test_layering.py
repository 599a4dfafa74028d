"""Who imports whom: the imports are read from the sources and held to one table."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import goalgap

ROOT = Path(goalgap.__file__).resolve().parent
GROUND = {
    "choices",
    "extras",
    "files",
    "importing",
    "terms",
    "provenance",
    "pursuit",
    "__version__",
}  # import nothing of ours, and all may import them
MAY_IMPORT = {  # the longest path that fits a file counts
    **{name: set[str]() for name in ("choices", "extras", "files", "importing", "terms", "provenance", "pursuit")},
    "envs": {"envs"},
    "agents": {"agents", "envs"},
    "agents/sight.py": {"agents", "eval", "envs"},  # agents are evaluated while they learn
    "agents/bundles": {"agents", "eval/table", "envs"},  # manifests are records, as those of tables are
    "eval": {"eval", "envs"},
    "eval/table": {"eval/table"},  # tables are read, scored and judged without environments
    "eval/measures": {"eval/measures", "eval/table"},
    "eval/suite.py": {"eval/measures", "eval/table", "eval/report.py"},
    "eval/report.py": {"eval/measures", "eval/table", "eval/saving.py", "eval/show"},  # both when they are asked for
    "eval/play": {"eval/play", "eval/measures", "eval/table", "envs"},
    "leaderboards": {
        "leaderboards",
        "eval",
        "envs",
        "agents/reference.py",  # whose episodes nobody else plays
        "agents/records.py",  # what agents that were made to forget are called
        "agents/bundles/manifest.py",
        "agents/reading/errors.py",  # what entries hold of agents
    },
    "leaderboards/agents.py": {"leaderboards", "isolation", "eval", "envs", "agents"},  # where agents play again
    "testing": {"testing", "envs"},
    "testing/known/judging.py": {"testing", "envs", "eval"},  # where known agents meet the measurement
    "players": {"eval", "agents", "envs"},  # where agents and evaluation meet
    "asking": {"players", "eval", "agents", "envs"},  # agents that ask the oracle of the game that they play
    "zoo": {"leaderboards", "players", "eval/table", "agents", "envs"},  # agents of entries, by name
    "api": {"players", "eval", "agents", "envs"},
    "isolation": {"isolation", "players", "eval", "agents", "envs"},
    "hub": {"hub", "agents/bundles", "agents/records.py", "agents/reading/errors.py", "eval", "envs"},
    "sweeps": {"sweeps", "leaderboards", "players", "eval", "agents", "envs"},
    "cli": {"api", "asking", "hub", "isolation", "players", "leaderboards", "zoo", "eval", "agents", "envs"}
    | {"cli", "sweeps"},
    "__main__": {"cli"},
    "__init__": {"envs", "api", "players", "agents", "eval", "zoo"},
}
HEAVY = {"torch", "stable_baselines3", "sb3_contrib"}
FOLDERS = [name for name in MAY_IMPORT if (ROOT / name).is_dir() and "/" not in name]
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")) + sorted(ROOT.glob("*.py"))
USERS = ("tests", "benchmarks", "docs", "examples")
OUTSIDE = sorted(path for folder in USERS for path in (ROOT / folder).rglob("*.py"))
every_source = pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))


def imports(path):
    """Absolute names of what a file imports, wherever in the file; our own begin with `goalgap.`."""
    package = ("goalgap", *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            whole = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{whole}.{each.name}" for each in node.names)


def ours(path):
    """What a file imports of the package, as tuples of folders and names."""
    return [tuple(name.split(".")[1:]) for name in imports(path) if name.split(".")[0] == "goalgap"]


def test_the_table_has_every_folder():
    code = {path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("build", ".venv")}
    assert code == set(FOLDERS)
    assert {path.stem for path in ROOT.glob("*.py")} == {room for room in MAY_IMPORT if "/" not in room} - code
    assert len(SOURCES) > 30


@every_source
def test_layers(path):
    own = path.relative_to(ROOT).as_posix()
    room = max((room for room in MAY_IMPORT if lies_in(own, room) or own == f"{room}.py"), key=len)
    for name in ours(path):
        allowed = any(lies_in("/".join(name), other.removesuffix(".py")) for other in MAY_IMPORT[room] | GROUND)
        assert allowed, f"{own} must not import {'.'.join(name)}"


def lies_in(path, room):
    return path == room or path.startswith(f"{room}/")


def test_every_room_of_the_table_exists():
    for room in MAY_IMPORT:
        assert (ROOT / room).exists() or (ROOT / f"{room}.py").exists(), room


@every_source
def test_imports_inside_the_package_are_relative(path):
    """So that tools can follow them, and no folder is imported under another name."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
        assert not {name.split(".")[0] for name in names} & {"goalgap", *FOLDERS}


def test_tests_docs_and_benchmarks_import_the_package_by_its_name():
    for path in OUTSIDE:
        for name in imports(path):
            assert name.split(".")[0] not in FOLDERS, f"{path.name} imports {name} bare"


@every_source
def test_environments_and_evaluation_know_no_learning_library(path):
    if path.relative_to(ROOT).parts[0] in ("envs", "eval", "leaderboards"):
        assert not {name.split(".")[0] for name in imports(path)} & HEAVY


def test_environments_do_not_know_each_other():
    """An environment imports the engine, its board and the ground, and the engine imports no environment."""
    for path in (ROOT / "envs").rglob("*.py"):
        if path != ROOT / "envs" / "__init__.py":
            assert all(
                name[:2] in (("envs", "engine"), ("envs", "boards")) or name[0] in GROUND for name in ours(path)
            ), path.name


def test_what_reads_agents_does_not_know_what_writes_them():
    written = {("agents", "training"), ("agents", "seeds"), ("agents", "evolution"), ("agents", "callbacks")}
    for module in ("loading", "records", "recipes", "reference", "vec_env"):
        assert not {name[:2] for name in ours(ROOT / "agents" / f"{module}.py")} & written, module


def test_the_package_list_is_the_folders():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    folders = {path.parent for path in files if path.suffix in (".py", ".jinja")}
    names = {".".join(["goalgap", *folder.relative_to(ROOT).parts]) for folder in folders}
    assert set(listed) == {"goalgap", *names}
    assert len(listed) == len(set(listed))


def loaded_by(statement):
    """Modules that a new process has loaded after a statement."""
    script = f"import sys, gymnasium\nbefore = set(sys.modules)\n{statement}\nprint(*(set(sys.modules) - before))"
    return set(subprocess.check_output([sys.executable, "-c", script], text=True, cwd="/").split())


def test_importing_goalgap_brings_little():
    tops = {name.split(".")[0] for name in loaded_by("import goalgap")}
    assert not tops & {*HEAVY, "numba", "pyarrow", "pydantic", "tyro", "rich", "jinja2", "pandas", "scipy", "PIL"}


def test_making_an_environment_brings_no_learning_library():
    statement = "import goalgap; gymnasium.make('goalgap/CheeseCorner-v0').reset()"
    tops = {name.split(".")[0] for name in loaded_by(statement)}
    assert "numba" in tops
    assert not tops & {*HEAVY, "pyarrow", "pydantic", "tyro"}


def test_commands_and_evaluation_start_without_what_only_some_need():
    """So that a command that trains nothing loads no learning library; what needs one imports it where it is used."""
    loaded = loaded_by("import goalgap.cli, goalgap.agents.algorithms, goalgap.api")
    parts = ("agents.recipes", "agents.records", "agents.reference", "eval.play.rollout", "eval.show.html")
    assert loaded >= {f"goalgap.{part}" for part in (*parts, "leaderboards.board")}
    assert not {name.split(".")[0] for name in loaded} & {*HEAVY, "numba", "scipy"}


def test_a_table_is_read_and_judged_without_loading_any_kernel():
    loaded = loaded_by("import goalgap.eval.table.episodes, goalgap.eval.report")
    assert "goalgap.eval.measures.verdict" in loaded
    assert not {name for name in loaded if name.split(".")[0] == "numba"}
    assert not {name for name in loaded if name.startswith("goalgap.eval.play")}
