"""Write the documentation of the environments: `python docs/generate.py`; with `--check`, only say what is stale.

Pictures are compared by their pixels, since the packed bytes differ between versions of zlib, and moving ones by the
scenes that they were drawn from.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import fields
import numpy as np
import results
from alphas import alphas_of
from constants import constants
from contract import contract
from motion import Motion, in_motion
from numpy.typing import NDArray
from pages import filled, index, page, readme

from goalgap.agents.bundles.manifest import Bundle
from goalgap.envs import SUITE
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.looks.art import paint
from goalgap.envs.engine.looks.canvas import enlarge
from goalgap.envs.engine.looks.goals import PAPER
from goalgap.envs.engine.looks.png import pixels, png
from goalgap.envs.engine.looks.sprites import sprite
from goalgap.envs.engine.parse import parse
from goalgap.envs.engine.task import Task
from goalgap.leaderboards import board
from goalgap.terms import SPLITS

DOCS = Path(__file__).parent
TUTORIAL = DOCS / "adding_an_environment.md"
SCHEMA = DOCS / "guide" / "bundle.schema.json"
MITIGATIONS = DOCS / "guide" / "mitigations.md"
FIELDS = DOCS / "guide" / "report_json.md"
README = DOCS.parent / "README.md"
BOARD = DOCS.parent / "leaderboards" / "README.md"
LEVELS, GAP = 3, 16

Image = NDArray[np.uint8]
Content = str | Image | Motion


def contents() -> dict[Path, Content]:
    """Every generated file with what must be in it, text or pixels."""
    made: dict[Path, Content] = {DOCS / "index.md": index()}
    made[TUTORIAL] = filled(TUTORIAL.read_text(encoding="utf-8"), "contract", contract())
    listed = filled(FIELDS.read_text(encoding="utf-8"), "report", fields.report_fields())
    made[MITIGATIONS] = filled(MITIGATIONS.read_text(encoding="utf-8"), "constants", constants())
    made[FIELDS] = filled(listed, "columns", fields.columns())
    made[SCHEMA] = json.dumps(Bundle.model_json_schema(), indent=2) + "\n"
    if results.entered():
        made[README] = readme(README.read_text(encoding="utf-8"))
        made[BOARD] = board.markdown(results.board())
        made[DOCS / "picture.png"] = results.picture()
    folder = DOCS / "environments"
    for game in SUITE.values():
        made[folder / f"{game.name}.md"] = page(game)
        if results.curves_of(game):
            made[folder / f"{game.name}-curves.svg"] = results.curves_of(game)
        if curve := alphas_of(game):
            made[folder / f"{game.name}-alphas.svg"] = curve
        if motion := in_motion(game):
            made[folder / f"{game.name}-agent.gif"] = motion
        made |= {folder / f"{game.name}-{split}.png": levels(Task.of(game, split)) for split in SPLITS}
        made |= {folder / f"{game.name}-{name}.png": named(game, name) for name in game.named}
        made |= {folder / "icons" / f"{thing}.png": icon(thing) for thing in game.things}
    return made


def levels(task: Task) -> Image:
    """The first levels of a split, side by side."""
    batch = Batch.of(task, np.arange(LEVELS))
    pictures = [task.game.art.rgb(scene) for scene in batch.scenes()]
    gap = np.full((len(pictures[0]), GAP, 3), PAPER, np.uint8)
    return np.concatenate([part for picture in pictures for part in (gap, picture)][1:], axis=1)


def named(game: Game, name: str) -> Image:
    """A level that has a name."""
    task = Task.of(game)
    return game.art.rgb(Batch.on(task, parse(task, name)).scenes()[0])


def icon(thing: str) -> Image:
    """One cell that holds one thing, 32 x 32 pixels."""
    return enlarge(paint(np.ones((1, 1, 1), np.uint8), {thing: sprite(thing)}), 2)


def stale(made: dict[Path, Content]) -> list[Path]:
    """Generated files that are missing or differ, and files in their folders that nothing generates."""
    there = {path for path in (DOCS / "environments").rglob("*") if path.is_file()}
    return sorted([path for path, content in made.items() if not _same(path, content)] + list(there - made.keys()))


def _same(path: Path, content: Content) -> bool:
    if not path.exists():
        return False
    if isinstance(content, Motion):
        return content.is_shown_by(path)
    if isinstance(content, str):
        return path.read_bytes() == content.encode()
    return np.array_equal(pixels(path.read_bytes()), content)


def write(made: dict[Path, Content]) -> list[Path]:
    """Bring the stale files up to date and take away those that nothing generates; returns them."""
    changed = stale(made)
    for path in changed:
        if path not in made:
            path.unlink()
            continue
        content = made[path]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_packed(content))
    return changed


def _packed(content: Content) -> bytes:
    if isinstance(content, Motion):
        return content.gif()
    return content.encode() if isinstance(content, str) else png(content)


def main(arguments: list[str]) -> int:
    """Write or check; 1 where the check finds something stale."""
    if arguments not in ([], ["--check"]):
        print(f"unknown arguments {' '.join(arguments)}: allowed is --check", file=sys.stderr)
        return 2
    changed = stale(contents()) if arguments else write(contents())
    for path in changed:
        print(f"{'stale' if arguments else 'wrote'} {path.relative_to(DOCS.parent)}")
    return 1 if arguments and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
