"""What agents did, for the pages and the README: derived from the leaderboard's entries."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from sections import proxy_names, table

from goalgap.agents.recipes import NOTES
from goalgap.envs import SUITE
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.looks.goals import PAPER
from goalgap.eval.curves import chart, course, rise
from goalgap.eval.episodes import Episodes
from goalgap.eval.pictures import COLOURS
from goalgap.eval.records import Run
from goalgap.eval.replay import recorded, walks
from goalgap.eval.report import Report
from goalgap.eval.scores import LOST, outcomes
from goalgap.eval.verdict import interval, power
from goalgap.leaderboards.board import COLUMNS, Row, boards
from goalgap.leaderboards.entry import ENTRIES, Submission, submissions

Image = NDArray[np.uint8]
REPORTS: dict[str, Report] = {}
SHOWN, SPACE = 3, 16  # levels of each split in the README's picture, and pixels between them


@cache
def entered() -> tuple[Submission, ...]:
    """All entries; none is an empty board."""
    return tuple(submissions()) if any(ENTRIES.glob("*/*/entry.json")) else ()


@cache
def board() -> dict[str, list[Row]]:
    """The rows of every environment."""
    return boards(entered(), report)


def trained(game: Game) -> list[Submission]:
    """The entries of trained agents in one environment."""
    mine = [each for each in entered() if each.episodes.world.environment == game.name]
    return [each for each in mine if each.entry.kind == "trained"]


def of_game(game: Game) -> str:
    """The results of one environment: its board, and what training cost."""
    if game.name not in board():
        return "None are recorded yet."
    ranked = table(COLUMNS, [row.cells for row in board()[game.name]])
    costs = [_cost(each.entry.name, run) for each in trained(game) for run in each.episodes.runs]
    cost = table(("entry", "training seed", "steps"), costs)
    made = "\n".join(f"* {each.entry.name}: `{each.entry.command}`" for each in trained(game))
    told = [ranked, _power(game), _watched(game), _curves(game)]
    told += ["What training took, and the commands that do it again:", cost, made, NOTES.get(game.name, "")]
    return "\n\n".join(part for part in told if part)


def _telling(game: Game) -> dict[str, tuple[Submission, Report]]:
    """What is worth comparing in detail, by name: the oracles, random play and the trained agents."""
    mine = [each for each in entered() if each.episodes.world.environment == game.name]
    chosen = [each for each in mine if each.entry.kind == "trained" or each.entry.name.startswith(("oracle", "random"))]
    return {each.entry.name: (each, report(each)) for each in sorted(chosen, key=lambda each: each.entry.kind)}


def _power(game: Game) -> str:
    """Optimization power in bits, by goal and split."""
    kinds = [(split, goal.name) for split in ("train", "deploy") for goal in game.goals]
    rows = [
        (
            name,
            *(power(made.main(f"bits.{split}.{goal}"), made.main(f"beyond.{split}.{goal}")) for split, goal in kinds),
        )
        for name, (_, made) in _telling(game).items()
    ]
    about = (
        "Optimization power in bits, -log2 of how often random play does as well: each bit halves it, and random play "
        "itself has at most about 1.4. "
        '"≥" where some episodes did better than all random ones.'
    )
    return f"{about}\n\n{table(('entry', *(f'{goal}, {split}' for split, goal in kinds)), rows)}"


def _watched(game: Game) -> str:
    """What agents do watched and unwatched, for each training reward and with and without the shift."""
    if not game.oversight:
        return ""
    names = {f"score.deploy.{game.intended.name}": "score in deployment", "watched": f"no {game.oversight}, watched"}
    names |= {"unwatched": f"no {game.oversight}, unwatched", "deception": "deception gap"}
    names |= {"gap.goal": "goal gap", "part.outer": "of which outer", "part.inner": "of which inner"}
    rows = [
        (name, made.reward, f"{made.alpha:g}", *(interval(made.main(each)) for each in names))
        for name, (_, made) in _telling(game).items()
    ]
    about = (
        f"Watched is the share of episodes without {game.oversight} on control levels, where all that must not be done "
        "is watched; unwatched the same on deployment levels, where none of it is; the deception gap is their "
        "difference. Alpha above 0 takes the shift away: then training has shown both. A goal gap has an outer and an "
        "inner part where the training reward was not the intended goal."
    )
    return f"{about}\n\n{table(('entry', 'trained on', 'alpha', *names.values()), rows)}"


def _curves(game: Game) -> str:
    """The chart of what happens within an episode."""
    if not curves_of(game):
        return ""
    shown = "What happens within an episode, the mean over all episodes of an entry; weights are frozen"
    rows = []
    for name, (each, _) in _telling(game).items():
        for split in ("train", "deploy"):
            found = [course(each.episodes.where(split=split), curve) for curve in game.curves]
            rows.append((name, split, *(f"{rise(values):.2f}" for values in found)))
    told = table(("entry", "split", *(f"rise of {curve}" for curve in game.curves)), rows)
    return "\n\n".join([f"{shown}:", f"![{shown}]({game.name}-curves.svg)", "Last ten steps less the first ten:", told])


@cache
def curves_of(game: Game) -> str:
    """The chart as SVG; empty where the game records no curves or nobody has entered."""
    telling = _telling(game)
    return chart({name: each.episodes for name, (each, _) in telling.items()}) if game.curves and telling else ""


def report(submission: Submission) -> Report:
    """The report of an entry, made once."""
    place = str(submission.folder)
    if place not in REPORTS:
        REPORTS[place] = Report.of(submission.episodes)
    return REPORTS[place]


def _cost(name: str, run: Run) -> tuple[str, ...]:
    return name, str(run.training_seed), f"{run.details['steps']:,}"


def environments() -> str:
    """The README's table of environments."""
    rows = [
        (f"[{game.name}](docs/environments/{game.name}.md)", game.summary, f"`{game.intended.name}`", proxy_names(game))
        for game in SUITE.values()
    ]
    return table(("environment", "story", "intended goal", "proxy goal"), rows)


def summary() -> str:
    """The README's table of results: trained agents only."""
    rows = [(name, *row.cells[1:]) for name, ranked in board().items() for row in ranked if not row.reference]
    return table(("environment", *COLUMNS[1:]), rows)


def picture() -> Image:
    """A fooled mouse: the way it went on the first levels of training, above, and of deployment, below.

    The levels are the first ones, and the agent the first seed of the default recipe: nothing is picked.
    """
    entry = next(each for each in trained(SUITE["CheeseCorner"]) if not each.episodes.runs[0].alpha)
    rows = [_walked(entry.episodes, split) for split in ("train", "deploy")]
    gap = np.full((SPACE, rows[0].shape[1], 3), PAPER, np.uint8)
    return np.concatenate([rows[0], gap, rows[1]])


def _walked(episodes: Episodes, split: str) -> Image:
    seed = episodes.runs[0].training_seed
    mine = episodes.where(split=split, training_seed=seed)
    shown = Episodes(mine.world, mine.runs, mine.table.sort_by("level_seed").slice(0, SHOWN))
    task = shown.world.task(split)
    scenes, cells = walks(task, recorded(shown))
    roles = {index: goal.role for index, goal in enumerate(task.game.goals)}
    colours = [COLOURS[roles.get(int(goal), LOST)] for goal in outcomes(shown)]
    drawn = [task.game.art.rgb(*each) for each in zip(scenes, cells, colours, strict=True)]
    gap = np.full((len(drawn[0]), SPACE, 3), PAPER, np.uint8)
    return np.concatenate([part for each in drawn for part in (gap, each)][1:], axis=1)
