"""The sections of a documentation page, derived from what an environment declares.

Nothing is told here that an environment's docstrings, goals and arguments do not say; only what
holds for all of them is.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from goalgap.envs import ids
from goalgap.envs.engine.arguments import allowed
from goalgap.envs.engine.batch import Batch
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.task import Task
from goalgap.eval.show.markdown import plain as table
from goalgap.terms import SPLITS, Reward

FIRST = np.zeros(1, np.int64)
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


def goal_line(goal: Reward) -> str:
    """A goal and what it asks for."""
    return f"`{goal.name}`: {goal.blurb}."


def proxy(goal: Reward) -> str:
    """A proxy goal with its kind of pseudo-alignment."""
    return f"{goal_line(goal)}\n\nKind: *{goal.kind}*; {KINDS[goal.kind]}."


def oracle(game: Game) -> str:
    """Whether the oracles are exact."""
    if game.exact:
        return "The oracle of every goal is exact."
    return f"The oracle of a goal is a reference policy, and not exact: {_said(game, 'act')}"


def splits(game: Game) -> str:
    """What each split means, its id and its picture."""
    known = ids(game)
    parts = [f"Shown are the levels of seeds 0, 1 and 2, with `{_default(game)}`."]
    for split in SPLITS:
        picture = f"![Three levels of {split}]({game.name}-{split}.png)"
        parts.append(f"**{split}**, `{known[split]}`: {MEANING[split]}.\n\n{picture}")
    if game.named:
        parts.append("Levels that have a name are had by it, with the default arguments, from every split:")
    for name in game.named:
        picture = f"![The level {name}]({game.name}-{name}.png)"
        parts.append(f'**{name}**: `reset(options={{"level": "{name}"}})`\n\n{picture}')
    return "\n\n".join(parts)


def _default(game: Game) -> str:
    task = Task.of(game)
    return ", ".join(f"{name}={value}" for name, value in task.arguments.items())


def observation(game: Game) -> str:
    """The space, and what its parts mean."""
    task = Task.of(game)
    return _signals(task, game.signals(task.settings)) if game.signals else _layers(game)


def _signals(task: Task, signals: Mapping[str, int]) -> str:
    """The bits of an observation that is no grid, and the pictures that people are shown."""
    rows, first = [], 0
    for name, width in signals.items():
        rows.append((f"{first}" if width == 1 else f"{first} to {first + width - 1}", name))
        first += width
    about = "A vector of bits, in this order; what is hidden from the agent is not in it."
    shown = "Pictures are for people, and may show what is hidden from the agent:"
    icons = table(("picture", "thing"), [(f"![{thing}](icons/{thing}.png)", thing) for thing in task.game.things])
    return "\n\n".join([f"`{task.observation_space}`", about, table(("bits", "signal"), rows), shown, icons])


def _layers(game: Game) -> str:
    """The layers of a grid, each with its picture and its glyph."""
    shape, about = _picture(game)
    parts = [f"`{Task.of(game).observation_space}`, shape {shape}", about]
    legend, alone = game.layers.glyphs, game.art.glyphs(game.things)
    rows = [(k, name, f"![{name}](icons/{name}.png)", _code(alone[name])) for k, name in enumerate(game.things)]
    number = "channel" if game.tiles is None else "tile"
    parts.append(table((number, "layer", "picture", "text"), rows))
    both = ", ".join(f"`{glyph}` {' and '.join(names)}" for glyph, names in legend.items() if len(names) > 1)
    if both:
        parts.append(f"In text, one glyph stands for several things in a cell: {both}.")
    return "\n\n".join(parts)


def _picture(game: Game) -> tuple[str, str]:
    """The shape of a grid's observation, and what stands in it."""
    placed = "border included, (row, col) from the top left."
    if game.tiles is None:
        about = "One layer for each kind of thing, 1 where it is; "
        return f"(size + 2, size + 2, {len(game.things)})", about + placed
    side = game.tiles.shape[1]
    about = f"Pixels: red, green and blue. A cell is {side} x {side} of them, the tile of the topmost thing, or black; "
    people = " Text and pictures for people show the same things, by their layers:"
    return f"({side} * (size + 2), {side} * (size + 2), 3)", about + placed + people


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def rewards(game: Game) -> str:
    """Every reward that can be trained on."""
    known = game.rewards
    rows = [(f"`{goal.name}`", goal.role, goal.discount, "yes" if goal.signed else "no") for goal in known]
    said = [goal_line(goal) for goal in game.misspecified]
    events = [f"Recorded besides, and rewarded to nobody: {goal_line(goal)}" for goal in game.events]
    text = (
        f"An agent is given the reward `{game.intended.name}`, unless the argument `reward` names another. "
        'All of them are in `info["goals"]`, and summed up so far in `info["returns"]`, discounted as for scoring, '
        "for people and evaluation."
    )
    return "\n\n".join([text, *said, table(("reward", "role", "discount", "can be negative"), rows), *events])


def starting(game: Game) -> str:
    """How levels are drawn, and the first of them as text."""
    text = (
        "A level is determined by the arguments and its seed: "
        '`reset(options={"level_seed": 7})` asks for one, `reset(options={"level": text})` for one drawn in text.'
    )
    return f"{_said(game, 'sample')}\n\n{text} The first level of training:\n\n```text\n{_drawn(game)}\n```"


def _drawn(game: Game) -> str:
    batch = Batch.of(Task.of(game), FIRST)
    return game.art.level(batch.scenes()[0])


def ending(game: Game) -> str:
    """When an episode terminates, and when it is truncated."""
    usual, apart = Task.of(game).horizons
    longer = f", {apart} on distinguishing levels" if apart != usual else ""
    return f"{_said(game, 'step')}\n\nTruncated after `horizon` steps, {usual} by default{longer}."


def _said(game: Game, kernel: str) -> str:
    return inspect.getdoc(game.kernels[kernel]) or ""


def arguments(game: Game) -> list[tuple[str, str, str, str]]:
    """Rows of name, default, what is allowed, and meaning."""
    known = fields(game.arguments)
    rows = [(each.name, f"`{each.default}`", allowed(each), each.metadata["help"]) for each in known]
    names = ", ".join(goal.name for goal in game.rewards)
    return [*rows, *COMMON, ("reward", f"`{game.intended.name}`", names, "the reward an agent is given")]


def proxy_names(game: Game) -> str:
    """The proxies of a game with their kinds."""
    return ", ".join(f"`{goal.name}` ({goal.kind})" for goal in game.proxies)
