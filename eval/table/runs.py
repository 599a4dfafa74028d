"""Runs: which agent played, in which way, what it was trained with, and what was installed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ...choices import check_name
from ...provenance import installed_versions
from .record import Record


def _named(text: str) -> str:
    check_name("a name", text)
    return text


LONGEST = 200  # characters of a name
Name = Annotated[str, Field(max_length=LONGEST), AfterValidator(_named)]


class Run(Record):
    """One agent acting in one way. `reward` and `alpha` are what it was trained with; `seconds` is what playing took.

    `details` is the caller's: algorithm, settings, steps of training, checksum of the agent file.
    """

    agent: Name
    training_seed: int = Field(default=0, ge=0, le=2**63 - 1)
    deterministic: bool = False
    reward: str = ""
    alpha: float = Field(default=0.0, ge=0, le=1)
    details: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    created: str = ""
    seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @property
    def key(self) -> tuple[str, int, bool]:
        """What tells runs apart: the columns of a table that name its run."""
        return self.agent, self.training_seed, self.deterministic

    def stamped(self, seconds: float) -> Run:
        """This run with the versions that are installed, the time now (UTC), and how long it took."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return self.model_copy(update={"versions": installed_versions(), "created": now, "seconds": seconds})


def merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Each run once, with its times added up; ValueError where one key names different runs."""
    by_key: dict[tuple[str, int, bool], Run] = {}
    for run in runs:
        known = by_key.get(run.key)
        seconds = run.seconds + (known.seconds if known else 0.0)
        if known and (known.reward, known.alpha, known.details) != (run.reward, run.alpha, run.details):
            raise ValueError(f"two different runs are called {run.agent}, training seed {run.training_seed}")
        by_key[run.key] = (known or run).model_copy(update={"seconds": seconds})
    return tuple(by_key.values())
