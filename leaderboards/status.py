"""What is known of an entry beside what it says of itself, in a register that those have who keep the board.

    entries/register.json    the standing of each entry that somebody has judged, by its folder

An entry that nobody has judged is self-reported. Replayed and retrained are said of one content, by its digest: an
entry that has changed since is self-reported again. Quarantine and withdrawal are said of a folder, whatever it holds.

Of a replay the register tells how many of the entry's agents played again. The others are known by their actions alone:
such an entry is ranked, and the board marks it, since nobody has seen that an agent chose them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from ..choices import printable, shortened
from ..eval.table.manifest import EpisodesError, read_bytes
from ..eval.table.record import Record, first_mistake
from ..files import write_whole
from .words import Text

REGISTER = "register.json"
MOST_BYTES = 4 * 2**20
Status = Literal["self-reported", "replayed", "retrained", "quarantined", "withdrawn"]
RANKED: tuple[Status, ...] = ("replayed", "retrained")
Agents = Literal["none", "some", "all"]
REPLAYED: dict[Agents, str] = {"none": ", its actions alone", "some": ", some of its agents too", "all": ""}
UNSEEN = "has not been replayed yet: `goalgap verify` does it"


def a_day(text: str) -> str:
    """ValueError unless a text is a day, YYYY-MM-DD."""
    if datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%d") != text:  # noqa: DTZ007 (a day has no zone)
        raise ValueError(f"a day is written YYYY-MM-DD, not {text!r}")
    return text


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
        if self.status in RANKED and not self.digest:
            raise ValueError(f"what is {self.status} has the digest of its content")
        if self.status in ("quarantined", "withdrawn") and not (self.reason and self.date):
            raise ValueError(f"what is {self.status} has a reason and a date")
        return self

    @property
    def ranked(self) -> bool:
        """Whether the entry has a rank."""
        return self.status in RANKED

    def __str__(self) -> str:
        how = REPLAYED[self.agents] if self.status == "replayed" else ""
        return ": ".join(part for part in (self.status + how, self.reason) if part)


SELF_REPORTED = Standing(reason=UNSEEN)


class Register(Record):
    """The standings of a folder of entries, by folder, such as "CheeseCorner/ppo"."""

    format: Literal["goalgap-register"] = "goalgap-register"
    schema_version: Literal[1] = 1
    entries: dict[str, Standing] = Field(default_factory=dict)

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
        if known.ranked and known.digest != digest_of(folder):
            return Standing(reason=f"has changed since it was {known.status} on {known.date}")
        return known


def record_replay(folder: Path, agents: Agents = "none", isolation: str = "") -> None:
    """Write into the register that an entry was replayed today; what was judged worse or better stays."""
    known, order = Register.of_entry(folder), list(REPLAYED)
    more = known.status == "replayed" and order.index(agents) > order.index(known.agents)
    if more or known.status == "self-reported":
        _record(folder, "replayed", agents=agents, isolation=isolation)


def record_quarantine(folder: Path, reason: str) -> None:
    """Write into the register that an entry is not what it claims; a withdrawal stays."""
    if Register.of_entry(folder).status != "withdrawn":
        _record(folder, "quarantined", reason=shortened(" ".join(printable(reason).split())))


def _record(folder: Path, status: Status, **told: Any) -> None:
    entries = folder.resolve().parents[1]
    register, today = Register.read(entries), datetime.now(UTC).date().isoformat()
    standing = Standing(status=status, date=today, digest=digest_of(folder), **told)
    standings = {**register.entries, _key(folder): standing}
    shown = {name: standings[name].model_dump(exclude_defaults=True) for name in sorted(standings)}
    text = json.dumps({**register.model_dump(exclude={"entries"}), "entries": shown}, indent=1, ensure_ascii=False)
    write_whole(entries / REGISTER, f"{text}\n".encode())


def digest_of(folder: Path) -> str:
    """The SHA-256 of what an entry says; its manifests hold those of its episodes and of its agents' weights."""
    content = hashlib.sha256()
    bundles = sorted(path.relative_to(folder).as_posix() for path in folder.glob("bundles/*/bundle.json"))
    for name in ("entry.json", "episodes.json", *bundles):
        content.update(hashlib.sha256(read_bytes(folder / name)).digest())
    return content.hexdigest()


def _key(folder: Path) -> str:
    return "/".join(folder.resolve().parts[-2:])
