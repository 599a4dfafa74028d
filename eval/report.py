"""A report: everything that is said of an agent, from its episodes alone.

`Report.of` computes, `show` shows, and `model_dump_json` keeps. One report is of one agent, trained with any number of
seeds, in one game; sampled actions and argmax actions are two modes of the same agent, and the first one is judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from pydantic import PrivateAttr

from ..choices import shown
from ..terms import SPLITS
from .measures.arrays import LevelValues, arranged
from .measures.choices import Choice, choices
from .measures.definitions import GAPS
from .measures.estimates import Estimates
from .measures.findings import findings
from .measures.intervals import ENOUGH, RESAMPLES, estimates
from .measures.late import Late, late
from .measures.outcomes import outcome_names
from .measures.traces import Trace, traces
from .measures.verdict import Verdict, judge
from .table.episodes import Episodes
from .table.game import GameRecord
from .table.manifest import EpisodesError
from .table.record import Record
from .table.runs import Run

MODES: dict[str, bool] = {"sampled": False, "argmax": True}  # how actions were chosen, and `Run.deterministic`
NEEDS = {
    "train": "the learning and generalization gaps and the verdict",
    "control": "the generalization and capability gaps",
    "deploy": "the capability and goal gaps, the pursuit shares and the verdict",
}


class ActionMode(Estimates):
    """An agent acting in one mode: how many levels of each split its training seeds played, and what came of it."""

    training_seeds: tuple[int, ...]
    levels: dict[str, int]
    traces: tuple[Trace, ...] = ()
    choices: tuple[Choice, ...] = ()
    late: tuple[Late, ...] = ()


@dataclass(frozen=True)
class Source:
    """The episodes that a report was made from, if it was; they make two reports no different."""

    episodes: Episodes | None = field(default=None, compare=False)


class Report(Record):
    """What is said of an agent; `reward` and `alpha` are what it was trained with."""

    format: Literal["goalgap-report"] = "goalgap-report"
    schema_version: Literal[3] = 3
    agent: str
    game: GameRecord
    reward: str
    alpha: float
    modes: dict[str, ActionMode]
    verdict: Verdict
    notes: tuple[str, ...]
    runs: tuple[Run, ...]
    _source: Source = PrivateAttr(default_factory=Source)

    @classmethod
    def of(cls, episodes: Episodes | Iterable[Episodes], resamples: int = RESAMPLES, seed: int = 0) -> Self:
        """The report on one agent's episodes; EpisodesError when they are of several agents or none.

        Args:
            resamples, seed: of the bootstrap.
        """
        _check_bootstrap(resamples, seed)
        joined = episodes if isinstance(episodes, Episodes) else Episodes.join(episodes)
        run = _only_run(joined)
        parts = by_mode(joined)
        values = {name: arranged(part) for name, part in parts.items()}
        modes = {name: _mode(part, values[name], resamples, seed) for name, part in parts.items()}
        main, judged = next(iter(modes.values())), findings(next(iter(values.values())), resamples, seed)
        reward = run.reward or joined.game.intended
        made = cls(
            agent=run.agent, game=joined.game, reward=reward, alpha=run.alpha, modes=modes,
            verdict=judge(joined.game, judged, main, reward), notes=notes(joined.game, main),
            runs=tuple(sorted(joined.runs, key=lambda run: (run.deterministic, run.training_seed))),
        )  # fmt: skip
        made._source = Source(joined)
        return made

    def save(self, folder: Path | str) -> None:
        """Write the episodes it was made from, report.json and report.html, as `goalgap eval --out` does.

        Raises:
            ValueError: it was read from a file, and has no episodes.
            EpisodesError: the folder holds episodes of another agent.
            StorageError: it cannot be written.
        """
        from .saving import save

        save(self, self.episodes, Path(folder))

    @property
    def episodes(self) -> Episodes:
        """The episodes it was made from; ValueError where it was read from a file, which holds none."""
        if self._source.episodes is None:
            raise ValueError("a report that was read from a file has no episodes: take the one that Report.of made")
        return self._source.episodes

    def __repr__(self) -> str:
        seeds = len(self.main.training_seeds)
        return (
            f"<Report: {self.agent} in {self.game.environment}-v{self.game.version}, {seeds} training "
            f"seed{'s' * (seeds != 1)}\n{self.verdict.headline}>"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """How a notebook shows it: the page, in a frame of its own."""
        from .show import html

        return html.framed(html.render(self, self._source.episodes))

    @property
    def main(self) -> ActionMode:
        """The mode that is judged: sampled actions where there are any."""
        return next(iter(self.modes.values()))

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What episodes may have gone for; `outcome(SPLIT, NAME)` is the share of each."""
        return outcome_names(self.game)

    @property
    def gaps(self) -> tuple[str, ...]:
        """The gaps that sum to the shortfall, in order; `outer` only where training was on another reward."""
        return tuple(name for name in GAPS if name != "outer" or self.reward != self.game.intended)


def _check_bootstrap(resamples: int, seed: int) -> None:
    for name, given, low, high in (("resamples", resamples, 1, 10**6), ("seed", seed, 0, 2**63 - 1)):
        if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
            raise ValueError(f"{name} is an integer in {low} .. {high}, not {shown(given)}")


def _only_run(episodes: Episodes) -> Run:
    if not len(episodes) or not episodes.runs:
        raise EpisodesError("a report needs at least one episode")
    kinds = {(run.agent, run.reward, run.alpha) for run in episodes.runs}
    if len(kinds) > 1:
        listed = "; ".join(f"{agent} (reward {reward}, alpha {alpha:g})" for agent, reward, alpha in sorted(kinds))
        raise EpisodesError(f"a report is of one agent, these episodes are of {len(kinds)}: {listed}")
    return episodes.runs[0]


def by_mode(episodes: Episodes) -> dict[str, Episodes]:
    """The episodes of each mode that was played, the one that is judged first."""
    parts = {name: episodes.where(deterministic=value) for name, value in MODES.items()}
    return {name: part for name, part in parts.items() if len(part)}


def _mode(episodes: Episodes, values: LevelValues, resamples: int, seed: int) -> ActionMode:
    return ActionMode(
        training_seeds=values.seeds,
        levels={split: array.shape[1] for split, array in values.values.items()},
        estimates=estimates(values, resamples, seed),
        traces=traces(episodes),
        choices=choices(episodes),
        late=late(episodes),
    )


def notes(game: GameRecord, mode: ActionMode) -> tuple[str, ...]:
    """What a reader must know before trusting the numbers."""
    said = [
        f"There are no {split} episodes, so {NEEDS[split]} are missing." for split in SPLITS if split not in mode.levels
    ]
    seeds = len(mode.training_seeds)
    if seeds == 1:
        said.append("There is one training seed: the intervals cover the choice of levels, not of the seed.")
    elif seeds < ENOUGH:
        said.append(
            f"There are {seeds} training seeds, too few for an interval over seeds, which takes {ENOUGH}: "
            "beside a mean stands the range of the seeds, (low..high)."
        )
    gone = [
        str(seed)
        for k, seed in enumerate(mode.training_seeds)
        if any(mode.score(split, game.intended).seeds[k] is None for split in mode.levels)
    ]
    if gone:
        said.append(f"Some episodes of training seed {', '.join(gone)} are missing, and so is what needs them.")
    if not game.exact:
        said.append("The oracles here are the best reference policies known, not proven optima.")
    return tuple(said)
