"""What is known of an entry beside what it says of itself, in a register that those have who keep the board.

    entries/register.json    the standing of each entry that somebody has judged, by its folder

An entry that nobody has judged is self-reported. Replayed and retrained are said of one content, by its digest: an
entry that has changed since is self-reported again. Quarantine and withdrawal are said of a folder, whatever it holds.

Of a replay the register tells how many of the entry's agents played again. The others are known by their actions alone.
An entry of which all are has no rank: anybody can write down good actions, and nobody has seen an agent choose them.

Quarantine is said of contents besides, and no other name escapes it: of the episodes of an entry, by their checksum,
and of agents that somebody has played, by their content hashes or those of their weights. It is not said of the agents
that a forged entry merely names, which may be those of others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from filelock import FileLock
from pydantic import AfterValidator, Field, ValidationError, model_validator

from ..choices import printable, shortened, shown
from ..eval.table.manifest import EpisodesError, read_bytes, read_manifest
from ..eval.table.record import Record, first_mistake
from ..files import write_whole
from .words import Text

REGISTER, LOCK, EPISODES = "register.json", ".register.lock", "episodes.parquet"
PATIENCE = 60.0  # seconds for others who write the register
CONTENTS = ("bundle", "sha256", "weights", "submission")  # what a run's details call content hashes of its agent
MOST_BYTES = 4 * 2**20
Status = Literal["self-reported", "replayed", "retrained", "quarantined", "withdrawn"]
JUDGED: tuple[Status, ...] = ("replayed", "retrained")
SUSPECT: tuple[Status, ...] = ("quarantined", "withdrawn")
Agents = Literal["none", "some", "all"]
REPLAYED: dict[Agents, str] = {
    "none": ", its actions alone: without a rank",
    "some": ", some of its agents too",
    "all": "",
}
UNSEEN = "has not been replayed yet: `goalgap verify` does it"


def a_day(text: str) -> str:
    """ValueError unless a text is a day, YYYY-MM-DD."""
    try:
        if datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d") == text:  # noqa: DTZ007 (a day has no zone)
            return text
    except ValueError:
        pass
    raise ValueError(f"a day is written YYYY-MM-DD, not {shown(text)}")


Day = Annotated[str, AfterValidator(a_day)]


class Standing(Record):
    """What was judged of an entry, when and why.

    Attributes:
        digest: of the content that was judged.
        agents: how many of its agents were played again, from their bundles; of the others the actions were.
        isolation: what confined them; "none" where nothing did.
    """

    status: Status = "self-reported"
    date: Day | Literal[""] = ""
    reason: Text = Field(default="", max_length=300)
    digest: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    agents: Agents = "none"
    isolation: Text = Field(default="", max_length=100)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.status in JUDGED and not self.digest:
            raise ValueError(f"what is {self.status} has the digest of its content")
        if self.status in SUSPECT and not (self.reason and self.date):
            raise ValueError(f"what is {self.status} has a reason and a date")
        return self

    @property
    def ranked(self) -> bool:
        """Whether the entry has a rank: somebody has seen an agent of it act, or has trained others like it."""
        return self.status == "retrained" or (self.status == "replayed" and self.agents != "none")

    def __str__(self) -> str:
        return ": ".join(part for part in (self.told, self.reason) if part)

    @property
    def told(self) -> str:
        """The status, and of a replay what was played again."""
        return self.status + (REPLAYED[self.agents] if self.status == "replayed" else "")


SELF_REPORTED = Standing(reason=UNSEEN)


class Register(Record):
    """The standings of a folder of entries, by folder, such as "CheeseCorner/ppo", and those of contents, by hash."""

    format: Literal["goalgap-register"] = "goalgap-register"
    schema_version: Literal[1] = 1
    entries: dict[str, Standing] = Field(default_factory=dict)
    contents: dict[str, Standing] = Field(default_factory=dict)

    @classmethod
    def read(cls, entries: Path) -> Self:
        """The register of a folder of entries, empty where there is none; EpisodesError where it cannot be read."""
        place = entries / REGISTER
        if not place.exists():
            return cls()
        try:
            return cls.model_validate(json.loads(read_bytes(place, MOST_BYTES)))
        except ValidationError as error:
            raise EpisodesError(f"{place}: {first_mistake(error)}") from None
        except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
            raise EpisodesError(f"{place} is not JSON: {error}") from None

    @classmethod
    def of_entry(cls, folder: Path) -> Standing:
        """The standing of the entry in a folder, by the register two folders above."""
        return cls.read(folder.resolve().parents[1]).of(folder)

    def of(self, folder: Path) -> Standing:
        """The standing of the entry in a folder."""
        known = self.entries.get(_key(folder), SELF_REPORTED)
        if known.status in SUSPECT:
            return known
        for content in _contents(folder) if self.contents else ():
            if content in self.contents:
                return self.contents[content]
        if known.status in JUDGED and known.digest != digest_of(folder):
            return Standing(reason=f"has changed since it was {known.status} on {known.date}")
        return known

    def write(self, entries: Path) -> None:
        """Write the register of a folder of entries."""
        told = self.model_dump(exclude={"entries", "contents"})
        for name in ("entries", "contents"):
            standings = getattr(self, name)
            if standings:
                told[name] = {each: standings[each].model_dump(exclude_defaults=True) for each in sorted(standings)}
        write_whole(entries / REGISTER, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())


def record_replay(folder: Path, agents: Agents = "none", isolation: str = "") -> None:
    """Write into the register that an entry was replayed today; what was judged worse or better stays."""
    standing = Standing(status="replayed", date=_today(), digest=digest_of(folder), agents=agents, isolation=isolation)

    def change(register: Register) -> Register:
        known, order = register.of(folder), list(REPLAYED)
        more = known.status == "replayed" and order.index(agents) > order.index(known.agents)
        return _with_entry(register, folder, standing) if more or known.status == "self-reported" else register

    _change(folder.resolve().parents[1], change)


def record_quarantine(folder: Path, reason: str) -> None:
    """Write into the register that an entry, and whatever holds its episodes, is quarantined; a withdrawal stays."""
    standing, episodes = _quarantined(reason), read_manifest(folder / EPISODES).sha256

    def change(register: Register) -> Register:
        if register.of(folder).status == "withdrawn":
            return register
        return _with_contents(_with_entry(register, folder, standing), [episodes], standing)

    _change(folder.resolve().parents[1], change)


def record_agents(entries: Path, contents: Iterable[str], reason: str) -> None:
    """Write into the register that what agents of these content hashes have played is quarantined."""
    hashes = list(contents)
    _change(entries, lambda register: _with_contents(register, hashes, _quarantined(reason)))


def _change(entries: Path, change: Callable[[Register], Register]) -> None:
    """Change the register of a folder of entries while nobody else does."""
    entries.mkdir(parents=True, exist_ok=True)
    with FileLock(entries / LOCK, timeout=PATIENCE):
        register = Register.read(entries)
        if (changed := change(register)) != register:
            changed.write(entries)


def _with_entry(register: Register, folder: Path, standing: Standing) -> Register:
    return register.model_copy(update={"entries": {**register.entries, _key(folder): standing}})


def _with_contents(register: Register, hashes: Iterable[str], standing: Standing) -> Register:
    return register.model_copy(update={"contents": dict.fromkeys(hashes, standing) | register.contents})


def _quarantined(reason: str) -> Standing:
    """With a reason of plain characters, since it may hold what a stranger wrote."""
    plain = printable(reason).encode("ascii", "replace").decode()
    return Standing(status="quarantined", date=_today(), reason=shortened(" ".join(plain.split())))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _contents(folder: Path) -> list[str]:
    """The hashes that an entry tells: of its episodes, and of the agents that played them."""
    manifest = read_manifest(folder / EPISODES)
    told = [run.details[name] for run in manifest.runs for name in CONTENTS if name in run.details]
    return [manifest.sha256, *(each for each in told if isinstance(each, str))]


def digest_of(folder: Path) -> str:
    """The SHA-256 of what an entry says; its manifests hold those of its episodes and of its agents' weights."""
    content = hashlib.sha256()
    bundles = sorted(path.relative_to(folder).as_posix() for path in folder.glob("bundles/*/bundle.json"))
    for name in ("entry.json", "episodes.json", *bundles):
        content.update(hashlib.sha256(read_bytes(folder / name)).digest())
    return content.hexdigest()


def _key(folder: Path) -> str:
    return "/".join(folder.resolve().parts[-2:])
