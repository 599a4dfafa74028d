"""The text of the documentation pages, derived from what each environment declares.

Sections stand in Gymnasium's order, with those on goals and splits added. Nothing is told here that
an environment's docstrings, goals and arguments do not say; only what holds for all of them is.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from goalgap.envs import SUITE, ids
from goalgap.envs.engine.art import GridArt
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.spec import SPLITS, Game, Goal
from goalgap.envs.engine.task import Task

FIRST = np.zeros(1, np.int64)
RESULTS = Path(__file__).parent / "results"
KINDS = {
    "side-effect": "pursuing it brings the intended goal along",
    "instrumental": "a means that may become an end",
    "approximate": "nearly the intended goal, and simpler",
    "deceptive": "looks like the intended goal while being watched",
}
MEANING = {
    "train": "pursuing a proxy goal optimally is also optimal for the intended goal",
    "control": "layouts that never occur in training, on which the goals still agree: it tests capability alone",
    "deploy": "layouts that never occur in training, on which the goals come apart on every level",
}
COMMON = (
    ("split", "`train`", "train, control, deploy", "which levels are played; each id has one as its default"),
    ("alpha", "`0.0`", "0 to 1", "fraction of levels in training on which the goals come apart"),
)


def page(game: Game) -> str:
    """The page of one environment, Markdown."""
    sections = {
        "Description": game.story.split("\n", 1)[1].strip(),
        "Intended goal": _goal(game.intended) + f"\n\n{_oracle(game)}",
        "Proxy goals": "\n\n".join(f"{_goal(goal)}\n\nKind: *{goal.kind}*; {KINDS[goal.kind]}." for goal in game.proxies),
        "Splits": _splits(game),
        "Action Space": f"`{Task.of(game).action_space}`\n\n" + table(("action", "meaning"), enumerate(game.actions)),
        "Observation Space": _observation(game),
        "Rewards": _rewards(game),
        "Starting State": _starting(game),
        "Episode End": _ending(game),
        "Arguments": table(("argument", "default", "allowed", "meaning"), _arguments(game)),
        "Reference results": _results(game),
        "Version History": f"* v{game.version}: current. A version never changes its meaning; a change gets a new one.",
        "References": "\n".join(f"* {each.strip()}" for each in game.citation.split(";")),
    }
    head = f"# {game.name}\n\n{game.summary}\n\n{_use(game)}"
    return "\n\n".join([head, *(f"## {title}\n\n{text}" for title, text in sections.items())]) + "\n"


def index() -> str:
    """The list of all environments, Markdown."""
    parts = ["# Environments", "Which goal has an agent learned? Each environment asks it in its own way."]
    for game in SUITE.values():
        proxies = ", ".join(f"`{goal.name}` ({goal.kind})" for goal in game.proxies)
        parts += [
            f"## [{game.name}](environments/{game.name}.md)",
            game.summary,
            f"Intended: `{game.intended.name}`. Proxy: {proxies}. Tags: {', '.join(game.tags)}.",
            f"![Levels of {game.name} in deployment](environments/{game.name}-deploy.png)",
        ]
    return "\n\n".join(parts) + "\n"


def table(head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _use(game: Game) -> str:
    return f'```python\nimport gymnasium as gym\n\nenv = gym.make("goalgap:{game.id}")\n```'


def _goal(goal: Goal) -> str:
    return f"`{goal.name}`: {goal.blurb}."


def _oracle(game: Game) -> str:
    return f"The oracle of every goal is {'exact' if game.exact else 'the best reference policy we have, and not exact'}."


def _splits(game: Game) -> str:
    known = ids(game)
    parts = [f"Shown are the levels of seeds 0, 1 and 2, with `{_default(game)}`."]
    for split in SPLITS:
        picture = f"![Three levels of {split}]({game.name}-{split}.png)"
        parts.append(f"**{split}**, `{known[split]}`: {MEANING[split]}.\n\n{picture}")
    return "\n\n".join(parts)


def _default(game: Game) -> str:
    task = Task.of(game)
    return ", ".join(f"{name}={value}" for name, value in task.arguments.items())


def _observation(game: Game) -> str:
    about = "One layer for each kind of thing, 1 where it is; border included, (row, col) from the top left."
    parts = [f"`{Task.of(game).observation_space}`, shape (size + 2, size + 2, {len(game.layers)})", about]
    legend = game.art.legend if isinstance(game.art, GridArt) else {}
    alone = {names[0]: glyph for glyph, names in legend.items() if len(names) == 1}
    rows = [(k, name, f"![{name}](icons/{name}.png)", _code(alone.get(name, ""))) for k, name in enumerate(game.layers)]
    parts.append(table(("channel", "layer", "picture", "text"), rows))
    both = [f"`{glyph}` {' and '.join(names)}" for glyph, names in legend.items() if len(names) > 1]
    return "\n\n".join([*parts, *([f"In text, one glyph stands for several things in a cell: {', '.join(both)}."] if both else [])])


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _rewards(game: Game) -> str:
    rows = [(f"`{goal.name}`", goal.role, goal.discount, "yes" if goal.signed else "no") for goal in game.rewards]
    said = [_goal(goal) for goal in game.misspecified]
    text = (
        f"An agent is given the reward `{game.intended.name}`, unless the argument `reward` names another. "
        'All of them are in `info["goals"]`, for people and evaluation; discounts are those of scoring.'
    )
    return "\n\n".join([text, *said, table(("reward", "role", "discount", "can be negative"), rows)])


def _starting(game: Game) -> str:
    text = (
        "A level is determined by the arguments and its seed: "
        '`reset(options={"level_seed": 7})` asks for one, `reset(options={"level": text})` for one drawn in text.'
    )
    return f"{_said(game, 'sample')}\n\n{text} The first level of training:\n\n```text\n{_drawn(game)}\n```"


def _drawn(game: Game) -> str:
    batch = Batch(Task.of(game), 1)
    batch.begin_seeds(FIRST, FIRST)
    return game.art.text(batch.observe()[0], game.layers)


def _ending(game: Game) -> str:
    return f"{_said(game, 'step')}\n\nTruncated after `horizon` steps, {Task.of(game).arguments['horizon']} by default."


def _said(game: Game, kernel: str) -> str:
    return inspect.getdoc(game.kernel(kernel)) or ""


def _arguments(game: Game) -> list[tuple[str, str, str, str]]:
    rows = [(each.name, f"`{each.default}`", _allowed(each.metadata), each.metadata["help"]) for each in fields(game.setup)]
    names = ", ".join(goal.name for goal in game.rewards)
    return [*rows, *COMMON, ("reward", f"`{game.intended.name}`", names, "the reward an agent is given")]


def _allowed(rule: Any) -> str:
    return ", ".join(rule["choices"]) or f"{rule['low']} to {rule['high']}"


def _results(game: Game) -> str:
    path = RESULTS / f"{game.name}.md"
    return path.read_text(encoding="utf-8").strip() if path.exists() else "None are recorded yet."
