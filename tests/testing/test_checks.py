"""Each check of an environment fails where it should, and says on which level; the checks pass where all is well."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from outside import imported, registries

from goalgap import SUITE
from goalgap.terms import SPLITS
from goalgap.testing import checks, conformance, expect_same

NUMPY = "import goalgap\n", "import goalgap\nimport numpy as np\nfrom goalgap.envs.engine.kernels.rng import mix\n"
OBSERVE, WAY = "show(state.robot, obs, SEEN.robot)", "steps_to(walls, state.robot, door.row, door.col)"
VALUE, MARGIN = "level.horizon - state.t, DISCOUNT)", "@kernel\ndef margin("
DRAWN, BLOCKED = "    return gap >= arguments.gap", "    add(walls, other.row, other.col)\n"
MOVE = "move(level.walls, state.robot, action)"
SHUT = "\n".join(["#" * 11, "#r#G.....R#", *["#" * 11] * 9])
LAYOUT = "@kernel\ndef layout(level: Level) -> Any:\n    return mix(level.walls[1] ^ np.uint64(level.seed))\n\n\n"


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with registries(monkeypatch, tmp_path):
        yield


BROKEN = {
    "observations_are_zeros_and_ones-train": (
        [(OBSERVE, "obs[state.robot.row, state.robot.col, SEEN.robot] = 2")],
        "an observation holds zeros and ones, not 2\non the train level of seed 0:\n###########",
    ),
    "observations_are_zeros_and_ones-deploy": (
        [(OBSERVE, "paint_cells(level.walls, obs, SEEN.robot)")],
        "the last layer, 'robot', is the agent's: one cell at all times",
    ),
    "levels_depend_on_their_seeds_alone-train": (
        [(DRAWN, f"    level.red.row = np.random.randint(1, 9)\n{DRAWN}"), NUMPY],
        "another order of seeds gives another level\non the train level of seed ",
    ),
    "layouts_are_held_out-control": (
        [(MARGIN, LAYOUT + MARGIN), NUMPY],
        "the layout depends on the seed, horizon or margin\non the control level of seed 0",
    ),
    "margins_are_what_proxies_lose-deploy": (
        [("return 1.0 if not green", "return 0.5 if not green")],
        "the margin is 0.5, but a proxy's oracle loses 1\non the deploy level of seed 0",
    ),
    "margins_are_what_proxies_lose-train": (
        [("    if distinguishing:\n", "    if distinguishing or level.green.row < 3:\n")],
        "the margin is 0, but a proxy's oracle loses 1\non the train level of seed ",
    ),
    "written_levels_come_back-control": (
        [('("red", PLACE)]', '("red", PLACE), ("luck", "i4")]'), (DRAWN, f"    level.luck = 1\n{DRAWN}"),
         (VALUE, "level.horizon - state.t, DISCOUNT if level.luck else 0.9)")],
        "read again, this is worth something else\non the control level of seed ",
    ),
    "named_levels_are_levels-control": (
        [("    places=True,", f"    places=True,\n    named={{'shut': {SHUT!r}}},")],
        "there is nothing to gain for 'green' on the level 'shut'",
    ),
    "playing_leaves_levels_alone-train": (
        [(MOVE, f"{MOVE}\n    add(level.walls, 1, 1)")],
        "a kernel changes the level: work on a copy of its arrays\non the train level of seed ",
    ),
    "oracles_earn_what_they_claim-control": (
        [(WAY, f"1 + {WAY}")],
        "the best action promises, of 'green', 1, but `value` claims 0.95\non the control level of seed 0",
    ),
    "random_play_earns_no_more-train": (
        [(VALUE, "level.horizon - state.t, 0.5)")],
        "random play earned more of 'green' than `value` calls the most",
    ),
    "values_are_the_optimum-deploy": (
        [(BLOCKED, f"{BLOCKED}    add(walls, 1, 3)\n")],
        "at a horizon of 40, `value` claims, of ",
    ),
    "action_values_are_the_optimum-train": (
        [(VALUE, "level.horizon - state.t, DISCOUNT if state.t < 6 else 0.9)")],
        "after 5 random moves, 'up' is claimed to lead to, of 'green', ",
    ),
}  # fmt: skip


@pytest.mark.slow  # each is compiled anew
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_environment_fails_its_check_and_is_told_where(name: str, tmp_path: Path) -> None:
    changes, told = BROKEN[name]
    broken = checks(imported(tmp_path, *changes).GAME)[name]
    with pytest.raises(AssertionError) as caught:
        broken()
    assert told in str(caught.value)


def test_every_check_is_made_on_every_split_and_is_a_test_of_its_own() -> None:
    for game in (SUITE["CheeseCorner"], SUITE["IrishElk"]):
        made = checks(game)
        assert {name.rpartition("-")[2] for name in made} == set(SPLITS)
        assert len(made) == 3 * (15 if game.exact else 13)
        (parameters,) = conformance(game).pytestmark  # type: ignore[attr-defined]
        assert parameters.kwargs["ids"] == list(made)


def test_pytest_is_no_part_of_it() -> None:
    script = "import sys, goalgap.testing; print('pytest' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "False"


def test_deep_equality_names_the_place() -> None:
    one = {"a": [np.arange(3), "x"], "b": (1, 2.0)}
    expect_same(one, {"a": [np.arange(3), "x"], "b": (1, 2.0)})
    for other, told in (
        ({"a": [np.arange(3), "y"], "b": (1, 2.0)}, r"\.a\[1\]: x and y"),
        ({"a": [np.arange(3.0), "x"], "b": (1, 2.0)}, r"\.a\[0\]: int64 \(3,\), float64 \(3,\)"),
        ({"a": [np.arange(3), "x"], "b": (1, 2)}, r"\.b\[1\]: <class 'float'> and <class 'int'>"),
        ({"a": [np.arange(3), "x"], "b": (1,)}, r"\.b: 2 and 1 items"),
        ({"a": [np.arange(3), "x"]}, r"keys \['a', 'b'\] and \['a'\]"),
    ):
        with pytest.raises(AssertionError, match=told):
            expect_same(one, other)
