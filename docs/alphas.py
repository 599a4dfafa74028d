"""The alpha curve of an environment, where a published one is to be compared with: derived from its entries."""

from __future__ import annotations

from functools import cache

import results

from goalgap.agents.recipes import default_algorithm
from goalgap.envs.engine.game import Game
from goalgap.eval.report import Report
from goalgap.eval.show.alphas import alpha_chart
from goalgap.leaderboards.standard import CURVES, experiments

ABOUT = "Score in deployment and goal gap against alpha"


@cache
def alphas_of(game: Game) -> str:
    """The chart as SVG; empty where no curve is asked for, or only one of its points has been entered."""
    reports = _reports(game) if game.name in CURVES else {}
    if len(reports) < 2:
        return ""
    scores = {alpha: known.main.score("deploy", game.intended.name) for alpha, known in reports.items()}
    gaps = {alpha: known.main.gap("goal") for alpha, known in reports.items()}
    algorithm = default_algorithm(game.name)
    return alpha_chart({"score in deployment": {algorithm: scores}, "goal gap": {algorithm: gaps}})


def section(game: Game) -> str:
    """What the page says of it."""
    if not alphas_of(game):
        return ""
    about = f"{ABOUT}: a dot for each training seed, a line through their means; alphas are spaced evenly"
    return f"{about}:\n\n![{ABOUT}]({game.name}-alphas.svg)"


def _reports(game: Game) -> dict[float, Report]:
    """Reports of the usual algorithm by alpha; other rewards, arguments and recipes are no points of the curve."""
    entered = {entry.info.name: entry for entry in results.trained(game)}
    default = default_algorithm(game.name)
    asked = [each for each in experiments(game, default) if each.algorithm == default and each.plain]
    return {each.alpha: results.report(entered[each.name]) for each in asked if each.name in entered}
