"""`goalgap list` and `goalgap show`: what environments there are, and what their levels look like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import zip_longest
from typing import Annotated, Any

import numpy as np
import tyro
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import envs
from ..choices import choose
from ..envs.engine.arguments import allowed
from ..envs.engine.batch import Batch
from ..envs.engine.game import Game
from ..envs.engine.looks import png as picture
from ..envs.engine.looks.art import Scene
from ..envs.engine.parse import parse
from ..envs.engine.task import Task
from ..eval.show import terminal
from ..eval.show.tables import Section, columns, row
from ..files import write_whole
from ..terms import SPLITS, Split
from .exports import TableFiles, Tables
from .options import Environment, OptionalPath, Options, Shared, optional
from .saying import output, say


def list_environments(
    environment: Annotated[str | None, tyro.conf.Positional, optional("[ENV]")] = None,
    export: TableFiles = Tables(),  # noqa: B008
) -> None:
    """List the environments, or tell all about one.

    Args:
        environment: name or id; all of them, briefly, if left out.
    """
    if environment is not None and export.given:
        raise ValueError(f"--{next(iter(export.given))} is of the list of environments: leave out {environment}")
    export.check()
    console = output()
    if environment is None:
        listed = _listed()
        console.print(terminal.table(listed))
        export.write(console, [listed])
    else:
        _describe(console, envs.task(environment))


def _listed() -> Section:
    """All environments with their goals."""
    rows = []
    for game in envs.known().values():
        proxies = ", ".join(f"{proxy.name} ({proxy.kind})" for proxy in game.proxies)
        rows.append(row(game.name, game.intended.name, proxies, game.summary))
    heads = columns("environment", "intended goal", "proxy goal", "story")
    return Section("environments", "Environments", "", heads, tuple(rows))


def _describe(console: Console, task: Task) -> None:
    game = task.game
    console.print(_reflowed(game.story), end="\n\n")
    facts = Table(box=None, pad_edge=False, show_header=False)
    for split, id in envs.ids(game).items():
        facts.add_row(split, id)
    for goal in game.rewards:
        facts.add_row(f"{goal.role} {goal.kind}".strip(), f"{goal.name}: {goal.blurb}")
    for event in game.events:
        facts.add_row("event", f"{event.name}: {event.blurb}")
    for name in game.named:
        facts.add_row("level", name)
    for name, help, values, usual in _arguments(task):
        facts.add_row(name, f"{help}: {values} (standard: {usual})")
    console.print(facts)


def _arguments(task: Task) -> Iterator[tuple[str, str, str, Any]]:
    """Options of an environment, each with what it means, what is allowed, and what it is if left out."""
    rewards = ", ".join(reward.name for reward in task.game.rewards)
    yield "--alpha", "fraction of distinguishing levels mixed into training", "0 to 1", f"{task.alpha:g}"
    yield "--reward", "what training is rewarded by", rewards, task.reward
    for each in fields(task.game.arguments):
        name = "--size" if each.name == "size" else f"--set {each.name}="
        yield name, each.metadata["help"], allowed(each), task.arguments[each.name]


def _reflowed(story: str) -> Text:
    """A story whose lines are as long as the terminal is wide, not as its source was; underlined lines are headings."""
    told = Text()
    for paragraph in story.replace("-\n", "-\n\n").strip().split("\n\n"):
        lines = paragraph.splitlines()
        heading = set(lines[-1]) == {"-"}
        told.append(lines[0] if heading else " ".join(lines), "bold" if heading else "")
        told.append("\n" if heading else "\n\n")
    told.rstrip()
    return told


def show(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    split: tuple[Split, ...] = SPLITS,
    level_seeds: tuple[int, ...] = (0, 1, 2),
    level: Annotated[tuple[str, ...], optional("NAME [...]")] = (),
    png: OptionalPath = None,
) -> None:
    """Draw levels of each split, as text, or as a picture with --png FILE.

    Args:
        options: how the environment is made.
        split: which splits to draw.
        level_seeds: which levels of each split.
        level: levels that have a name, in place of all these; `goalgap list ENV` tells which there are.
        png: a file for the picture.
    """
    console, task = output(), options.task(environment)
    rows = _named(task, level) if level else _of_splits(task, split, level_seeds)
    if png is None:
        for name, scenes in rows.items():
            _draw_text(console, task.game, name, scenes)
    else:
        lines = [np.concatenate([task.game.art.rgb(scene) for scene in row], axis=1) for row in rows.values()]
        write_whole(png, picture.png(np.concatenate(lines)))
        say(console, f"{', '.join(rows)} from top to bottom: {png}")


def _of_splits(task: Task, splits: tuple[Split, ...], seeds: tuple[int, ...]) -> dict[str, list[Scene]]:
    """The levels of these seeds, by split."""
    return {name: Batch.of(task if name == "train" else task.on(name), seeds).scenes() for name in splits}


def _named(task: Task, names: tuple[str, ...]) -> dict[str, list[Scene]]:
    """Levels by their names; ValueError where there is none of a name."""
    if not task.game.named:
        raise ValueError(f"no level of {task.game.name} has a name: choose by --split and --level-seeds")
    for name in names:
        choose(f"named level of {task.game.name}", name, task.game.named)
    return {name: Batch.on(task, parse(task, name)).scenes() for name in names}


def _draw_text(console: Console, game: Game, name: str, scenes: list[Scene]) -> None:
    console.print(Text(f"{game.name}, {name}", style="bold"))
    blocks = [game.art.level(scene).splitlines() for scene in scenes]
    heads = [f"{_seed(scene.level['seed'])}margin {scene.level['margin']:.2f}" for scene in scenes]
    width = max(len(line) for block in (*blocks, heads) for line in block) + 3
    for lines in [heads, *zip_longest(*blocks, fillvalue="")]:
        console.print(Text("".join(line.ljust(width) for line in lines).rstrip()), soft_wrap=True)
    console.print()


def _seed(seed: int) -> str:
    """The seed of a drawn level; a written one has none."""
    return "" if seed < 0 else f"seed {seed}, "
