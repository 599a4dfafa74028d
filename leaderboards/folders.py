"""Where entries lie: `leaderboards/entries/ENVIRONMENT/NAME` in the repository.

They are no part of an installation, which they would outgrow: there, `ENTRIES` is a folder `entries` where one works.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ..choices import choose
from ..files import exists
from ..provenance import repository
from .entry import ENTRY, Entry, EntryError
from .words import slug

COMMITTED = Path(str(files(__package__))) / "entries"  # in the repository; an installation has none
ENTRIES = COMMITTED if COMMITTED.is_dir() else Path("entries")


def entry_folders(entries: Path = ENTRIES, environment: str = "*") -> list[Path]:
    """The folders of all entries, or of those in one environment, sorted; EntryError when there are none."""
    found = (path.parent for path in entries.glob(f"{environment}/*/{ENTRY}"))
    folders = sorted(path for path in found if not any(part.startswith(".") for part in path.parts[-2:]))
    if not folders:
        place = entries if environment == "*" else entries / environment
        raise EntryError(
            f"no entries below {place}: `goalgap enter` makes one from a run's results; those that others have made "
            f"are in {repository()}: clone it, and name its folder by --entries goalgap/leaderboards/entries"
        )
    return folders


def find_entry(word: str, entries: Path = ENTRIES) -> Path:
    """Where an entry lies: a path, or an environment and a name, as in CheeseCorner/ppo; ValueError says what exist."""
    if exists(Path(word)):
        return Path(word)
    environment, slash, name = word.partition("/")
    places = {path.parent.relative_to(entries).as_posix() for path in entries.glob(f"*/*/{ENTRY}")}
    if not slash or environment not in {place.partition("/")[0] for place in places}:
        raise ValueError(
            f"there is no file, folder or leaderboard entry {word}: name results, or an entry such as CheeseCorner/ppo"
        )
    here = sorted(place for place in places if place.startswith(f"{environment}/"))
    return entries / choose("leaderboard entry", f"{environment}/{slug(name)}", here)


def read_entries(entries: Path = ENTRIES) -> list[Entry]:
    """All entries below a folder, sorted by path; EntryError when there are none."""
    return [Entry.read(folder) for folder in entry_folders(entries)]
