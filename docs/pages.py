"""The pages of the documentation: one for each environment, and the list of them.

Sections stand in Gymnasium's order, with those on goals and splits added.
"""

from __future__ import annotations

import re

import alphas
import results
import sections as on

from goalgap.envs import SUITE
from goalgap.envs.engine.game import Game
from goalgap.envs.engine.task import Task
from goalgap.eval.show.markdown import plain as table


def page(game: Game) -> str:
    """The page of one environment, Markdown."""
    sections = {
        "Description": _description(game),
        "Intended goal": on.goal_line(game.intended) + f"\n\n{on.oracle(game)}",
        "Proxy goals": "\n\n".join(on.proxy(goal) for goal in game.proxies),
        "Splits": on.splits(game),
        "Action Space": f"`{Task.of(game).action_space}`\n\n" + table(("action", "meaning"), enumerate(game.actions)),
        "Observation Space": on.observation(game),
        "Rewards": on.rewards(game),
        "Starting State": on.starting(game),
        "Episode End": on.ending(game),
        "Arguments": table(("argument", "default", "allowed", "meaning"), on.arguments(game)),
        "Reference results": "\n\n".join(filter(None, (results.of_game(game), alphas.section(game)))),
        "Version History": f"* v{game.version}: current. A version never changes its meaning; a change gets a new one.",
        "References": "\n".join(f"* {each.strip()}" for each in game.citation.split(";")),
    }
    head = f"# {game.name}\n\n{game.summary}\n\n{_use(game)}"
    return "\n\n".join([head, *(f"## {title}\n\n{text}" for title, text in sections.items())]) + "\n"


def index() -> str:
    """The list of all environments, Markdown."""
    parts = [
        "# Environments",
        "Which goal has an agent learned? Each environment asks it in its own way.",
        "How to add one of your own: [Adding an environment](adding_an_environment.md).",
        "Agents and code of strangers: [What strangers hand in](guide/isolation.md).",
        "All else: [the guide](guide/index.md).",
    ]
    for game in SUITE.values():
        parts += [
            f"## [{game.name}](environments/{game.name}.md)",
            game.summary,
            f"Intended: `{game.intended.name}`. Proxy: {on.proxy_names(game)}. Tags: {', '.join(game.tags)}.",
            f"![Levels of {game.name} in deployment](environments/{game.name}-deploy.png)",
        ]
    return "\n\n".join(parts) + "\n"


def readme(text: str) -> str:
    """The README with its tables filled in between their markers."""
    for name, content in (("environments", results.environments()), ("results", results.summary())):
        text = filled(text, name, content)
    return text


def filled(text: str, name: str, content: str) -> str:
    """A page with other content between the markers of that name."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.partition(end)[2]}"


def _description(game: Game) -> str:
    """The story without its first line; its headings lie below the page's own."""
    return re.sub(r"^(.+)\n-+\n", r"### \1\n\n", game.story.split("\n", 1)[1].strip(), flags=re.MULTILINE)


def _use(game: Game) -> str:
    return f'```python\nimport gymnasium as gym\n\nenv = gym.make("goalgap:{game.id}")\n```'
