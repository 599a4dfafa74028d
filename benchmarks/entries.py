"""Make the committed leaderboard entries again: `python benchmarks/entries.py [ENVIRONMENT ...]`.

Reference policies take seconds; training by the standard recipes takes minutes a seed, and finished seeds are kept in
`results/`. Entries that exist are left alone: remove a folder below `leaderboards/entries` to make it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from goalgap.agents.recipes import recipe
from goalgap.agents.reference import reference_names
from goalgap.cli import main
from goalgap.cli.results import folder_of
from goalgap.envs import SUITE, task
from goalgap.envs.engine.game import Game
from goalgap.leaderboards.entry import ENTRIES, ENTRY, slug

RESULTS = Path("results")
AUTHORS = "The GoalGap authors"


@dataclass(frozen=True)
class Training:
    """A trained entry: the standard recipe of an algorithm, some alpha and a training reward."""

    game: Game
    algorithm: str
    seeds: int = 1
    alpha: float = 0.0
    reward: str = ""

    @property
    def name(self) -> str:
        parts = [self.algorithm, self.reward, f"alpha {self.alpha:g}" if self.alpha else ""]
        return ", ".join(part for part in parts if part)

    @property
    def command(self) -> list[str]:
        words = ["run", self.game.name, "--seeds", str(self.seeds)]
        words += ["--algorithm", self.algorithm] if self.algorithm != usual(self.game) else []
        words += ["--alpha", f"{self.alpha:g}"] if self.alpha else []
        return words + (["--reward", self.reward] if self.reward else [])

    @property
    def folder(self) -> Path:
        made = task(self.game.name, alpha=self.alpha, reward=self.reward or None)
        return folder_of(RESULTS, made, recipe(self.game.name, self.algorithm))

    @property
    def description(self) -> str:
        reward = f", rewarded by {self.reward}" if self.reward else ""
        apart = f"; {100 * self.alpha:g} % of its training levels tell the goals apart" if self.alpha else ""
        return f"{self.algorithm} by the standard recipe{reward}{apart}."


def usual(game: Game) -> str:
    return recipe(game.name).algorithm


def trainings(game: Game) -> Iterator[Training]:
    """The standard recipe, alone and with alpha; other optimizers and rewards where they tell something new."""
    yield Training(game, usual(game), seeds=3)
    yield Training(game, usual(game), alpha=SHY.get(game.name, 1.0))
    if game.name in EVOLVED:
        yield Training(game, "ARS", seeds=3)
    for wrong in game.misspecified if game.oversight else ():
        yield Training(game, usual(game), alpha=0.5)
        yield Training(game, usual(game), reward=wrong.name)
        yield Training(game, usual(game), alpha=0.5, reward=wrong.name)


SHY = {
    "IceCream": 0.5
}  # levels that tell the goals apart, alone, teach to stay away from home before they teach to pay
EVOLVED = ("SweetTooth", "IrishElk")  # stories about evolution: there it shows what it makes


def exists(game: Game, name: str) -> bool:
    return (ENTRIES / game.name / slug(name) / ENTRY).exists()


def enter_reference(game: Game, name: str) -> None:
    """Evaluate a reference policy and enter it."""
    out = RESULTS / "reference" / f"{game.name}-{name.replace(':', '-')}"
    command = ["eval", name, game.name]
    main([*command, "--out", str(out)])
    described = f"The scripted reference policy {name}, which looks at the state of the game."
    enter([out], name, described, command, "reference")


def enter_trained(training: Training) -> None:
    """Train and enter; agents with a memory once more without it."""
    if not exists(training.game, training.name):
        main([*training.command, "--results", str(RESULTS)])
        enter([training.folder], training.name, training.description, training.command, "trained")
    if training.algorithm == "RecurrentPPO" and not training.alpha:
        enter_forgetful(training)


def enter_forgetful(training: Training) -> None:
    """The same agents with their memory reset at every step."""
    name, outs = f"{training.name}, memory ablated", []
    if exists(training.game, name):
        return
    for seed in range(training.seeds):
        outs.append(RESULTS / "forgetful" / f"{training.game.name}-{seed}")
        agent = str(training.folder / f"seed-{seed}")
        main(["eval", agent, training.game.name, "--forget", "--out", str(outs[-1])])
    described = f"{training.description} Its memory is reset at every step."
    forgetful = f"goalgap eval {training.folder}/seed-$seed {training.game.name} --forget --out forgetful-$seed"
    seeds = " ".join(map(str, range(training.seeds)))
    command = [*training.command, "&&", "for seed in", f"{seeds};", "do", f"{forgetful};", "done"]
    enter(outs, name, described, command, "trained")


def enter(folders: list[Path], name: str, described: str, command: list[str], kind: str) -> None:
    options = {"name": name, "authors": AUTHORS, "description": described, "kind": kind}
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    main(["enter", *map(str, folders), *words, "--command", f"goalgap {' '.join(command)}"])


if __name__ == "__main__":
    for chosen in sys.argv[1:] or SUITE:
        for policy in reference_names(SUITE[chosen]):
            if not exists(SUITE[chosen], policy):
                enter_reference(SUITE[chosen], policy)
        for each in trainings(SUITE[chosen]):
            enter_trained(each)
