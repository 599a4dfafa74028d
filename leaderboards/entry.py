"""An entry: an evaluated agent as a folder of data.

    entries/CheeseCorner/ppo/entry.json        who, what and how (`EntryInfo`)
                            /episodes.parquet  every episode it played, with its actions
                            /episodes.json     the manifest: versions, seeds, recipe, checksum

Entries lie in the repository and are no part of an installation, which they would outgrow: there, `ENTRIES` is a folder
`entries` where one works.

Nothing in an entry is code, and none of its numbers is a score: scores are always computed anew from the
episodes, and the episodes are held to the environment by playing them again (`verify`). That shows that
the recorded actions earn what is claimed; that an agent chose them is what a sandbox will show, which runs the
agent itself: it will stand behind `verify` and produce episodes to compare, without a change to anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError

from ..choices import shown
from ..envs import known, task
from ..eval.play import replay
from ..eval.table.episodes import Episodes
from ..eval.table.record import Record, first_mistake
from ..eval.table.runs import Name
from ..files import new_folder, write_whole
from ..provenance import repository
from ..terms import LEVELS, SPLITS, Split

ENTRY, EPISODES = "entry.json", "episodes.parquet"
COMMITTED = Path(str(files(__package__))) / "entries"  # in the repository; an installation has none
ENTRIES = COMMITTED if COMMITTED.is_dir() else Path("entries")


class EntryError(ValueError):
    """An entry that cannot stand on the board; the message says what it lacks."""


def _with_letters(name: str) -> str:
    if not re.search("[a-z0-9]", name.lower()):
        raise ValueError(f"the name of an entry has a letter a-z or a digit, for its folder, which {shown(name)} lacks")
    return name


class EntryInfo(Record):
    """What `entry.json` says."""

    format: Literal["goalgap-entry"] = "goalgap-entry"
    schema_version: Literal[1] = 1
    name: Annotated[Name, AfterValidator(_with_letters)] = Field(min_length=1, max_length=60)
    kind: Literal["trained", "reference"]
    authors: str = Field(min_length=1)
    description: str = Field(min_length=1)
    command: str = Field(min_length=1, description="what anyone can run to make these episodes again")
    url: str = ""
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class Entry:
    """An agent with its episodes, sampled actions only, by every training seed on every level.

    Raises:
        EntryError: for an environment that is not known, argmax actions, or levels that are left out or repeated.
    """

    info: EntryInfo
    episodes: Episodes

    def __post_init__(self) -> None:
        game = self.episodes.game
        if game.environment not in known():
            raise EntryError(f"the board knows no environment {game.environment}: is its package installed?")
        if any(run.deterministic for run in self.episodes.runs):
            raise EntryError("an entry holds episodes with sampled actions, not with argmax actions")
        for run, split in product(self.episodes.runs, SPLITS):
            self._check_levels(run.training_seed, split)

    def _check_levels(self, seed: int, split: Split) -> None:
        played = sorted(self.episodes.where(training_seed=seed, split=split).column("level_seed").tolist())
        if played != list(range(LEVELS)):
            raise EntryError(
                f"an entry plays the levels 0 .. {LEVELS - 1} of {split} once with each training seed; "
                f"seed {seed} of {self.info.name} plays {len(played)}"
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

    def write(self, entries: Path = ENTRIES) -> Path:
        """Write the folder, all at once; EntryError when there is one of that name."""
        place = entries / self.folder
        if place.exists():
            raise EntryError(f"{place} exists already: choose another name, or remove it first")
        with new_folder(place) as fresh:
            self.episodes.write(fresh / EPISODES)
            write_whole(fresh / ENTRY, (self.info.model_dump_json(indent=2) + "\n").encode())
        return place

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read a folder; EntryError or EpisodesError says what is wrong with it."""
        try:
            info = EntryInfo.model_validate(json.loads((folder / ENTRY).read_text()))
        except FileNotFoundError:
            raise EntryError(f"{folder} is no entry: {ENTRY} is missing") from None
        except ValidationError as error:
            raise EntryError(f"{folder / ENTRY}: {first_mistake(error)}") from None
        except ValueError as error:
            raise EntryError(f"{folder / ENTRY} is not JSON: {error}") from None
        return cls(info, Episodes.read(folder / EPISODES))

    def verify(self) -> None:
        """Play every recorded episode again; EpisodesError names, by run and split, what comes out otherwise."""
        replay.verify(self.episodes)


def named(arguments: Mapping[str, Any]) -> str:
    """Arguments in words, such as "redundancy 1"."""
    return ", ".join(f"{name} {value}" for name, value in arguments.items())


def slug(name: str) -> str:
    """A name as a folder's name."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-")


def entry_folders(entries: Path = ENTRIES, environment: str = "*") -> list[Path]:
    """The folders of all entries, or of those in one environment, sorted; EntryError when there are none."""
    folders = sorted(path.parent for path in entries.glob(f"{environment}/[!.]*/{ENTRY}"))
    if not folders:
        place = entries if environment == "*" else entries / environment
        raise EntryError(
            f"no entries below {place}: `goalgap enter` makes one from a run's results; those that others have made "
            f"are in {repository()}: clone it, and name its folder by --entries goalgap/leaderboards/entries"
        )
    return folders


def read_entries(entries: Path = ENTRIES) -> list[Entry]:
    """All entries below a folder, sorted by path; EntryError when there are none."""
    return [Entry.read(folder) for folder in entry_folders(entries)]
