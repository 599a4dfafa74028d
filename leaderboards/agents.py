"""Playing the agents of an entry again, from its bundles: whether they are those that chose the recorded actions.

An agent's chance is keyed by its training seed, the level and the step, so it takes the very actions again;
rounding, in half precision or on another processor, changes one now and then. Each agent plays all levels of its run,
confined where something here can confine it, and is held to what was recorded in two ways:

* **Actions.** Up to where an episode parts from what was recorded, the agent sees what was seen then. The share of such
  steps at which it takes another action is at most `PARTS`: one in 500 for weights in half precision, one in ten
  thousand for others. The most of any agent of ours were one in 2,200, and in full precision none.
* **Scores.** Where episodes part, returns come out higher as often as lower, and by as much, if rounding alone parts
  them: each difference d might as well be -d. Then P(|sum d| >= s) <= 2 exp(-s^2 / (2 sum d^2)), by Hoeffding, for any
  number of levels. It is applied to each reward and event on each split, and all comparisons of an entry together raise
  a false alarm in one honest entry of 1,000 at most (`FALSE_ALARMS`, divided by Bonferroni).

Both together leave little room. A few actions changed by hand pass for rounding, but what they gain is at most about
four and a half times the root of how many episodes part: with weights in half precision some thirty episodes of a
thousand where these have twenty steps, and more where they have hundreds; in full precision one or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..agents.bundles.manifest import WEIGHTS, Card
from ..agents.reading.errors import AgentError
from ..agents.records import ABLATED
from ..eval.play.games import recorded_task
from ..eval.play.replay import recorded
from ..eval.play.rollout import rollout
from ..eval.table.columns import column_name
from ..eval.table.episodes import Episodes
from ..eval.table.manifest import EpisodesError
from ..eval.table.runs import Run
from ..extras import needs_extras
from ..isolation.limits import EntryError
from ..isolation.policies import isolated
from ..terms import SPLITS, Split
from .bundles import LARGEST, SMALL, Bundled, run_of
from .entry import Entry
from .status import Agents, Register, record_replay

PARTS = {True: 2e-3, False: 1e-4}  # the largest share of steps that may part, in half precision and in full
FALSE_ALARMS = 1e-3  # of honest entries
SAME = 1e-9  # what differs by less is equal


class CannotPlayError(ValueError):
    """An agent could not be played here, which says nothing of it."""


@dataclass(frozen=True)
class PlayedAgain:
    """An agent's episodes on a split beside those that were recorded.

    Attributes:
        steps, parted: how many were compared, and at how many of them the agent took another action.
        isolation: what confined it.
        fault: what is wrong with it, or empty.
    """

    run: Run
    split: Split
    isolation: str
    steps: int = 0
    parted: int = 0
    fault: str = ""


def played_again(entry: Entry) -> Iterator[PlayedAgain]:
    """Play each agent that an entry has a bundle of, on all splits.

    Raises:
        CannotPlayError: it took too long here, or too much memory.
        MissingPackageError: what plays agents is not installed.
    """
    return played_by(entry.bundles, entry.episodes)


def played_by(bundles: Sequence[Bundled], episodes: Episodes) -> Iterator[PlayedAgain]:
    """Play agents on the levels of the runs of their training seeds, on all splits; raises as `played_again`."""
    comparisons = max(1, len(bundles)) * len(SPLITS) * len(episodes.game.channels)
    for bundled in bundles:
        run = run_of(bundled, episodes.runs)
        yield from _played(bundled, episodes.where(training_seed=run.training_seed), run, comparisons)


def check_agents(entry: Entry) -> list[PlayedAgain]:
    """All of `played_again`; EpisodesError where an agent does not play as was recorded."""
    played = list(played_again(entry))
    if faults := [each.fault for each in played if each.fault]:
        raise EpisodesError("; ".join(faults))
    return played


def judged(entry: Entry, played: Iterable[PlayedAgain]) -> tuple[Agents, str]:
    """How many agents were played again without a fault, and what confined them, as the register tells it."""
    played = [each for each in played if not each.fault]
    seeds = {each.run.training_seed for each in played}
    isolation = ", ".join(sorted({each.isolation for each in played}))
    if entry.info.kind == "reference" or len(seeds) == len(entry.episodes.runs):
        return "all", isolation
    return ("some" if seeds else "none"), isolation


def packed(agent: Path, card: Card, folder: Path, most: int = LARGEST, half: bool = False) -> Bundled:
    """Pack an agent for an entry into a new folder, in half precision if asked for.

    Raises:
        AgentError: it cannot be packed.
        ClaimError: its bundle has more bytes than are allowed.
        MissingPackageError: what packs agents is not installed.
    """
    with needs_extras():
        from ..agents.bundles.packing import pack
    pack(agent, card, folder, half)
    return Bundled.read(folder, most)


def add_bundle(folder: Path, agent: Path, card: Card) -> str:
    """Pack the agent of a run of a committed entry into it, in half precision, when it plays as was recorded.

    Returns:
        The status of the entry.

    Raises:
        AgentError: it cannot be packed.
        ClaimError: its bundle is too large for the zoo.
        EntryError: it is another agent than the run's.
        EpisodesError: it does not play as was recorded, or the entry does not.
    """
    entry = Entry.read(folder)
    with TemporaryDirectory() as place:
        bundled = packed(agent, card, Path(place) / "agent", SMALL, half=True)
        entry = replace(entry, bundles=(*entry.bundles, bundled))
        entry.verify()
        played = check_agents(entry)
        bundled.write(folder)
    record_replay(folder, *judged(entry, played))
    return str(Register.of_entry(folder))


def _played(bundled: Bundled, episodes: Episodes, run: Run, comparisons: int) -> Iterator[PlayedAgain]:
    options: dict[str, Any] = {"sampled": not run.deterministic, "seed": run.training_seed}
    options |= {"memory": False} if run.agent.endswith(ABLATED) else {}
    task = recorded_task(episodes.game, "train")
    try:
        half = _is_half(bundled)
        with isolated(bundled.folder, task, **options) as (policy, found):
            for split in SPLITS:
                was, played = episodes.where(split=split), PlayedAgain(run, split, found.details["isolation"])
                again = rollout(task.on(split), policy, was.column("level_seed"), run=run)
                yield _compared(played, was, again, half, comparisons)
    except (EntryError, AgentError) as error:
        if isinstance(error, EntryError) and error.reason != "unreadable":
            raise CannotPlayError(f"{bundled.folder} could not be played here ({error.reason}): {error}") from error
        yield PlayedAgain(run, "train", "", fault=f"{bundled.name} is no agent that can be played: {error}")


def _is_half(bundled: Bundled) -> bool:
    """Whether its weights are in half precision; AgentError where they cannot be read."""
    if bundled.bundle.file != WEIGHTS:
        return False
    with needs_extras():
        from ..agents.bundles.weights import is_half
    try:
        return is_half((bundled.folder / WEIGHTS).read_bytes())
    except ValueError as error:
        raise AgentError(str(error)) from error


def _compared(played: PlayedAgain, was: Episodes, again: Episodes, half: bool, comparisons: int) -> PlayedAgain:
    steps, parted = _parting(recorded(was), recorded(again))
    who = f"the agent of training seed {played.run.training_seed}, played again on {played.split},"
    fault, most = "", 1 + int(PARTS[half] * steps)
    if parted > most:
        fault = f"{who} takes another action than was recorded at {parted} of {steps} steps; {most} may be rounding"
    for name in was.game.channels:
        change = _change(was, again, column_name("return", name))
        if not fault and _chance(change) < FALSE_ALARMS / comparisons:
            fault = f"{who} earns {change.mean():+.3f} {name} a level against what was recorded, which is no rounding"
    return replace(played, steps=steps, parted=parted, fault=fault)


def _parting(was: dict[int, NDArray[np.uint8]], again: dict[int, NDArray[np.uint8]]) -> tuple[int, int]:
    """Steps up to where episodes part, that one included, and how many episodes part."""
    steps = parted = 0
    for seed, taken in was.items():
        common = min(len(taken), len(again[seed]))
        other = np.flatnonzero(taken[:common] != again[seed][:common])
        steps += int(other[0]) + 1 if len(other) else common
        parted += bool(len(other)) or len(taken) != len(again[seed])
    return steps, parted


def _change(was: Episodes, again: Episodes, column: str) -> NDArray[np.float64]:
    """How much more the agent earns than was recorded, on each level."""
    then, now = (each.column(column)[np.argsort(each.column("level_seed"))] for each in (was, again))
    return np.asarray(now - then, np.float64)


def _chance(change: NDArray[np.float64]) -> float:
    """The most that chance has of differences whose sum is as far from 0, if each might have the other sign as well."""
    scale = float((change**2).sum())
    return min(1.0, 2 * float(np.exp(-(change.sum() ** 2) / (2 * scale)))) if scale > SAME else 1.0
