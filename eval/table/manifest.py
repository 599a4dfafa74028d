"""The manifest beside a table: the game, the runs, the schema of the table and its checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from ...terms import Event
from .columns import SCHEMA
from .game import GameRecord
from .record import Record
from .runs import Run


class EpisodesError(ValueError):
    """Episodes that cannot be read or do not belong together."""


class Manifest(Record):
    """What lies beside the table of a result that is whole; `schema_version` is that of the table."""

    format: Literal["goalgap-episodes"] = "goalgap-episodes"
    schema_version: int = Field(ge=1, le=SCHEMA)
    game: GameRecord
    runs: tuple[Run, ...]
    rows: int
    sha256: str


def manifest_path(path: str | Path) -> Path:
    """Where the manifest of a table lies."""
    return Path(path).with_suffix(".json")


def read_manifest(path: str | Path) -> Manifest:
    """The manifest of the table at `path`; EpisodesError when there is none that can be read."""
    place = manifest_path(path)
    try:
        return Manifest.model_validate(upgraded(json.loads(read_bytes(place))))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EpisodesError(f"{place} is of another schema: {field}: {first['msg']}; evaluate again") from None
    except EpisodesError:
        raise
    except (ValueError, TypeError, KeyError) as error:
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


def read_bytes(path: Path) -> bytes:
    """What a file of a result holds; EpisodesError where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise EpisodesError(f"no finished result: {path} is missing; evaluate again") from None
