"""`goalgap standard`: the standard experiments and reference policies, as entries of the leaderboard.

Each is made by the very command that its entry names. Reference policies take seconds; training takes minutes a seed,
and what is finished below the results is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from .. import envs
from ..agents.bundles.manifest import Card
from ..agents.reading.errors import AgentError
from ..agents.recipes import default_algorithm
from ..agents.records import ABLATED, finished, folder_of
from ..agents.reference import reference_names
from ..eval.table.manifest import EpisodesError
from ..leaderboards.agents import add_bundle
from ..leaderboards.bundles import FOLDER
from ..leaderboards.claims import ClaimError
from ..leaderboards.entry import ENTRY, EntryError
from ..leaderboards.folders import ENTRIES
from ..leaderboards.standard import AUTHORS, LICENSE, Experiment, experiments
from ..leaderboards.words import slug
from .leaderboard import Entries
from .learning import chosen_recipe
from .options import RESULTS, Flag, optional
from .saying import output, say


def standard(
    environments: Annotated[tuple[str, ...], tyro.conf.Positional, optional("[ENV ...]")] = (),
    results: Path = RESULTS,
    entries: Entries = ENTRIES,
    bundles: Flag = False,
) -> None:
    """Make the standard leaderboard entries that do not exist yet: reference policies, then trained agents.

    Args:
        environments: names or ids; all of them if left out.
        results: the folder all results go to.
        entries: remove one of its folders to make that entry anew.
        bundles: make no entry, but put the first agent of each into those that there are, for the zoo, and for their
            ranks.
    """
    games = [envs.find(environment)[0] for environment in environments or envs.SUITE]
    for game in games:
        maker = Maker(results, entries, game.name)
        if bundles:
            for experiment in experiments(game, default_algorithm(game.name)):
                for name in (experiment.name, f"{experiment.name}{ABLATED}")[: 1 + experiment.ablated]:
                    maker.bundle(experiment, name)
            continue
        for name in reference_names(game):
            maker.enter_reference(name)
        for experiment in experiments(game, default_algorithm(game.name)):
            maker.enter_trained(experiment)


@dataclass(frozen=True)
class Maker:
    """Makes entries of an environment from results, those that do not exist."""

    results: Path
    entries: Path
    environment: str

    def enter_reference(self, name: str) -> None:
        """Evaluate a reference policy and enter it."""
        if self._exists(name):
            return
        out = self.results / "reference" / f"{self.environment}-{name.replace(':', '-')}"
        words = ["eval", self.environment, name]
        _goalgap(*words, "--out", str(out))
        description = f"The scripted reference policy {name}, which looks at the state of the game."
        self._enter([out], name, description, words, "reference")

    def enter_trained(self, experiment: Experiment) -> None:
        """Train agents and enter them, and once more without their memory where they have one."""
        if not self._exists(experiment.name):
            _goalgap(*experiment.words, "--results", str(self.results))
            folder = self.folder_of(experiment)
            self._enter([folder], experiment.name, experiment.description, experiment.words, "trained")
            self.bundle(experiment, experiment.name)
        if experiment.ablated and not self._exists(name := f"{experiment.name}{ABLATED}"):
            self._enter_ablated(experiment)
            self.bundle(experiment, name)

    def folder_of(self, experiment: Experiment) -> Path:
        """Where the results of an experiment lie."""
        chosen = {"alpha": experiment.alpha, "reward": experiment.reward or None, **experiment.arguments}
        task = envs.task(self.environment, **chosen)
        return folder_of(self.results, task, chosen_recipe(task, experiment.algorithm, None, experiment.recipe))

    def bundle(self, experiment: Experiment, name: str) -> None:
        """Put the first agent of an experiment into an entry of it, if it is the very one, and say what came of it."""
        say(output(), f"{self.environment}, {name}: {self._bundled(experiment, name)}")

    def _bundled(self, experiment: Experiment, name: str) -> str:
        folder, agent = self.entries / self.environment / slug(name), self.folder_of(experiment) / "seed-0"
        if (folder / FOLDER / agent.name).exists():
            return "has its bundle"
        if not (folder / ENTRY).exists():
            return "there is no such entry yet"
        if not finished(agent):
            return f"its agent is not at hand, {agent}"
        title = f"{self.environment}, {experiment.name}, training seed 0"
        card = Card(name=title, authors=AUTHORS, description=experiment.description, license=LICENSE)
        try:
            return add_bundle(folder, agent, card)
        except (AgentError, ClaimError, EntryError, EpisodesError) as error:
            return f"without its agent: {error}"

    def _enter_ablated(self, experiment: Experiment) -> None:
        folder = self.folder_of(experiment)
        out = self.results / "forgetful" / self.environment
        _goalgap("eval", self.environment, str(folder), "--forget", "--out", str(out))
        description = f"{experiment.description} Its memory is reset at every step."
        words = [*experiment.words, "&&", *ablation_words(folder, experiment)]
        self._enter([out], f"{experiment.name}{ABLATED}", description, words, "trained")

    def _exists(self, name: str) -> bool:
        return (self.entries / self.environment / slug(name) / ENTRY).exists()

    def _enter(self, folders: list[Path], name: str, description: str, words: list[str], kind: str) -> None:
        about = ["--name", name, "--authors", AUTHORS, "--description", description, "--kind", kind]
        command = f"goalgap {' '.join(words)}"
        _goalgap("enter", *map(str, folders), *about, "--command", command, "--entries", str(self.entries))


def ablation_words(folder: Path, experiment: Experiment) -> list[str]:
    """What is typed to evaluate the agents in a folder once more, each without its memory."""
    return ["goalgap", "eval", experiment.environment, str(folder), "--forget", "--out", "forgetful"]


def _goalgap(*words: str) -> None:
    from . import main

    main(list(words))
