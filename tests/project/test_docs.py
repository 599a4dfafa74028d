"""The committed pages and pictures are those that the code makes now."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from goalgap.envs import SUITE
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.looks.png import png

DOCS = Path(__file__).parents[2] / "docs"
SECTIONS = [
    "Description", "Intended goal", "Proxy goals", "Splits", "Action Space", "Observation Space", "Rewards",
    "Starting State", "Episode End", "Arguments", "Reference results", "Version History", "References",
]  # fmt: skip


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module("generate")


def test_committed_pages_are_up_to_date(generate: ModuleType) -> None:
    stale = [str(path.relative_to(DOCS.parent)) for path in generate.stale(generate.contents())]
    assert not stale, f"run `python docs/generate.py`: stale are {', '.join(stale)}"


@pytest.mark.parametrize("game", SUITE.values(), ids=list(SUITE))
def test_a_page_has_every_section_and_none_is_empty(game: Game) -> None:
    page = (DOCS / "environments" / f"{game.name}.md").read_text(encoding="utf-8")
    parts = page.split("\n## ")[1:]
    assert [part.split("\n", 1)[0] for part in parts] == SECTIONS
    assert all(part.split("\n", 1)[1].strip() for part in parts)
    assert game.kernels["sample"].__doc__
    assert game.kernels["step"].__doc__
    assert game.exact or game.kernels["act"].__doc__


def test_what_changed_is_noticed_and_written_again(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    image = np.zeros((2, 2, 3), np.uint8)
    docs = tmp_path / "docs"
    made = {docs / "index.md": "# list\n", docs / "environments" / "a.png": image}
    monkeypatch.setattr(generate, "DOCS", docs)
    monkeypatch.setattr(generate, "contents", lambda: made)
    assert generate.main(["--check"]) == 1
    assert not docs.exists()
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    (docs / "environments" / "a.png").write_bytes(png(image + 1))
    (docs / "environments" / "gone.md").write_text("left over")
    capsys.readouterr()
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out.split() == ["stale", "docs/environments/a.png", "stale", "docs/environments/gone.md"]
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert generate.main(["--chekc"]) == 2


def test_a_moving_picture_is_of_the_first_levels_and_stale_when_another_agent_is_entered(
    generate: ModuleType, tmp_path: Path
) -> None:
    motion, other = (generate.in_motion(SUITE[name]) for name in ("ChimeBandit", "CheeseCorner"))
    assert motion.episodes.column("level_seed").tolist() == [0, 1, 2, 0, 1, 2]
    (tmp_path / "a.gif").write_bytes(motion.gif())
    assert motion.is_shown_by(tmp_path / "a.gif")
    assert not other.is_shown_by(tmp_path / "a.gif")
    assert (tmp_path / "a.gif").stat().st_size < 300_000
