"""`goalgap compare`: what tells agents apart on the same levels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from .. import zoo
from ..eval.comparison import compare as compare_agents
from ..eval.comparison import distinct_names
from ..eval.show import html, terminal
from ..eval.show.charts import Axis
from ..eval.show.comparison import all_differences, compared, forest
from ..eval.show.figures import svg
from ..eval.table.episodes import Episodes
from ..files import check_file, write_whole
from ..leaderboards.entry import ENTRY, Entry
from ..leaderboards.folders import ENTRIES, find_entry
from .exports import Exports, Files
from .options import OptionalPath, optional
from .results import find_episodes
from .saying import output, say

Agents = Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="AGENT AGENT [AGENT ...]")]


def compare(
    agents: Agents = (),
    names: Annotated[tuple[str, ...], optional("NAME [NAME ...]")] = (),
    html_page: Annotated[OptionalPath, tyro.conf.arg(name="html")] = None,
    export: Files = Exports(),  # noqa: B008
    entries: Path = ENTRIES,
) -> None:
    """Compare agents on the levels that all of them have played, without playing any.

    Args:
        agents: two or more, the first of them the baseline: files of episodes, folders that hold some of one agent, or
            leaderboard entries such as CheeseCorner/ppo, or agents of the zoo such as CheeseCorner/ppo/seed-0.
        names: what to call them, one each.
        html_page: a file for one page with tables and figure.
        entries: the folder of leaderboard entries.
    """
    if len(agents) < 2:
        raise ValueError("name two agents or more: folders of results, or entries such as CheeseCorner/ppo")
    export.check()
    if html_page is not None:
        check_file(html_page)
    found = [found_episodes(word, entries) for word in agents]
    called = names or distinct_names([episodes for _, episodes in found], [name for name, _ in found])
    made, console = compare_agents(*(episodes for _, episodes in found), names=called), output()
    console.print(terminal.render_comparison(made))
    drawn, long = forest(made), [all_differences(made)]
    export.write(console, compared(made), long, lambda _: svg({"": drawn}, Axis.around_zero([drawn])))
    if html_page is not None:
        write_whole(html_page, html.render_comparison(made).encode())
        say(console, f"written: {html_page}")


def found_episodes(word: str, entries: Path) -> tuple[str, Episodes]:
    """The name and the episodes of an agent: a path, or else an entry, or an agent of the zoo, by its name."""
    if zoo.is_name(word):
        return word, zoo.recorded(word, entries)
    path = find_entry(word, entries)
    if (path / ENTRY).exists():
        entry = Entry.read(path)
        return entry.info.name, entry.episodes
    return word, Episodes.join(find_episodes((path,)))
