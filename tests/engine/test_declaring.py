"""What a newcomer gets wrong has an error that names it, as soon as the environment is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from outside import imported, registries

MISSPELT = """TwoDoors has a kernel 'margn' that is not in the contract and that no other kernel calls; \
the contract has sample, step, observe, value, margin, layout, paint, distinguishes, act; did you mean 'margin'?"""
STEP = "def step(level: Level, state: State, action: int, rewards: Rewards) -> bool:"
PARAMETERS = """TwoDoors.step(level, state, rewards) has other parameters than the contract says: \
(level, state, action, rewards)"""
GREEN = 'Reward("green", "intended", "leave by the green door", DISCOUNT),'
KINDS = "choose from side-effect, instrumental, approximate, deceptive"
WITHOUT_MAZE = (
    ("class DoorsArguments(Maze):", "class DoorsArguments(Base):"),
    ("import goalgap\n", "import goalgap\nfrom goalgap.envs.engine.arguments import Arguments as Base\n"),
)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with registries(monkeypatch, tmp_path):
        yield


def complaint(folder: Path, *changes: tuple[str, str]) -> str:
    """What the example says on import, with its source changed; the name of its module is left out."""
    with pytest.raises(ValueError, match=r"\w") as caught:
        imported(folder, *changes)
    return re.sub(r"variant_\d+|Variant\d+", "TwoDoors", str(caught.value))


def test_the_example_itself_is_declared_without_complaint(tmp_path: Path) -> None:
    assert imported(tmp_path).GAME.kernels["paint"].__module__.startswith("variant_")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("def margin(", "def margn(", MISSPELT),
        ("def observe(", "def _observe(", "did you mean 'observe'?"),
        ("@kernel\ndef value(", "def value(", "TwoDoors.value is a kernel: mark it with @kernel"),
        (
            "@kernel\ndef can_choose",
            "def can_choose",
            "TwoDoors.sample uses can_choose, which is none: mark it with @kernel",
        ),
        (STEP, STEP.replace("action: int, ", ""), PARAMETERS),
        (STEP, STEP.replace("action", "move"), "TwoDoors.step(level, state, move, rewards) has other parameters"),
        ("places=True", "exact=False", "no kernel act(level, state, goal): The action of a goal's reference policy"),
    ],
)
def test_a_kernel_that_is_wrong_is_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert told in complaint(tmp_path, (old, new))


@pytest.mark.parametrize(
    ("kernel", "task"), [("sample", "Draw a level"), ("step", "Play one"), ("observe", "Draw what")]
)
def test_a_kernel_that_is_missing_is_named_with_what_it_is_for(kernel: str, task: str, tmp_path: Path) -> None:
    gone = (f"@kernel\ndef {kernel}(", f"def not_{kernel}(")
    assert f"TwoDoors has no kernel {kernel}(level, " in complaint(tmp_path, gone)
    assert f"): {task}" in complaint(tmp_path, gone)


def test_a_layout_of_a_grid_is_its_walls_and_others_must_say(tmp_path: Path) -> None:
    assert "TwoDoors has no kernel layout(level): 64 bits that depend" in complaint(tmp_path, *WITHOUT_MAZE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('Reward("green"', 'Reward("green.door"', "'green.door' is no name: take letters, digits, '_' and '-'; '.'"),
        ('Reward("left"', 'Reward("left:door"', "'left:door' is no name"),
        ('Reward("left"', 'Reward("green"', "declares the reward or event 'green' twice"),
        (GREEN, f"{GREEN} {GREEN.replace('green', 'other', 1)}", "needs exactly one intended goal"),
        ('"side-effect"', '"sideeffect"', f"kind of the proxy 'left' of TwoDoors 'sideeffect': {KINDS}; did you mean"),
        (', "side-effect"', "", f"unknown kind of the proxy 'left' of TwoDoors '': {KINDS}"),
        ("DISCOUNT = 0.95", "DISCOUNT = 95", "the discount of 'green' is in (0, 1], not 95"),
        ("actions=MOVES", 'actions=("up", "up")', "declares the action 'up' twice"),
        ("places=True", 'oversight="thefft"', "unknown event that is watched for in TwoDoors 'thefft'"),
        ("layers=SEEN", "layers=()", "needs either layers, if it is a grid, or signals and a board"),
        ('pictures={"green"', 'pictures={"gren"', "picture of its own 'gren': choose from wall, green, red, robot"),
        ("oEEEEEEEEEEEEEEo", "oEEEEEEEEEEEEEo", "the picture of 'green': line 2 has 15 letters, and needs 16"),
        ("oEEEEEEEEEEEEEEo", "oEEEEEEE?EEEEEEo", "the picture of 'green': unknown letter in line 2 '?'"),
        ('red="R"', 'red="G"', "each glyph stands for one thing"),
        ('red="R"', 'red="."', "a glyph is one character, and not '.', which is the floor"),
        ('red="R"', 'red=""', "no glyph stands for 'red'"),
    ],
)
def test_a_declaration_that_is_wrong_is_named(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert told in complaint(tmp_path, (old, new))


def test_an_environment_without_a_story_is_refused(tmp_path: Path) -> None:
    story = imported(tmp_path).__doc__
    assert "has no docstring: it is the environment's story" in complaint(tmp_path, (f'"""{story}"""', ""))


def test_the_name_of_an_environment_is_letters_and_digits(tmp_path: Path) -> None:
    told = complaint(tmp_path, ("name=", 'name="Two Doors" or '))
    assert told == "the name of an environment is letters and digits, not 'Two Doors'"
