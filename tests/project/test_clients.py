"""The page of other programs shows what was tried, by scripts that pin what they try."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"[\w-]+(\[[\w,]+\])?==[\w.]+")


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("clients")


def test_the_page_is_what_was_tried(runner: Any) -> None:
    shown = runner.PAGE.read_text(encoding="utf-8")
    assert shown == runner.page(runner.kept()), "run `python benchmarks/clients.py`"


def test_every_client_was_tried_in_the_versions_that_its_script_pins(runner: Any) -> None:
    assert runner.kept().keys() == runner.clients().keys()
    for name, client in runner.clients().items():
        compile(client.path.read_text(encoding="utf-8"), client.path.name, "exec")
        pinned = [*client.head["dependencies"], *client.alone]
        assert pinned
        assert all(PINNED.fullmatch(each) for each in pinned), name
        assert client.told["name"]
        assert runner.kept()[name]["script"] == client.digest, f"run `python benchmarks/clients.py {name}`"


def test_what_failed_says_why(runner: Any) -> None:
    client = runner.Client(runner.FOLDER / "zoo.py")
    assert runner.outcome(client, {"result": "fails", "told": "No | such"}) == ("fails", "`No \\| such`")
    verdict, recipe = runner.outcome(client, {"result": "works", "told": ""})
    assert verdict == "works with this recipe"
    assert recipe.startswith("`--gym-packages goalgap`")


def test_scripts_without_pins_are_refused(runner: Any, tmp_path: Path) -> None:
    (tmp_path / "bare.py").write_text("import gymnasium\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bare\.py has no head that pins its versions"):
        runner.Client(tmp_path / "bare.py").head  # noqa: B018
