"""The bundles of an entry's agents: what anyone can play, where episodes are only what somebody has played.

    entries/CheeseDish/ppo/bundles/seed-0    the agent of training seed 0, as a bundle of `agents.bundles`

An entry may hold the agents of some of its training seeds, or of all. Each is tied to its run by what both say, and by
content: the run names the bundle, or the file that it was packed from. That it plays as was recorded is shown by
playing it (`agents`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..agents.bundles.manifest import MANIFEST, Bundle, OnnxNetwork, is_bundle
from ..agents.reading.errors import AgentError
from ..choices import shown
from ..envs import find
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..files import new_folder, write_whole
from .claims import ClaimError, algorithm

FOLDER = "bundles"
SMALL, LARGEST = 800_000, 2_000_000  # bytes of all files of a bundle: in the zoo, and in any entry


@dataclass(frozen=True)
class Bundled:
    """A bundle in a folder."""

    folder: Path
    bundle: Bundle

    @classmethod
    def read(cls, folder: Path, most: int = LARGEST) -> Bundled:
        """The bundle in a folder; ClaimError unless it is one that an entry may hold."""
        if not is_bundle(folder):
            raise ClaimError(f"{shown(folder.name)} is no bundle: {MANIFEST} is missing")
        try:
            bundle = Bundle.read(folder)
        except AgentError as error:
            raise ClaimError(str(error)) from None
        held = {path.name: path.is_file() for path in folder.iterdir()}
        if held != dict.fromkeys(bundle.files, True):
            raise ClaimError(f"{shown(folder.name)} is no bundle: it holds {', '.join(bundle.files)}, and nothing else")
        if (size := sum((folder / name).stat().st_size for name in bundle.files)) > most:
            raise ClaimError(f"{folder.name} has {size} bytes: a bundle here has at most {most}")
        return cls(folder, bundle)

    @property
    def seed(self) -> int:
        """The training seed of its agent."""
        return self.bundle.training.seed

    @property
    def name(self) -> str:
        """What its folder is called in an entry."""
        return f"seed-{self.seed}"

    def write(self, folder: Path) -> None:
        """Write its files below a new folder of an entry."""
        with new_folder(folder / FOLDER / self.name) as fresh:
            for name in self.bundle.files:
                write_whole(fresh / name, (self.folder / name).read_bytes())


def read_bundles(folder: Path) -> tuple[Bundled, ...]:
    """The bundles of the entry, or the results, in a folder; ClaimError says what is wrong with one."""
    place = folder / FOLDER
    if not place.exists():
        return ()
    found = tuple(map(Bundled.read, sorted(place.iterdir()))) if place.is_dir() else ()
    if not found:
        raise ClaimError(f"{place} holds no bundle: it is a folder of them, or is left out")
    for each in found:
        if each.folder.name != each.name:
            raise ClaimError(f"the bundle of training seed {each.seed} belongs in {each.name}, not {each.folder.name}")
    return found


def keep_bundles(given: Iterable[Path], folder: Path) -> None:
    """Write those agents that are bundles beside their results, for an entry; others are left out."""
    for bundled in [Bundled.read(path) for path in given if is_bundle(path)]:
        place = folder / FOLDER / bundled.name
        if not is_bundle(place) or Bundle.read(place) != bundled.bundle:
            bundled.write(folder)


def check_bundles(bundles: Sequence[Bundled], episodes: Episodes) -> None:
    """ClaimError unless each is of the agent of a run, and no two of the same."""
    if len({each.seed for each in bundles}) < len(bundles):
        raise ClaimError("an entry holds one bundle of each training seed at most")
    if len({each.bundle.weights for each in bundles}) < len(bundles):
        raise ClaimError("training seeds have weights of their own: two bundles hold the same")
    for each in bundles:
        _check_tied(each.bundle, run_of(each, episodes.runs), episodes.game.environment)


def run_of(bundled: Bundled, runs: Iterable[Run]) -> Run:
    """The run of a bundle's agent; ClaimError where there is none."""
    if run := next((run for run in runs if run.training_seed == bundled.seed), None):
        return run
    raise ClaimError(f"there is a bundle of training seed {bundled.seed}, with which nothing was played")


def _check_tied(bundle: Bundle, run: Run, environment: str) -> None:
    trained, who = bundle.training, f"the bundle of training seed {run.training_seed}"
    given = bundle.network.outputs if isinstance(bundle.network, OnnxNetwork) else None
    for what, said, played in (
        ("environment", bundle.environment, find(environment)[0].id),
        ("algorithm", bundle.algorithm, algorithm(run)),
        ("outputs", given, trained.recipe.get("outputs")),
        ("reward", trained.reward, run.reward),
        ("alpha", trained.alpha, run.alpha),
        ("recipe", _told(trained.recipe, bundle), _told(run.details.get("recipe") or {}, bundle)),
    ):
        if said != played:
            raise ClaimError(f"{who} says {what} {shown(said)}, and its run {shown(played)}")
    if bundle.digest != run.details.get("bundle") and run.details.get("sha256") not in (bundle.source, bundle.weights):
        raise ClaimError(f"{who} is of another agent: its run names neither it nor the file that it was packed from")


def _told(recipe: Any, bundle: Bundle) -> str:
    """A recipe, and where it says none the algorithm alone, as text."""
    return json.dumps({"algorithm": bundle.algorithm, **recipe} if isinstance(recipe, dict) else recipe, sort_keys=True)
