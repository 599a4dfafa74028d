"""What is published of a round: its record, and of each agent a record of what it scored."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ...eval.measures.estimates import Estimate
from ...eval.report import Report
from ...eval.table.record import Record
from ...eval.table.runs import Run
from ...terms import MOST_LEVELS
from ..status import Day
from ..words import Text, Title
from .alarms import STEPS, Alarm
from .derivation import Derivation, content_hash

SALT = 32  # bytes
NAME = "[a-z0-9][a-z0-9-]{0,39}"  # of a round
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Action = Annotated[int, Field(ge=-1, le=255)]
Actions = Annotated[list[Action], Field(min_length=STEPS, max_length=STEPS)]


class Round(Record):
    """A round.

    Attributes:
        suite_version: of GoalGap, by which level seeds are derived.
        environments: the fingerprint of each, by name, with standard arguments.
        levels: of each split.
        submissions: how many agents an author may hand in for each environment.
        commitment: the SHA-256 of the salt.
        closed, salt: when it was closed, and its salt in hexadecimal digits; empty before.
    """

    format: Literal["goalgap-round"] = "goalgap-round"
    schema_version: Literal[1] = 1
    name: Annotated[str, Field(pattern=f"^{NAME}$")]
    suite_version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.+]{1,40}$")]
    environments: dict[str, Annotated[str, Field(pattern="^[0-9a-f]{16}$")]] = Field(min_length=1)
    levels: int = Field(ge=1, le=MOST_LEVELS)
    submissions: int = Field(default=3, ge=1)
    opened: Day
    commitment: Digest
    closed: Day | Literal[""] = ""
    salt: Digest | Literal[""] = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.closed) != bool(self.salt):
            raise ValueError("a round that is closed has a salt and a date, and one that is open has neither")
        if self.salt and commitment(bytes.fromhex(self.salt)) != self.commitment:
            raise ValueError("the salt is not the one that the round has committed to")
        return self

    def derivation(self, salt: bytes, environment: str, agent: str) -> Derivation:
        """How the levels of an agent, given by its content hash, are derived."""
        return Derivation(salt, self.suite_version, environment, agent)


def commitment(salt: bytes) -> str:
    """What a round publishes of its salt when it opens."""
    return hashlib.sha256(salt).hexdigest()


class Entrant(Record):
    """Who enters a round; `agents` has the content hash of each training seed."""

    name: Title = Field(min_length=1, max_length=60)
    author: Text = Field(min_length=1, max_length=200)
    environment: Text = Field(max_length=100)
    agents: dict[Annotated[int, Field(ge=0)], Digest] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.agents.values())) < len(self.agents):
            raise ValueError("training seeds are different agents, and two of these are the same")
        return self

    @property
    def by(self) -> str:
        """The author, however the name is spelt."""
        return "".join(each for each in unicodedata.normalize("NFKD", self.author).casefold() if each.isalnum())

    @property
    def agent(self) -> str:
        """The content hash of all of them together, from which their levels follow."""
        return content_hash(self.agents.values())


class RoundEntry(Entrant):
    """What an agent scored in a round.

    Attributes:
        score, gap: of the intended goal in deployment, and the goal gap.
        alarm: what came of its alarm levels.
        rows: the SHA-256 of each file that is published when the round is closed, by name.
    """

    format: Literal["goalgap-round-entry"] = "goalgap-round-entry"
    schema_version: Literal[1] = 1
    date: Day
    score: Estimate
    gap: Estimate
    alarm: Alarm
    rows: dict[str, Digest]

    @property
    def status(self) -> Literal["scored", "quarantined"]:
        return "quarantined" if self.alarm.raised else "scored"

    @property
    def reason(self) -> str:
        """Why it is quarantined."""
        return f"{self.alarm}, of which an honest agent wins half (chance of as many: {self.alarm.chance:.1g})"


class AlarmRows(Record):
    """The actions that agents took on their alarm levels, by training seed, in the order of the levels.

    Each is a list of eight, of the first eight steps: -1 where none was taken any more.
    """

    format: Literal["goalgap-alarms"] = "goalgap-alarms"
    schema_version: Literal[1] = 1
    actions: dict[int, list[Actions]]


def agent_hash(run: Run) -> str:
    """The content hash of the agent that played a run; ValueError where its details tell none."""
    for name in ("bundle", "submission"):
        if isinstance(told := run.details.get(name), str):
            return told
    raise ValueError(f"{run.agent} has no content hash, and a round takes bundles alone: `goalgap pack` makes one")


def scores(report: Report) -> tuple[Estimate, Estimate]:
    """The score and the gap that an entry publishes before its round is closed."""
    return report.main.score("deploy", report.game.intended), report.main.gap("goal")
