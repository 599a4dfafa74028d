"""Where a round lies: what is published of it, and what its operator keeps until it is closed.

    ROUNDS/spring/round.json                          the round: what is played, and the hash of its salt (`Round`)
                 /entries/CheeseCorner/ppo/entry.json a score (`RoundEntry`); once it is closed, beside it
                                          /episodes.parquet, episodes.json, alarms.json

    PRIVATE/spring/salt                               the salt, 64 hexadecimal digits, which its owner alone may read
                  /entries/CheeseCorner/ppo/...       what is published in the end

Files are written whole, and what makes them count comes last: the salt before the round that commits to it, episodes
before the score that vouches for them, and at the end all episodes before the salt.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from ...choices import shown
from ...eval.table.episodes import Episodes
from ...eval.table.manifest import read_bytes
from ...eval.table.record import Record, first_mistake
from ...files import StorageError, new_folder, reason, sha256_of, write_whole
from ..words import slug
from .records import NAME, SALT, AlarmRows, Round, RoundEntry, commitment

ROUND, ENTRY, ENTRIES, SECRET = "round.json", "entry.json", "entries", "salt"
EPISODES, ALARMS = "episodes.parquet", "alarms.json"
ROWS = (EPISODES, "episodes.json", ALARMS)
PRIVATE = Path("~/.goalgap/rounds")
MOST_BYTES = 64 * 2**20  # of a record
Kept = TypeVar("Kept", bound=Record)


class RoundError(ValueError):
    """Something of a round that is not as it must be; the message says what."""


def today() -> str:
    """The day in UTC."""
    return datetime.now(UTC).date().isoformat()


def read_record(kind: type[Kept], path: Path) -> Kept:
    """A record of a round; RoundError says what is wrong with it."""
    try:
        return kind.model_validate(json.loads(read_bytes(path, MOST_BYTES)))
    except ValidationError as error:
        raise RoundError(f"{path}: {first_mistake(error)}") from None
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise RoundError(f"{path} is not JSON: {error}") from None


def write_record(path: Path, record: Record) -> None:
    """Write a record of a round."""
    write_whole(path, (record.model_dump_json(indent=2) + "\n").encode())


@dataclass(frozen=True)
class Place:
    """The folders of one round: what is public, and what its operator keeps, who alone needs the second."""

    public: Path
    private: Path

    @classmethod
    def of(cls, name: str, rounds: Path, private: Path = PRIVATE) -> Place:
        """The folders of a round; RoundError where it can have no such name."""
        if not re.fullmatch(NAME, name):
            raise RoundError(f"a round is called by at most 40 of a-z, 0-9 and -, not by {shown(name)}")
        return cls(rounds / name, private.expanduser() / name)

    def open(self, told: Round, salt: bytes) -> None:
        """Keep a new salt, and publish the round that commits to it.

        Raises:
            RoundError: there is a round of that name, or the salt would be published too.
        """
        if self.private.resolve().is_relative_to(self.public.resolve().parent):
            raise RoundError(f"{self.private} is among what is published: keep the salts of rounds elsewhere")
        if (self.public / ROUND).exists():
            raise RoundError(f"there is a round in {self.public} already: choose another name")
        _write_secret(self.private / SECRET, salt.hex())
        write_record(self.public / ROUND, told)

    def round(self) -> Round:
        """The round's record; RoundError where there is none."""
        if not (self.public / ROUND).is_file():
            raise RoundError(f"there is no round in {self.public}: `goalgap round open` makes one")
        told = read_record(Round, self.public / ROUND)
        if told.name != self.public.name:
            raise RoundError(f"the round {told.name} belongs in a folder of that name, not in {self.public}")
        return told

    def salt(self, told: Round) -> bytes:
        """The salt that the operator keeps; RoundError where it is not that of the round."""
        place = self.private / SECRET
        try:
            salt = bytes.fromhex(place.read_text())
        except (OSError, ValueError):
            raise RoundError(f"{place} does not hold a salt: --private says where {told.name} has its own") from None
        if commitment(salt) != told.commitment:
            raise RoundError(f"{place} holds another salt than the one that {told.name} has committed to")
        return salt

    def folders(self) -> list[Path]:
        """The folders of all entries that are public, sorted."""
        found = (path.parent for path in self.public.glob(f"{ENTRIES}/*/*/{ENTRY}"))
        return sorted(path for path in found if not path.name.startswith("."))

    def entries(self) -> Iterator[RoundEntry]:
        """The entries that are public."""
        return (read_record(RoundEntry, folder / ENTRY) for folder in self.folders())

    def kept(self, folder: Path) -> Path:
        """Where the operator keeps what belongs to the entry in a public folder."""
        return self.private / folder.relative_to(self.public)

    def folder(self, environment: str, name: str) -> Path:
        """The public folder of an entry."""
        return self.public / ENTRIES / environment / slug(name)

    def keep(self, folder: Path, episodes: Episodes, alarms: AlarmRows) -> dict[str, str]:
        """Keep what will be published of the entry in a public folder; the SHA-256 of each file, by name."""
        kept = self.kept(folder)
        shutil.rmtree(kept, ignore_errors=True)  # of an attempt whose score was never written
        with new_folder(kept) as fresh:
            episodes.write(fresh / EPISODES)
            write_record(fresh / ALARMS, alarms)
        return {name: sha256_of(kept / name) for name in ROWS}

    def close(self) -> Round:
        """Publish what the operator has kept, and then the salt; once more, where it was interrupted.

        Raises:
            RoundError: it is closed, or what was kept is not what was scored.
        """
        told = self.round()
        if told.closed:
            raise RoundError(f"{told.name} was closed on {told.closed}")
        salt = self.salt(told)
        for folder in self.folders():
            check_rows(self.kept(folder), read_record(RoundEntry, folder / ENTRY))
        for folder in self.folders():
            for name in ROWS:
                write_whole(folder / name, (self.kept(folder) / name).read_bytes())
        closed = Round(**{**told.model_dump(), "closed": today(), "salt": salt.hex()})
        write_record(self.public / ROUND, closed)
        return closed


def check_rows(folder: Path, entry: RoundEntry) -> None:
    """RoundError unless a folder holds the very files that an entry has vouched for."""
    if set(entry.rows) != set(ROWS):
        raise RoundError(f"{entry.name} vouches for {shown(', '.join(entry.rows))} and not for {', '.join(ROWS)}")
    for name, sha256 in entry.rows.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256:
            raise RoundError(f"{folder / name} is missing, or not what was there when {entry.name} was scored")


def new_salt() -> bytes:
    """32 random bytes of the system's generator for secrets."""
    return secrets.token_bytes(SALT)


def _write_secret(path: Path, text: str) -> None:
    """Write a new file that nobody but its owner may read; RoundError where there is one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise RoundError(f"{path} holds the salt of a round of that name already: choose another name") from None
    except OSError as error:
        raise StorageError(f"cannot write {path}: {reason(error)}") from error
