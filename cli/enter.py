"""`goalgap enter`: episodes become an entry of the leaderboard, or one in each environment, of one way of training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

import tyro

from ..agents.bundles.manifest import Card
from ..agents.reading.errors import AgentError
from ..envs import known
from ..eval.report import Report
from ..eval.show import terminal
from ..eval.show.suite import standings
from ..eval.suite import Suite
from ..eval.table.episodes import Episodes
from ..eval.table.runs import Run
from ..leaderboards.agents import PlayedAgain, check_agents, judged, packed
from ..leaderboards.bundles import Bundled, read_bundles
from ..leaderboards.claims import algorithm
from ..leaderboards.entry import Entry, EntryError, EntryInfo
from ..leaderboards.folders import ENTRIES
from ..leaderboards.status import Register, Standing, record_replay
from .leaderboard import Entries
from .options import optional
from .progress import progress_shown
from .report import Paths
from .results import Found, find_agents, find_episodes
from .saying import output, say

UNNAMED = ", without a rank: its runs do not say by what algorithm and with which weights they were played"
UNSEEN = (
    ", without a rank: it holds no agent that others could play again; --bundle takes those that `goalgap pack` wrote, "
    "and --license MIT, or another license, packs the first one that lies beside its episodes, where one does"
)


@dataclass(frozen=True)
class About:
    """What an entry says of itself."""

    name: str
    """of the entry, as the board shows it; entries of one name and authors are one row over all environments"""
    authors: str
    """who made the agent"""
    description: str
    """what it is, in a sentence"""
    command: str
    """what anyone can run to make these episodes again"""
    kind: Literal["trained", "reference"] = "trained"
    """trained, or a reference policy"""
    url: Annotated[str, optional("URL")] = ""
    """where to read more"""

    @property
    def info(self) -> EntryInfo:
        return EntryInfo(**asdict(self), date=datetime.now(UTC).date().isoformat())


def enter(
    paths: Paths,
    about: Annotated[About, tyro.conf.arg(name="")],
    bundle: Annotated[tuple[Path, ...], optional("[FOLDER ...]")] = (),
    license: Annotated[str, optional("NAME")] = "",
    entries: Entries = ENTRIES,
) -> None:
    """Make a leaderboard entry from the episodes of a run, or one in each environment, of one way of training.

    Args:
        paths: the run's folder, or files of episodes; of a way of training the folder that `goalgap bench` wrote, or
            the runs' folders in all environments. Nothing is entered unless all is right.
        bundle: of the agents, as `goalgap pack` wrote them, so that anyone can play them again; those that
            `goalgap submit` kept beside its results are found.
        license: of an agent's weights, such as MIT: packs the first agent that lies beside its episodes, in each
            environment, so that anyone can play it again. Without any agent an entry has no rank.
    """
    info = about.info
    with TemporaryDirectory() as place:
        bundles = (*map(Bundled.read, bundle), *(each for path in paths for each in read_bundles(path)))
        parts = list(_chosen(find_episodes(paths)))
        bundles += tuple(_packed(info, license, _beside(paths, parts), Path(place))) if license else ()
        made = list(_made(info, parts, bundles, entries))
        for entry, played in zip(made, list(_checked(made)), strict=True):
            _write(entry, played, entries)
    if len(made) > 1:
        _sum_up(info.name, made)


def _beside(paths: tuple[Path, ...], parts: list[Episodes]) -> list[Found]:
    """The first agent in each environment of those that lie beside their episodes and that are entered."""
    entered = {(part.game.environment, *_identity(run)) for part in parts for run in part.runs}
    found = [each for each in find_agents(paths) if (each.game.environment, *_identity(each.run)) in entered]
    if not found:
        raise EntryError("--license packs agents that lie beside their episodes, and none does: --bundle takes others")
    found.sort(key=lambda each: each.run.training_seed, reverse=True)
    return list({each.game.environment: each for each in found}.values())


def _identity(run: Run) -> tuple[int, str]:
    return run.training_seed, str(run.details.get("sha256"))


def _packed(info: EntryInfo, license: str, found: list[Found], place: Path) -> Iterator[Bundled]:
    """Agents as bundles; EntryError where one cannot be packed so."""
    for agent, game, run in found:
        card = Card(
            name=f"{info.name}, training seed {run.training_seed}", authors=info.authors, license=license,
            description=info.description, url=info.url, environment=game.environment, arguments={**game.arguments},
            algorithm=algorithm(run) or None, reward=run.reward, alpha=run.alpha, training_seed=run.training_seed,
        )  # fmt: skip
        try:
            yield packed(agent, card, place / game.environment)
        except AgentError as error:
            raise EntryError(
                f"{error}; `goalgap pack` makes a bundle of more, with --trust and --format onnx, for --bundle"
            ) from error


def _write(entry: Entry, played: list[PlayedAgain], entries: Path) -> None:
    """Write an entry, with its standing, and say where it is."""
    place = entry.write(entries)
    if entry.identified:
        record_replay(place, *judged(entry, played))
    say(output(), f"entered: {place}{_lack(entry, Register.of_entry(place))}")


def _lack(entry: Entry, standing: Standing) -> str:
    """What keeps an entry from a rank."""
    if standing.ranked:
        return ""
    if not entry.identified:
        return UNNAMED
    return UNSEEN if standing.status == "replayed" else f", without a rank: {standing}"


def _made(info: EntryInfo, parts: list[Episodes], bundles: tuple[Bundled, ...], entries: Path) -> Iterator[Entry]:
    """An entry in each environment that was played, none of which exists yet."""
    games = list(dict.fromkeys(part.game.environment for part in parts))
    ids = set(map(_id, games))
    if len(games) > 1 and (other := [each.name for each in bundles if each.bundle.environment not in ids]):
        raise EntryError(f"the bundle {other[0]} is of an agent for another environment than those that were played")
    for game in games:
        episodes, game_id = Episodes.join(part for part in parts if part.game.environment == game), _id(game)
        own = [each for each in bundles if len(games) == 1 or each.bundle.environment == game_id]
        entry = Entry(info, episodes, bundles=tuple(own))
        if (place := entries / entry.folder).exists():
            raise EntryError(f"{place} exists already: choose another name, or remove it first")
        yield entry


def _id(environment: str) -> str:
    return known()[environment].id if environment in known() else ""


def _checked(made: list[Entry]) -> Iterator[list[PlayedAgain]]:
    """Play all entries again, and their agents; EpisodesError where one does not play as was recorded."""
    with progress_shown(output(stderr=True)) as update:
        for k, entry in enumerate(made):
            update("play entries again", k, len(made))
            entry.verify()
            yield check_agents(entry)
        update("play entries again", len(made), len(made))


def _sum_up(name: str, made: list[Entry]) -> None:
    """Show what a way of training comes to, where it has as many training seeds everywhere."""
    if len({len(entry.episodes.runs) for entry in made}) == 1 and len({entry.board for entry in made}) == len(made):
        console, suite = output(), Suite.of(name, [Report.of(entry.episodes) for entry in made])
        console.print(terminal.tables(list(standings(suite))))


def _chosen(parts: list[Episodes]) -> Iterator[Episodes]:
    """The episodes with sampled actions, and the runs that played them; all, where no agent has sampled its actions."""
    acting = all(run.deterministic for part in parts for run in part.runs)
    for part in parts:
        if len(kept := part.where(deterministic=acting)):
            runs = tuple(run for run in kept.runs if run.deterministic == acting)
            yield Episodes(kept.game, runs, kept.table)
