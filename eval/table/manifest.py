"""The manifest beside a table: the game, the runs, the schema of the table and its checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ...choices import choose, shortened
from ...terms import Event
from .columns import SCHEMA
from .game import GameRecord
from .record import Record, first_mistake
from .runs import Run

MOST_BYTES = 16 * 2**20  # of a manifest


class EpisodesError(ValueError):
    """Episodes that cannot be read or do not belong together."""


class Manifest(Record):
    """What lies beside the table of a result that is whole; `schema_version` is that of the table."""

    format: Literal["goalgap-episodes"] = "goalgap-episodes"
    schema_version: int = Field(ge=1, le=SCHEMA)
    game: GameRecord
    runs: tuple[Run, ...]
    rows: int = Field(ge=0)
    sha256: str

    @model_validator(mode="after")
    def _check(self) -> Self:
        for run in self.runs:
            choose("reward of a run", run.reward or self.game.intended, [reward.name for reward in self.game.rewards])
        if len({run.key for run in self.runs}) < len(self.runs):
            raise ValueError("two runs have the same agent, training seed and way to act")
        return self


def manifest_path(path: str | Path) -> Path:
    """Where the manifest of a table lies."""
    table = Path(path)
    return table.parent / f"{table.stem}.json"


def read_manifest(path: str | Path) -> Manifest:
    """The manifest of the table at `path`; EpisodesError when there is none that can be read."""
    place = manifest_path(path)
    try:
        return Manifest.model_validate(upgraded(json.loads(read_bytes(place, MOST_BYTES))))
    except ValidationError as error:
        raise EpisodesError(f"{place} is of another schema: {first_mistake(error)}; evaluate again") from None
    except EpisodesError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise EpisodesError(f"{place} is not a manifest: {error}") from None


def upgraded(manifest: Any) -> Any:
    """A manifest of schema 1, where the game was called `world` and events stood among its rewards, as one of today."""
    if not isinstance(manifest, dict) or manifest.get("schema_version") != 1 or "world" not in manifest:
        return manifest
    rest, world = {**manifest}, manifest["world"]
    del rest["world"]
    rewards = [channel for channel in world["rewards"] if channel["role"] != "recorded"]
    events = [Event(channel["name"], channel["blurb"]) for channel in world["rewards"] if channel["role"] == "recorded"]
    return {**rest, "game": {**world, "rewards": rewards, "events": events}}


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """What a file of a result holds; EpisodesError where there is none, it is larger than that, or cannot be read."""
    try:
        if path.exists() and not path.is_file():
            raise EpisodesError(f"{path} is no file of a result: name a file of episodes, or its folder")
        if most is not None and path.stat().st_size > most:
            raise EpisodesError(f"{path} is larger than the {most // 2**20} MiB that are allowed")
        return path.read_bytes()
    except FileNotFoundError:
        raise EpisodesError(f"no finished result: {path} is missing; evaluate again") from None
    except OSError as error:
        raise EpisodesError(f"{shortened(str(path))} cannot be read: {error.strerror}") from error
