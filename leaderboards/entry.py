"""An entry: an evaluated agent as a folder of data.

    entries/CheeseCorner/ppo/entry.json        who, what and how (`EntryInfo`)
                            /episodes.parquet  every episode it played, with its actions
                            /episodes.json     the manifest: versions, seeds, recipe, checksum
                            /bundles/seed-0    if there are any: agents that played them (`bundles`)

Nothing in an entry is code, and none of its numbers is a score: scores are always computed anew from the
episodes. What it claims is held to its episodes when it is read (`claims`), and its episodes to the environment when
they are played again (`verifying`). That shows that the recorded actions earn what is claimed; that an agent chose them
is what only playing the agent shows (`agents`). What others have found of it stands in their register (`status`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError

from ..envs import known, task
from ..eval.measures.intervals import ENOUGH
from ..eval.play.games import recorded_task
from ..eval.table.checking import check_rows
from ..eval.table.episodes import Episodes
from ..eval.table.game import GameRecord
from ..eval.table.manifest import EpisodesError, read_bytes, read_manifest
from ..eval.table.record import Record, first_mistake
from ..files import new_folder, write_whole
from ..terms import LEVELS, SPLITS, Split
from .bundles import Bundled, check_bundles, read_bundles
from .claims import ClaimError, algorithm, check_copies, check_name, check_runs
from .status import SELF_REPORTED, Day, Register, Standing
from .verifying import verified
from .words import Text, Title, slug

ENTRY, EPISODES = "entry.json", "episodes.parquet"
MOST_BYTES = 64 * 2**10  # of an entry.json
RUN_BYTES, MOST_ROOM = 256 * 2**20, 2**31  # that the episodes of a run, and of all, may take while they are read


class EntryError(ValueError):
    """An entry that cannot stand on the board; the message says what it lacks."""


class EntryInfo(Record):
    """What `entry.json` says."""

    format: Literal["goalgap-entry"] = "goalgap-entry"
    schema_version: Literal[1] = 1
    name: Title = Field(min_length=1, max_length=60)
    kind: Literal["trained", "reference"]
    authors: Text = Field(min_length=1, max_length=200)
    description: Text = Field(min_length=1, max_length=1000)
    command: Text = Field(min_length=1, max_length=1000, description="what anyone can run to make these episodes again")
    url: str = Field(default="", max_length=300, pattern=r"^(https?://[!#-;=?-~]+)?$")
    date: Day


@dataclass(frozen=True)
class Entry:
    """An agent with its episodes, sampled actions only, by every training seed on every level.

    Attributes:
        standing: what others have found of it.
        bundles: of its agents, those that there are.

    Raises:
        EntryError: for an environment that is not known or has changed, values that are missing, levels that are left
            out or repeated, or claims that its episodes belie.
    """

    info: EntryInfo
    episodes: Episodes
    standing: Standing = SELF_REPORTED
    bundles: tuple[Bundled, ...] = ()

    def __post_init__(self) -> None:
        episodes = self.episodes
        if episodes.game.environment not in known():
            raise EntryError(f"the board knows no environment {episodes.game.environment}: is its package installed?")
        try:
            _check_game(episodes.game.model_dump_json())
            check_rows(episodes.table, episodes.game, episodes.runs)
            check_runs(self.info.kind, episodes.runs)
            check_name(self.info.kind, self.info.name, episodes.runs)
            self._check_lengths()
            for run, split in product(episodes.runs, SPLITS):
                self._check_levels(run.training_seed, split)
            check_copies(episodes)
            check_bundles(self.bundles, episodes)
        except (ValueError, TypeError) as error:  # of arguments that are none of the game's
            raise EntryError(f"{self.info.name}: {error}") from None

    def _check_lengths(self) -> None:
        for split in SPLITS:
            lengths, most = self.episodes.where(split=split).column("length"), self._horizon(split)
            if len(lengths) and not 1 <= lengths.min() <= lengths.max() <= most:
                raise ClaimError(f"an episode on {split} has 1 to {most} steps, and here one has {lengths.max()}")

    def _horizon(self, split: Split) -> int:
        game = self.episodes.game
        return task(game.environment, split=split, **game.arguments).horizon

    def _check_levels(self, seed: int, split: Split) -> None:
        played = sorted(self.episodes.where(training_seed=seed, split=split).column("level_seed").tolist())
        if played != list(range(LEVELS)):
            raise ClaimError(
                f"an entry plays the levels 0 .. {LEVELS - 1} of {split} once with each training seed; "
                f"seed {seed} plays {len(played)}"
            )

    @property
    def board(self) -> str:
        """The board that it stands on: the environment, and what of its arguments is not standard."""
        game, usual = self.episodes.game, task(self.episodes.game.environment).arguments
        other = {name: value for name, value in game.arguments.items() if value != usual.get(name)}
        return ", ".join(part for part in (game.environment, named(other)) if part)

    @property
    def folder(self) -> Path:
        """Where it belongs below `entries`."""
        return Path(self.episodes.game.environment) / slug(self.info.name)

    def write(self, entries: Path) -> Path:
        """Write the folder, all at once; EntryError when there is one of that name."""
        place = entries / self.folder
        if place.exists():
            raise EntryError(f"{place} exists already: choose another name, or remove it first")
        with new_folder(place) as fresh:
            self.episodes.write(fresh / EPISODES)
            for each in self.bundles:
                each.write(fresh)
            write_whole(fresh / ENTRY, (self.info.model_dump_json(indent=2) + "\n").encode())
        return place

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a folder; EntryError or EpisodesError says what is wrong with it."""
        info, room, bundles = read_info(folder), min(MOST_ROOM, RUN_BYTES * _claimed_runs(folder)), _bundles(folder)
        entry = cls(info, Episodes.read(folder / EPISODES, room), Register.of_entry(folder), bundles)
        if Path(*folder.resolve().parts[-2:]) != entry.folder:
            raise EntryError(f"the entry {info.name} belongs in the folder {entry.folder}, not in {folder}")
        return entry

    def verify(self) -> None:
        """Play every recorded episode again; EpisodesError names, by run and split, what comes out otherwise."""
        if faults := [replayed.fault for replayed in verified(self.info.kind, self.episodes) if replayed.fault]:
            raise EpisodesError("; ".join(faults))

    @property
    def identified(self) -> bool:
        """Whether it says what acted: a reference policy by name, or agents by algorithm and weights.

        What does not can be replayed by nobody but its maker, and has no rank.
        """
        told = (algorithm(run) and {"sha256", "weights"} & run.details.keys() for run in self.episodes.runs)
        return self.info.kind == "reference" or all(map(bool, told))

    @property
    def track(self) -> Literal["agent", "method"]:
        """What it shows: frozen agents, or a way of training, which takes five training seeds and more."""
        return "method" if len(self.episodes.runs) >= ENOUGH else "agent"


