"""What agents did, for the pages and the README: derived from the leaderboard's entries."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sections import proxy_names

from goalgap.agents.recipes import NOTES, default_algorithm
from goalgap.envs import SUITE
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.looks.goals import PAPER
from goalgap.eval.measures.intervals import ENOUGH
from goalgap.eval.measures.outcomes import named_outcomes
from goalgap.eval.play.games import recorded_task
from goalgap.eval.play.replay import recorded, walks
from goalgap.eval.report import Report
from goalgap.eval.show import comparison, markdown
from goalgap.eval.show.charts import Lines
from goalgap.eval.show.curves import chart
from goalgap.eval.show.pictures import COLOURS
from goalgap.eval.show.pursued import by_seed
from goalgap.eval.show.tables import Cell, Column, Row, Section
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run
from goalgap.leaderboards.board import boards, titled
from goalgap.leaderboards.entry import Entry
from goalgap.leaderboards.folders import ENTRIES, read_entries
from goalgap.terms import NONE, Split

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = f"{PROJECT['urls']['Repository']}/blob/main"  # the README is shown elsewhere too, so its links are whole
Image = NDArray[np.uint8]
REPORTS: dict[str, Report] = {}
SHOWN, SPACE = 3, 16  # levels of each split in the README's picture, and pixels between them
WITHIN = "What happens within an episode, the mean over all episodes of an entry; weights are frozen"


@cache
def entered() -> tuple[Entry, ...]:
    """All entries; none is an empty board."""
    return tuple(read_entries()) if any(ENTRIES.glob("*/*/entry.json")) else ()


@cache
def board() -> dict[str, Section]:
    """The table of every environment."""
    return boards(entered(), report)


def report(entry: Entry) -> Report:
    """The report of an entry, made once."""
    place = str(entry.folder)
    if place not in REPORTS:
        REPORTS[place] = Report.of(entry.episodes)
    return REPORTS[place]


def trained(game: Game) -> list[Entry]:
    """The entries of trained agents in one environment."""
    return [entry for entry in entered_in(game) if entry.info.kind == "trained"]


def entered_in(game: Game) -> list[Entry]:
    """All entries in one environment, with its standard arguments."""
    return [entry for entry in entered() if entry.board == game.name]


def of_game(game: Game) -> str:
    """The results of one environment: its board, what explains it, and what training cost."""
    if game.name not in board():
        return "None are recorded yet."
    ours = [entry for entry in entered() if entry.episodes.game.environment == game.name]
    learned = [entry for entry in ours if entry.info.kind == "trained"]
    costs = [_cost(entry.info.name, run) for entry in learned for run in entry.episodes.runs]
    cost = markdown.plain(("entry", "training seed", "steps"), costs)
    made = "\n".join(f"* {entry.info.name}: `{entry.info.command}`" for entry in learned)
    parts = [markdown.table(board()[game.name]), _moving(game), *_explained(game), *_varied(game)]
    if learned:
        parts += ["What training took, and the commands that do it again:", cost, made]
    return "\n\n".join(part for part in [*parts, NOTES.get(game.name, "")] if part)


def _moving(game: Game) -> str:
    """The moving picture of a trained agent."""
    if not (entry := usual(game)):
        return ""
    about = f"{entry.info.name}, training seed {entry.episodes.runs[0].training_seed}"
    return f"{about}, on the first levels of training and of deployment:\n\n![{about}]({game.name}-agent.gif)"


def usual(game: Game) -> Entry | None:
    """The entry of agents trained by the standard recipe, where there is one."""
    return next((entry for entry in trained(game) if entry.info.name == default_algorithm(game.name)), None)


def _explained(game: Game) -> list[str]:
    """The sections that compare agents, those that the environment has."""
    reports = compared(game)
    parts = [markdown.render(comparison.compared_power(reports))]
    many = [known for known in reports.values() if len(known.main.training_seeds) >= ENOUGH]
    parts += [markdown.render(by_seed(known)) for known in many]
    if game.oversight:
        parts.append(markdown.render(comparison.compared_oversight(reports)))
    if any(known.main.choices for known in reports.values()):
        parts.append(markdown.render(comparison.compared_choices(reports)))
    if game.curves:
        picture = f"![{WITHIN}]({game.name}-curves.svg)"
        parts += [f"{WITHIN}:", picture, markdown.render(comparison.compared_traces(reports))]
    return parts


def _varied(game: Game) -> list[str]:
    """The same training in the environment with other arguments, which play other levels."""
    ours = [(name, section) for name, section in board().items() if name.partition(", ")[0] == game.name]
    if len(ours) < 2:
        return []
    usual = {titled(entry, report(entry)) for entry in trained(game) if not entry.episodes.runs[0].alpha}
    rows = [
        Row((Cell(name.partition(", ")[2] or "standard"), *row.cells[1:]))
        for name, section in ours
        for row in section.rows
        if row.weight == "strong" and (name != game.name or row.cells[1].text in usual)
    ]
    columns = (Column("arguments", numeric=False), *ours[0][1].columns[1:])
    note = "With other arguments, each on levels of its own:"
    return [note, markdown.table(Section("varied", "Other arguments", "", columns, tuple(rows)))]


def compared(game: Game) -> dict[str, Report]:
    """Whom it is worth comparing in detail, by name: the oracles, random play and the trained agents."""
    chosen = [
        entry
        for entry in entered_in(game)
        if entry.info.kind == "trained" or entry.info.name.startswith(("oracle", "random"))
    ]
    return {titled(entry, report(entry)): report(entry) for entry in sorted(chosen, key=lambda entry: entry.info.kind)}


@cache
def curves_of(game: Game) -> str:
    """The chart as SVG; empty where the game records no curves or nobody has entered."""
    if not game.curves or not entered_in(game):
        return ""
    shown = comparison.compared_traces(compared(game)).chart
    assert isinstance(shown, Lines)  # noqa: S101
    return chart(shown.traces)


def _cost(name: str, run: Run) -> tuple[str, ...]:
    return name, str(run.training_seed), f"{run.details['steps']:,}"


def environments() -> str:
    """The README's table of environments."""
    rows = [
        (f"[{name}]({PAGES}/docs/environments/{name}.md)", game.summary, f"`{game.intended.name}`", proxy_names(game))
        for name, game in SUITE.items()
    ]
    return markdown.plain(("environment", "story", "intended goal", "proxy goal"), rows)


