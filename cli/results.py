"""Where results lie: one folder for everything a run's agents share, named by what they depend on.

    results/CheeseCorner-PPO-alpha0.03-1a2b3c/seed-0/agent.zip, agent.json          a trained agent
                                             /seed-0/sampled-1000.parquet, .json    its episodes
                                             /report.json, report.html              what they say

The name says what is not as usual, for people, and holds a digest of the environment, its arguments, alpha, the reward
and the recipe (`agents.records`), so that the same command finds what is finished and another one cannot mistake it for
its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout
from pydantic import ValidationError

from .. import zoo
from ..agents.records import finished
from ..eval.suite import SUITE, Suite
from ..eval.table.episodes import Episodes
from ..eval.table.game import GameRecord
from ..eval.table.manifest import EpisodesError, read_manifest
from ..eval.table.runs import Run
from ..eval.table.selection import most_levels
from ..files import HIDDEN, LOCK, check_below, exists, reason, sweep
from .options import RefusedError


class Found(NamedTuple):
    """An agent that lies beside its episodes: what these say that it played, and of it."""

    agent: Path
    game: GameRecord
    run: Run


@contextmanager
def locked(folder: Path, option: str = "--results") -> Iterator[None]:
    """Work in a folder that no other process works in; RefusedError when one does, or it cannot be made.

    What killed processes have left half-written in it is removed.

    Args:
        option: by which the user may choose another.
    """
    lock = _locked(folder / LOCK, folder, option)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def alone(folder: Path, option: str = "--out") -> Iterator[None]:
    """Make a folder that no other process makes, whatever others do beside it; RefusedError as of `locked`."""
    lock = _locked(folder.with_name(f".{folder.name}{LOCK}"), folder, option)
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _locked(file: Path, folder: Path, option: str) -> FileLock:
    """A lock that is held; what was half-written in the folder, if it is there, is removed."""
    lock = FileLock(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        check_below(file.parent)  # where no lock can be made, nobody is at work
        lock.acquire(timeout=0)
        if folder.is_dir():
            sweep(folder)
    except Timeout:
        raise RefusedError(f"another process is working in {folder}: wait for it, or choose other {option}") from None
    except OSError as error:
        raise RefusedError(
            f"results cannot be written to {folder}: {reason(error)}; or choose other {option}"
        ) from error
    return lock


def find_episodes(paths: tuple[Path, ...]) -> list[Episodes]:
    """The episodes in files, anywhere below folders, or of agents of the zoo; EpisodesError says what is missing.

    Of several evaluations of one agent the one with the most levels counts, of each of its seeds.
    """
    if not paths:
        raise EpisodesError("name the files of episodes, or folders that hold some, such as results/CheeseCorner-...")
    tables = [(path, [] if zoo.is_name(str(path)) else _files(path)) for path in paths]
    read: dict[str, list[Episodes]] = {}
    for path, files in tables:
        for episodes in map(Episodes.read, files) if files else [zoo.recorded(str(path))]:
            read.setdefault(episodes.game.environment, []).append(episodes)
    return [kept for played in read.values() for kept in most_levels(played)]


def find_agents(paths: tuple[Path, ...]) -> Iterator[Found]:
    """Agents that lie beside their episodes, among those of `find_episodes`: folders, or files of their name."""
    for file in (file for path in paths if not zoo.is_name(str(path)) for file in _files(path)):
        agent = file.parent if finished(file.parent) else file.with_suffix(".zip")
        manifest = read_manifest(file)
        if exists(agent) and len(manifest.runs) == 1:
            yield Found(agent, manifest.game, manifest.runs[0])


def _files(path: Path) -> list[Path]:
    """The files of episodes at a path; EpisodesError where there are none."""
    _check_there(path)
    files = sorted(_tables(path)) if path.is_dir() else [path]
    if not files:
        makes = "`goalgap run` or `goalgap eval` makes them, and `goalgap bench` once all its cells are done"
        raise EpisodesError(f"{path} holds no episodes (*.parquet): {makes}")
    return files


def _tables(folder: Path) -> Iterator[Path]:
    """The files of episodes that the suite in a folder names, or else all below it that are whole."""
    if files := _of_suite(folder / SUITE):
        yield from (folder / file for file in files)
        return
    for path in folder.rglob("*.parquet"):
        if not any(part.startswith(HIDDEN) for part in path.parts):
            yield path


def _of_suite(path: Path) -> tuple[str, ...]:
    try:
        return Suite.model_validate_json(path.read_bytes()).files
    except (OSError, ValidationError):
        return ()


def _check_there(path: Path) -> None:
    """EpisodesError for a path where nothing is, or a file that can hold no episodes."""
    if not exists(path):
        raise EpisodesError(f"there is no file or folder {path}: name files of episodes (*.parquet), or their folder")
    if path.is_file() and path.suffix != ".parquet":
        raise EpisodesError(f"{path} is no file of episodes (*.parquet): name one, or its folder")
