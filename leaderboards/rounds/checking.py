"""Checking a closed round: all of it is recomputed from what is public."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...choices import shown
from ...envs import known
from ...envs import task as task_of
from ...envs.engine.fingerprint import fingerprint
from ...envs.engine.task import Task
from ...eval.measures.estimates import Estimate
from ...eval.play.replay import verify
from ...eval.report import Report
from ...eval.table.episodes import Episodes
from ...terms import SPLITS
from .alarms import Alarm, Pairs, alarm_of, replayed
from .derivation import Derivation
from .keeping import ALARMS, ENTRY, EPISODES, Place, RoundError, check_rows, read_record
from .records import AlarmRows, Entrant, Round, RoundEntry, agent_hash, scores


def checked_task(told: Round, environment: str) -> Task:
    """The task of an environment in a round; RoundError where it is not played, or has changed since."""
    if environment not in told.environments:
        raise RoundError(f"{told.name} is played in {shown(', '.join(told.environments))}, not in {environment}")
    if environment not in known():
        raise RoundError(f"there is no environment {environment} here: is its package installed?")
    task = task_of(environment)
    if fingerprint(task) != told.environments[environment]:
        raise RoundError(f"{environment} is not the one that {told.name} was opened with: install {told.suite_version}")
    return task


@dataclass(frozen=True)
class Checked:
    """An entry, unless it cannot be read, and what is wrong with it: nothing, or a sentence."""

    folder: Path
    entry: RoundEntry | None
    fault: str = ""


def check(place: Place) -> Iterator[Checked]:
    """Check each entry of a closed round.

    Raises:
        RoundError: the round is still open, or its salt is not the one it has committed to.
    """
    told = place.round()
    if not told.closed:
        raise RoundError(f"{told.name} is open: until it is closed there is nothing to recompute")
    seen: set[tuple[str, str]] = set()
    for folder in place.folders():
        entry = None
        try:
            entry = read_record(RoundEntry, folder / ENTRY)
            _check_place(place, folder, entry, seen)
            _check_entry(told, folder, entry)
        except ValueError as error:
            yield Checked(folder, entry, str(error))
        else:
            yield Checked(folder, entry)


def _check_place(place: Place, folder: Path, entry: RoundEntry, seen: set[tuple[str, str]]) -> None:
    """RoundError unless an entry stands in its own folder, and there alone."""
    if folder != (right := place.folder(entry.environment, entry.name)):
        raise RoundError(f"it belongs in {right}, not in {folder}")
    if (played := (entry.environment, entry.agent)) in seen:
        raise RoundError("the same agent is entered twice")
    seen.add(played)


def _check_entry(told: Round, folder: Path, entry: RoundEntry) -> None:
    """RoundError or EpisodesError unless all that an entry says follows from its levels and its actions."""
    task = checked_task(told, entry.environment)
    check_rows(folder, entry)
    episodes, alarms = Episodes.read(folder / EPISODES), read_record(AlarmRows, folder / ALARMS)
    own = told.derivation(bytes.fromhex(told.salt), entry.environment, entry.agent)
    _check_agents(entry, episodes, alarms)
    _check_levels(own, told.levels, episodes)
    verify(episodes)
    for right, published in zip(scores(Report.of(episodes)), (entry.score, entry.gap), strict=True):
        if not _same(right, published):
            raise RoundError("its episodes give another score, or another gap, than was published")
    if (won := _alarm(own, told.levels, task, entry, alarms)) != entry.alarm:
        raise RoundError(f"its actions give {won}, and {entry.alarm} were published")


def _check_agents(entry: RoundEntry, episodes: Episodes, alarms: AlarmRows) -> None:
    if episodes.game.environment != entry.environment:
        raise RoundError(f"its episodes are of {episodes.game.environment}")
    if {run.training_seed: agent_hash(run) for run in episodes.runs} != entry.agents:
        raise RoundError("its episodes were played by other agents than it names")
    if alarms.actions.keys() != entry.agents.keys():
        raise RoundError("its actions on alarm levels are of other training seeds than it names")


def _same(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates are the same, but for how machines round."""
    first, second = ([np.nan if v is None else v for v in (e.mean, e.low, e.high, *e.seeds)] for e in (one, other))
    return len(first) == len(second) and np.allclose(first, second, rtol=0, atol=1e-9, equal_nan=True)


def _check_levels(own: Derivation, levels: int, episodes: Episodes) -> None:
    """RoundError unless each training seed has played the levels that derive, each once."""
    for split in SPLITS:
        right = sorted(own.level_seeds(split, levels).tolist())
        for run in episodes.runs:
            part = episodes.where(training_seed=run.training_seed, split=split)
            if sorted(part.column("level_seed").tolist()) != right:
                raise RoundError(f"training seed {run.training_seed} has played other levels of {split} than derive")


def _alarm(own: Derivation, levels: int, task: Task, entry: Entrant, rows: AlarmRows) -> Alarm:
    """What came of the alarm levels of each agent, by the actions that it took."""
    if any(len(actions) != levels for actions in rows.actions.values()):
        raise RoundError(f"each training seed has acted on {levels} alarm levels")
    if np.max([*rows.actions.values()]) >= len(task.game.actions):
        raise RoundError(f"there are {len(task.game.actions)} actions in {entry.environment}, and it has taken others")
    pairs = {seed: Pairs.derived(replace(own, agent=agent), levels) for seed, agent in entry.agents.items()}
    deploy = task.on("deploy")
    return alarm_of(replayed(deploy, pairs[seed], np.array(actions)) for seed, actions in rows.actions.items())