def summary() -> str:
    """The README's table of results: trained agents only, each with its environment in place of its rank."""
    rows = [
        Row((Cell(name), *row.cells[1:]))
        for name, section in board().items()
        for row in section.rows
        if row.weight == "strong" and name in SUITE
    ]
    columns = (Column("environment", numeric=False), *next(iter(board().values())).columns[1:])
    return markdown.table(Section("results", "Results", "", columns, tuple(rows)))


def picture() -> Image:
    """A fooled mouse: the way it went on the first levels of training, above, and of deployment, below.

    The levels are the first ones, and the agent the first seed of the default recipe: nothing is picked.
    """
    entry = usual(SUITE["CheeseCorner"])
    assert entry is not None  # noqa: S101
    train, deploy = _walked(entry.episodes, "train"), _walked(entry.episodes, "deploy")
    gap = np.full((SPACE, train.shape[1], 3), PAPER, np.uint8)
    return np.concatenate([train, gap, deploy])


def _walked(episodes: Episodes, split: Split) -> Image:
    own = episodes.where(split=split, training_seed=episodes.runs[0].training_seed)
    shown = Episodes(own.game, own.runs, own.table.sort_by("level_seed").slice(0, SHOWN))
    task = recorded_task(shown.game, split)
    scenes, cells = walks(task, recorded(shown))
    roles = {reward.name: reward.role for reward in task.game.rewards}
    colours = [COLOURS[roles.get(outcome, NONE)] for outcome in named_outcomes(shown)]
    drawn = [task.game.art.rgb(*shown) for shown in zip(scenes, cells, colours, strict=True)]
    gap = np.full((len(drawn[0]), SPACE, 3), PAPER, np.uint8)
    return np.concatenate([part for image in drawn for part in (gap, image)][1:], axis=1)
