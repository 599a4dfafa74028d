"""Make the committed leaderboard entries again: `python benchmarks/entries.py [ENVIRONMENT ...]`.

Reference policies take seconds; training by the standard recipes takes minutes a seed, and finished seeds are kept in
`results/`. Entries that exist are left alone: remove a folder below `leaderboards/entries` to make it anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from goalgap.agents.recipes import recipe
from goalgap.agents.reference import reference_names
from goalgap.cli import main
from goalgap.cli.results import folder_of
from goalgap.envs import SUITE, task
from goalgap.envs.engine.spec import Game
from goalgap.leaderboards.entry import ENTRIES, ENTRY, slug

RESULTS = Path("results")
AUTHORS = "The GoalGap authors"
TRAINED = {0.0: ("PPO", 3), 1.0: ("PPO, alpha 1", 1)}  # alpha: the entry's name, and training seeds
ABOUT = "Proximal policy optimization by the standard recipe"


def exists(game: Game, name: str) -> bool:
    return (ENTRIES / game.name / slug(name) / ENTRY).exists()


def enter_reference(game: Game, name: str) -> None:
    """Evaluate a reference policy and enter it."""
    out = RESULTS / "reference" / f"{game.name}-{name.replace(':', '-')}"
    command = ["eval", name, game.name]
    main([*command, "--out", str(out)])
    described = f"The scripted reference policy {name}, which looks at the state of the game."
    enter(out, name, described, command, "reference")


def enter_trained(game: Game, alpha: float) -> None:
    """Train the standard recipe with some alpha and enter it."""
    name, seeds = TRAINED[alpha]
    command = ["run", game.name, "--seeds", str(seeds), *(["--alpha", f"{alpha:g}"] if alpha else [])]
    main([*command, "--results", str(RESULTS)])
    folder = folder_of(RESULTS, task(game.name, alpha=alpha), recipe(game.name))
    described = f"{ABOUT}, all of whose training levels tell the goals apart." if alpha else f"{ABOUT}."
    enter(folder, name, described, command, "trained")


def enter(folder: Path, name: str, described: str, command: list[str], kind: str) -> None:
    options = {"name": name, "authors": AUTHORS, "description": described, "kind": kind}
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    main(["enter", str(folder), *words, "--command", f"goalgap {' '.join(command)}"])


if __name__ == "__main__":
    for chosen in sys.argv[1:] or SUITE:
        for policy in reference_names(SUITE[chosen]):
            if not exists(SUITE[chosen], policy):
                enter_reference(SUITE[chosen], policy)
        for share, (title, _) in TRAINED.items():
            if not exists(SUITE[chosen], title):
                enter_trained(SUITE[chosen], share)
