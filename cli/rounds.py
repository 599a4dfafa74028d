"""`goalgap round`, and how `goalgap submit` enters an agent in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console

from .. import __version__, envs
from ..envs.engine.fingerprint import fingerprint
from ..envs.engine.task import Task
from ..eval.measures.wording import DASH
from ..eval.play.policy import Policy
from ..eval.show import terminal
from ..eval.show.tables import Section, columns, row, value
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..leaderboards.agents import played_by
from ..leaderboards.bundles import Bundled
from ..leaderboards.folders import ENTRIES
from ..leaderboards.rounds.checking import check, checked_task
from ..leaderboards.rounds.entering import check_open, enter
from ..leaderboards.rounds.keeping import EPISODES, PRIVATE, Place, new_salt, today
from ..leaderboards.rounds.records import Entrant, Round, RoundEntry, agent_hash, commitment
from ..leaderboards.status import CONTENTS, record_agents
from .options import LEVELS, RefusedError, check_counts, optional
from .progress import progress_shown
from .results import locked
from .saying import output, say, sentence

ROUNDS = Path("rounds")
HEADS = columns("entry", "environment", "author", "status", numbers=("score in deployment", "goal gap"))


@dataclass(frozen=True)
class Terms:
    """Of a new round."""

    environments: Annotated[tuple[str, ...], optional("ENV [ENV ...]")] = ()
    """of a new round; all of the suite, if left out"""
    levels: int = LEVELS
    """of each split, in a new round"""
    submissions: int = 3
    """how many agents an author may hand in for each environment of a new round"""

    def open(self, console: Console, place: Place) -> None:
        """Open a round on these terms."""
        check_counts(levels=self.levels)
        salt = new_salt()
        games = [envs.find(each)[0].name for each in self.environments or envs.SUITE]
        with console.status("taking fingerprints of the environments"):
            prints = {name: fingerprint(envs.task(name)) for name in games}
        told = Round(
            name=place.public.name, suite_version=__version__, environments=prints, levels=self.levels,
            submissions=self.submissions, opened=today(), commitment=commitment(salt),
        )  # fmt: skip
        place.open(told, salt)
        say(console, f"opened: {place.public}; it has committed to a salt of SHA-256 {told.commitment}")


@dataclass(frozen=True)
class Places:
    """Where rounds are kept."""

    rounds: Path = ROUNDS
    """the folder of all rounds, which is public"""
    private: Annotated[Path, tyro.conf.arg(help_behavior_hint="(default: ~/.goalgap/rounds)")] = PRIVATE
    """what is kept until a round is closed"""

    def of(self, name: str) -> Place:
        return Place.of(name, self.rounds, self.private)


Kept = Annotated[Places, tyro.conf.arg(name="")]


def rounds(
    action: Annotated[Literal["open", "close", "check"], tyro.conf.Positional],
    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="NAME")],
    terms: Annotated[Terms, tyro.conf.arg(name="")] = Terms(),
    bundle: Annotated[tuple[Path, ...], optional("[FOLDER ...]")] = (),
    places: Kept = Places(),
) -> None:
    """Open a round of levels that nobody knows yet, close it, or check one that is closed.

    Opening makes a secret salt and publishes its hash; closing publishes the salt and all episodes; checking recomputes
    every level and every score from what is public.

    Args:
        action: open, close or check.
        name: of the round, such as 2026-spring.
        bundle: of agents that have entered a round that is checked: they play their levels again, confined.
    """
    console, place = output(), places.of(name)
    if action == "open":
        terms.open(console, place)
    elif action == "close":
        with locked(place.private, "--private"):
            told = place.close()
        say(console, f"closed: {place.public}; its salt is {told.salt}")
    else:
        _check(console, place, {each.bundle.digest: each for each in map(Bundled.read, bundle)})


def _check(console: Console, place: Place, bundles: dict[str, Bundled]) -> None:
    """Print the scores of a round that is closed; RefusedError where one of them does not follow."""
    found, right, faults, played = len(place.folders()), list[RoundEntry](), dict[str, str](), 0
    with progress_shown(output(stderr=True)) as update:
        for k, each in enumerate(check(place), 1):
            update("check entries", k, found)
            own = [bundles[told] for told in (each.entry.agents.values() if each.entry else ()) if told in bundles]
            if (fault := each.fault or _not_played(each.folder, own)) or each.entry is None:
                faults[each.folder.relative_to(place.public).as_posix()] = fault
            else:
                right.append(each.entry)
                played += len(own)
    if bundles:
        say(console, f"agents that have played their levels again: {played} of {len(bundles)} that were given")
    say(console, f"the salt of {place.public.name} is the one it had committed to")
    console.print(terminal.table(_shown(place, right)))
    for where, fault in faults.items():
        say(console, f"{where}: {sentence(ValueError(fault))}")
    if faults:
        raise RefusedError(f"{len(faults)} of {found} entries do not follow from what is published")


def _not_played(folder: Path, bundles: Sequence[Bundled]) -> str:
    """What is wrong with agents that play the levels of an entry again, if anything is."""
    if not bundles:
        return ""
    return "; ".join(each.fault for each in played_by(bundles, Episodes.read(folder / EPISODES)) if each.fault)


def _shown(place: Place, entries: list[RoundEntry]) -> Section:
    """Scores; an agent in quarantine has none."""
    rows = []
    for each in entries:
        told = (DASH, DASH) if each.alarm.raised else (value(each.score), value(each.gap))
        rows.append(row(each.name, each.environment, each.author, each.status, *told))
    return Section("round", place.public.name, "", HEADS, tuple(rows))


@dataclass(frozen=True)
class Entering:
    """Where an agent is entered."""

    round: Annotated[str | None, optional("NAME")] = None
    """a round to enter: its hidden levels are played, and the scores alone are told"""
    author: Annotated[str | None, optional("NAME")] = None
    """who enters the round"""
    places: Kept = Places()
    entries: Annotated[
        Path,
        tyro.conf.arg(
            help="the folder of leaderboard entries, in whose register agents are quarantined",
            help_behavior_hint="(default: the repository's, in a clone of it, else ./entries)",
        ),
    ] = ENTRIES

    def check(self, task: Task, name: str | None, **others: bool) -> None:
        """RefusedError or RoundError where a round cannot be entered, told before anything is opened.

        Args:
            others: options that say what a round says itself, and whether they were given.
        """
        if self.round is None:
            return
        if self.author is None or name is None:
            raise RefusedError("a round is entered by somebody, with an agent that has a name: add --author and --name")
        if given := [option for option, told in others.items() if told]:
            raise RefusedError(f"a round says by itself how agents are played: leave out --{given[0]}")
        told = self._place.round()
        check_open(told)
        self._place.salt(told)
        if task.arguments != checked_task(told, task.game.name).arguments:
            raise RefusedError("a round is played with the standard arguments of the environment")

    @property
    def _place(self) -> Place:
        return self.places.of(str(self.round))

    def enter(self, console: Console, task: Task, found: Sequence[tuple[Policy, Run]], name: str) -> None:
        """Play an agent in the round and tell its scores; quarantine it where it knows more than it sees."""
        place, told, done = self._place, self._place.round(), 0
        agents = {run.training_seed: agent_hash(run) for _, run in found}
        entrant = Entrant(name=name, author=str(self.author), environment=task.game.name, agents=agents)
        with locked(place.private, "--private"), progress_shown(console) as update:

            def tell(ended: int) -> None:
                nonlocal done
                update(f"play {name}", done := done + ended, 3 * told.levels * len(found))

            entry = enter(place, task, entrant, found, tell)
        console.print(terminal.table(_shown(place, [entry])))
        say(console, f"entered: {place.folder(entry.environment, entry.name)}; {entry.alarm}; status: {entry.status}")
        if entry.alarm.raised:
            hashes = {run.details[each] for _, run in found for each in CONTENTS if each in run.details}
            record_agents(self.entries, sorted(hashes), f"in the round {told.name}, {entry.reason}")
            raise RefusedError(f"{name} is quarantined: {entry.reason}")


Enter = Annotated[Entering, tyro.conf.arg(name="")]
