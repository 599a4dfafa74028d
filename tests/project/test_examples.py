"""The tutorial builds the example, and what it shows runs where the example is installed."""

from __future__ import annotations

import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from blocks import blocks, snippets
from outside import imported, registries

from goalgap.envs.engine.levels import draw_levels
from goalgap.envs.engine.task import Task

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding_an_environment.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "two_doors"


BLOCKS = blocks(PAGE)
TITLES = sorted({block.title for block in BLOCKS if block.title})
SNIPPETS = [(block.content, printed) for block, printed in snippets(BLOCKS) if not block.title and printed]
TYPED = [line for block in BLOCKS if block.language == "console" for line in block.content.splitlines()]
ERRORS = dict(re.findall(r"^\| (.*) \| `(.*)` \|$", PAGE.partition("## When something is wrong")[2], re.M))
MISTAKES = {
    "`margn` for `margin`": ("def margin(", "def margn("),
    "no `value`": ("@kernel\ndef value(", "def valued("),
    "`step` without `@kernel`": ("@kernel\ndef step(", "def step("),
    "a helper without `@kernel`": ("@kernel\ndef can_choose(", "def can_choose("),
    "`def observe(level, obs)`": ("def observe(level: Level, state: State, ", "def observe(level: Level, "),
    'a goal `"green.door"`': ('Reward("green"', 'Reward("green.door"'),
    "a proxy without its kind": (', "side-effect"', ""),
    "two rewards of one name": ('Reward("green"', 'Reward("left"'),
    "levels that cannot be drawn": ("return gap >= arguments.gap", "return gap > 99"),
}
COMMANDS = [line.removeprefix("$ goalgap ") for line in TYPED if line.startswith("$ goalgap ")]


def run(*command: object, folder: Path, path: Sequence[object] = ()) -> str:
    """What a command prints in a folder, with `path` before all else that Python imports from."""
    searched = os.pathsep.join([*map(str, path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env={**os.environ, "PYTHONPATH": searched},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example has been installed into, without a network, from a copy of its sources."""
    home = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, home / "source", ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    options = ["-q", "--no-deps", "--no-build-isolation", "--no-index", "--target", home / "installed"]
    run(sys.executable, "-m", "pip", "install", *options, home / "source", folder=home)
    return home / "installed"


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_the_page_shows_every_file_of_the_example() -> None:
    sources = [path for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".toml")]
    assert sorted(str(path.relative_to(EXAMPLE)) for path in sources if "build" not in path.parts) == TITLES


@pytest.mark.parametrize("title", TITLES)
def test_the_blocks_of_a_file_are_the_file(title: str) -> None:
    shown = "\n".join(block.content for block in BLOCKS if block.title == title)
    assert lines(shown) == lines((EXAMPLE / title).read_text(encoding="utf-8"))


def test_the_contract_on_the_page_is_the_one_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    contract = importlib.import_module("contract").contract()
    assert contract in PAGE, "run `python docs/generate.py`"
    for word in ("`Rewards`", "def sample(", "def value(", "def paint(", "def act("):
        assert word in contract


def test_every_mistake_on_the_page_is_tested() -> None:
    assert ERRORS.keys() == MISTAKES.keys()


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_as_the_page_says(mistake: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with registries(monkeypatch, tmp_path), pytest.raises((ValueError, RuntimeError)) as caught:
        draw_levels(Task.of(imported(tmp_path, MISTAKES[mistake]).GAME), [0])
    told = re.sub(r"variant_\d+", "two_doors", re.sub(r"Variant\d+", "TwoDoors", str(caught.value)))
    assert re.search(".*".join(map(re.escape, ERRORS[mistake].split("..."))), told), told


@pytest.mark.slow
def test_the_tests_of_the_example_pass(installed: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "tests" / "test_two_doors.py", tmp_path)
    passed = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path, path=[installed])
    assert int(re.findall(r"(\d+) passed", passed)[0]) > 40


@pytest.mark.parametrize(("code", "printed"), SNIPPETS, ids=range(len(SNIPPETS)))
def test_what_the_page_runs_prints_what_it_says(code: str, printed: str, installed: Path, tmp_path: Path) -> None:
    assert run(sys.executable, "-c", code, folder=tmp_path, path=[installed]).strip() == printed.strip()


def test_every_snippet_is_run() -> None:
    assert len(SNIPPETS) == len([block for block in BLOCKS if (block.language, block.title) == ("python", "")]) == 2
    assert {line for line in TYPED if not line.startswith("$ goalgap ")} == {"$ pip install -e .", "$ python -m pytest"}


TYPE = """
import shlex, sys
from goalgap.cli import main
for command in sys.argv[1:]:
    main(shlex.split(command))
    print("\f")
"""


def goalgap(commands: Sequence[str], installed: Path, folder: Path) -> list[str]:
    """What commands of GoalGap print where the example is installed, each on one line, in one new process."""
    told = run(sys.executable, "-c", TYPE, *commands, folder=folder, path=[installed])
    return [" ".join(each.split()) for each in told.split("\f")[:-1]]


def test_the_commands_on_the_page_work_one_after_the_other(installed: Path, tmp_path: Path) -> None:
    told = dict(zip([line.split()[0] for line in COMMANDS], goalgap(COMMANDS, installed, tmp_path), strict=True))
    assert list(told) == ["list", "show", "eval", "enter", "leaderboard"]
    assert "TwoDoors" in told["eval"]
    assert "two_doors/TwoDoorsControl-v0" in told["list"]
    assert "TwoDoors, deploy seed 0, margin 1.00" in told["show"]
    assert "1 oracle:green 1 of 1: green" in told["leaderboard"]


def test_the_list_of_environments_has_it(installed: Path, tmp_path: Path) -> None:
    (told,) = goalgap(["list"], installed, tmp_path)
    assert "TwoDoors green left (side-effect) A robot leaves by the green door" in told
    assert "CheeseCorner" in told


@pytest.mark.slow
def test_the_main_job_trains_in_processes_that_find_it(installed: Path, tmp_path: Path) -> None:
    """With a module to import instead of a name, as where the package has no entry point."""
    words = shlex.split("run two_doors:TwoDoors --seeds 1 --steps 2048 --levels 5 --results runs")
    told = " ".join(run(sys.executable, "-m", "goalgap", *words, folder=tmp_path, path=[installed]).split())
    assert "What the episodes went for split green left" in told
    assert len(list(tmp_path.glob("runs/TwoDoors-*/report.html"))) == 1


@pytest.mark.slow
def test_agents_that_were_trained_on_it_have_a_rank_on_a_board(installed: Path, tmp_path: Path) -> None:
    """They play again in the process itself: a worker knows the suite alone."""
    about = "--name Mine --authors us --description learned --command 'goalgap run TwoDoors'"
    commands = (
        "run TwoDoors --seeds 1 --steps 2048 --results runs",
        f"enter runs --license MIT {about} --entries board",
        "verify TwoDoors/mine --entries board",
        "leaderboard --entries board",
    )
    _, entered, verified, board = goalgap(commands, installed, tmp_path)
    assert "without a rank" not in entered
    assert "status: replayed" in verified
    assert "the same actions" in verified
    assert "1 Mine\N{DAGGER} 1 of 1:" in board
