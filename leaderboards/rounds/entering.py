"""Entering a round: who may, what is played, and what is published of it at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...envs.engine.task import Task
from ...eval.play.policy import Policy
from ...eval.report import Report
from ...eval.table.episodes import Episodes
from ...eval.table.runs import Run
from ..words import slug
from .alarms import alarm_of
from .keeping import ENTRY, Place, RoundError, today, write_record
from .playing import play
from .records import AlarmRows, Entrant, Round, RoundEntry, scores

Progress = Callable[[int], None]


def check_open(told: Round) -> None:
    """RoundError for a round that is closed."""
    if told.closed:
        raise RoundError(f"{told.name} was closed on {told.closed}: its salt is known, so nothing can enter it")


def check_admitted(place: Place, told: Round, entrant: Entrant) -> None:
    """RoundError where an agent may not enter a round; it says why."""
    check_open(told)
    others = [entry for entry in place.entries() if entry.environment == entrant.environment]
    if same := [entry.name for entry in others if entry.agent == entrant.agent]:
        raise RoundError(f"this very agent has entered as {same[0]}, and would play the same levels again")
    if any(slug(entry.name) == slug(entrant.name) for entry in others):
        raise RoundError(f"there is an entry {entrant.name} in {entrant.environment} already: choose another name")
    if sum(entry.by == entrant.by for entry in others) >= told.submissions:
        raise RoundError(
            f"{entrant.author} has handed in {told.submissions} agents for {entrant.environment}, which is as many as "
            f"{told.name} takes"
        )


def enter(
    place: Place, task: Task, entrant: Entrant, players: Sequence[tuple[Policy, Run]],
    progress: Progress | None = None,
) -> RoundEntry:  # fmt: skip
    """Play an agent in a round, keep its episodes, and publish its scores; nobody else may be entering meanwhile.

    Raises:
        RoundError: it may not enter.
    """
    told = place.round()
    check_admitted(place, told, entrant)
    own = told.derivation(place.salt(told), entrant.environment, entrant.agent)
    played = {player[1].training_seed: play(own, told.levels, task, player, progress) for player in players}
    episodes = Episodes.join(each for each, _ in played.values())
    actions = {
        seed: [taken for games in alarms for taken in games.actions.tolist()] for seed, (_, alarms) in played.items()
    }
    folder = place.folder(entrant.environment, entrant.name)
    rows = place.keep(folder, episodes, AlarmRows(actions=actions))
    alarm = alarm_of(games for _, alarms in played.values() for games in alarms)
    score, gap = scores(Report.of(episodes))
    entry = RoundEntry(**entrant.model_dump(), date=today(), score=score, gap=gap, alarm=alarm, rows=rows)
    write_record(folder / ENTRY, entry)
    return entry
