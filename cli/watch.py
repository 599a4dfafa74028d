"""`goalgap watch`: an agent's episodes, to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

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


@dataclass(frozen=True)
class Film:
    """What is shown of an agent."""

    split: tuple[Split, ...] = ("train", "deploy")
    """which splits to show side by side"""
    levels: int = 24
    """how many levels of each"""
    first: int = 0
    """the first of them, by its seed"""
    fps: int = 8
    """of a GIF or an APNG, steps a second"""

    @property
    def seeds(self) -> NDArray[np.int64]:
        """Of the levels, in order; ValueError says what is wrong."""
        check_counts(levels=self.levels, fps=self.fps)
        if not self.split:
            raise ValueError(f"--split names one at least: {', '.join(SPLITS)}")
        return np.arange(self.first, self.first + self.levels)


def watch(
    agent: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="AGENT")],
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    opening: Opened = Opening(),  # noqa: B008
    film: Annotated[Film, tyro.conf.arg(name="")] = Film(),
    out: Path = Path("watch.html"),
) -> None:
    """Watch an agent, or a reference policy by name: levels of each split, as a page, a GIF or an APNG.

    Args:
        agent: as of `goalgap eval`; the environment may also stand first.
        options: how the environment is made.
        out: a file ending in .html (a player that works offline), .gif, or .png (an APNG).
    """
    environment, agents = environment_first(environment, (agent,))
    kind, task = choose("ending of a file to watch", out.suffix.lower(), ENDINGS), options.task(environment)
    seeds, splits = film.seeds, dict.fromkeys(film.split)
    with local(agents) as (agents, _):
        found = players(by_seed(agents, ()), task, **opening.options)
    shown = product(splits, found)
    episodes = Episodes.join(rollout(task.on(name), player, seeds, run=run) for name, (player, run) in shown)
    write_whole(out, _drawn(episodes, kind, film.fps))
    say(output(), f"{episodes.runs[0].agent} on {task.game.name}: {out}")


def _drawn(episodes: Episodes, kind: str, fps: int) -> bytes:
    if kind == ".html":
        return player.render(episodes).encode()
    with needs_extras():
        return animation.render(episodes, kind, fps)
