"""`goalgap push`: a bundle is given away on the Hugging Face Hub, with what it does in deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from .. import envs
from ..eval.report import Report
from ..hub.addresses import checked_repository
from ..hub.pushing import check_bundle, push, writing_token
from ..players import players
from .eval import played
from .options import LEVELS, Flag, check_counts
from .saying import output, say


def push_bundle(
    bundle: Annotated[Path, tyro.conf.Positional],
    repo: Annotated[str, tyro.conf.arg(metavar="USER/NAME")],
    levels: int = LEVELS,
    private: Flag = False,
) -> None:
    """Evaluate a bundle, and put it on the Hugging Face Hub with a card that says what it does; HF_TOKEN is the token.

    Args:
        bundle: a folder that `goalgap pack` wrote.
        repo: the repository of models, which is made if there is none.
        levels: how many levels of each split to evaluate on.
        private: make a repository that others cannot see.
    """
    told, console = check_bundle(bundle), output()
    checked_repository(repo)
    check_counts(levels=levels)
    writing_token()
    trained = told.training
    task = envs.task(told.environment, reward=trained.reward, **trained.arguments)
    report = Report.of(played(console, task, players(bundle, task), levels))
    address = push(bundle, repo, report, private)
    say(console, report.verdict.headline)
    say(console, f"given away: {address}")