@cache
def _check_game(record: str) -> None:
    """ValueError unless this code plays the game of a record, given as JSON."""
    recorded_task(GameRecord.model_validate_json(record), "train")


def read_info(folder: Path) -> EntryInfo:
    """What `entry.json` in a folder says; EntryError says what is wrong with it."""
    place = folder / ENTRY
    if any(path.is_symlink() for path in (folder, *folder.rglob("*"))):
        raise EntryError(f"{folder} holds links, or is one: an entry is a folder of files")
    if not place.exists():
        raise EntryError(f"{folder} is no entry: {ENTRY} is missing")
    try:
        return EntryInfo.model_validate(json.loads(read_bytes(place, MOST_BYTES)))
    except ValidationError as error:
        raise EntryError(f"{place}: {first_mistake(error)}") from None
    except EpisodesError as error:
        raise EntryError(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise EntryError(f"{place} is not JSON: {error}") from None


def _bundles(folder: Path) -> tuple[Bundled, ...]:
    try:
        return read_bundles(folder)
    except ClaimError as error:
        raise EntryError(f"{folder}: {error}") from None


def _claimed_runs(folder: Path) -> int:
    """How many runs the manifest in a folder lists; EntryError unless it counts as many episodes as these have played.

    It is told before any episode is read: a forged table may hold any number of them.
    """
    manifest = read_manifest(folder / EPISODES)
    if manifest.rows != (right := len(manifest.runs) * LEVELS * len(SPLITS)):
        raise EntryError(
            f"an entry plays the levels 0 .. {LEVELS - 1} of each split once with each training seed: its "
            f"{len(manifest.runs)} runs are {right} episodes, and its manifest counts {manifest.rows}"
        )
    return len(manifest.runs)


def named(arguments: Mapping[str, Any]) -> str:
    """Arguments in words, such as "redundancy 1"."""
    return ", ".join(f"{name} {value}" for name, value in arguments.items())
