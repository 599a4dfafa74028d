"""`goalgap watch`: an agent's episodes, to be looked at."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from ..choices import choose
from ..eval.play.rollout import rollout
from ..eval.show import animation, player
from ..eval.table.episodes import Episodes
from ..extras import needs_extras
from ..files import write_whole
from ..hub.fetching import local
from ..players import players
from ..terms import SPLITS, Split
from .agents import by_seed, environment_first
from .options import Environment, Opened, Opening, Options, Shared, check_counts
from .saying import output, say

ENDINGS = (".html", *animation.FORMATS)


def watch(
    agent: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="AGENT")],
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    opening: Opened = Opening(),  # noqa: B008
    split: tuple[Split, ...] = ("train", "deploy"),
    levels: int = 24,
    first: int = 0,
    fps: int = 8,
    out: Path = Path("watch.html"),
) -> None:
    """Watch an agent, or a reference policy by name: levels of each split, as a page, a GIF or an APNG.

    Args:
        agent: as of `goalgap eval`; the environment may also stand first.
        options: how the environment is made.
        split: which splits to show side by side.
        levels: how many levels of each.
        first: the first of them, by its seed.
        fps: of a GIF or an APNG, steps a second.
        out: a file ending in .html (a player that works offline), .gif, or .png (an APNG).
    """
    environment, agents = environment_first(environment, (agent,))
    kind, task = choose("ending of a file to watch", out.suffix.lower(), ENDINGS), options.task(environment)
    check_counts(levels=levels, fps=fps)
    if not split:
        raise ValueError(f"--split names one at least: {', '.join(SPLITS)}")
    with local(agents) as (agents, _):
        found = players(by_seed(agents, ()), task, **opening.options)
    seeds = np.arange(first, first + levels)
    shown = product(dict.fromkeys(split), found)
    episodes = Episodes.join(rollout(task.on(name), player, seeds, run=run) for name, (player, run) in shown)
    write_whole(out, _drawn(episodes, kind, fps))
    say(output(), f"{episodes.runs[0].agent} on {task.game.name}: {out}")


def _drawn(episodes: Episodes, kind: str, fps: int) -> bytes:
    if kind == ".html":
        return player.render(episodes).encode()
    with needs_extras():
        return animation.render(episodes, kind, fps)
