"""A comparison: what tells agents apart, from the episodes they played on the same levels of the same game.

`Comparison.of` computes, `show` shows, and `model_dump_json` keeps. The first agent is the baseline: every other one is
set against it, and a difference is a measure of the first agent less that of the other. Only levels count that every
training seed of every agent has played.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from ..terms import SPLITS
from .measures.arrays import arranged
from .measures.differences import Difference, Word, differences, sampled
from .measures.intervals import ENOUGH, RESAMPLES
from .report import NEEDS, Report, by_mode
from .table.episodes import Episodes, check_same_game
from .table.game import GameRecord
from .table.manifest import EpisodesError
from .table.record import Record

Given = Episodes | Report | Iterable[Episodes]
Levels = dict[str, NDArray[np.int64]]  # level seeds by split


class Pair(Record):
    """Two agents by name, how many training seeds each has, and every difference, the first less the second."""

    first: str
    second: str
    seeds: tuple[int, int]
    differences: tuple[Difference, ...]

    def difference(self, kind: str, split: str = "", name: str = "") -> Difference:
        """That of a measure; KeyError lists those there are."""
        for known in self.differences:
            if (known.kind, known.split, known.name) == (kind, split, name):
                return known
        listed = "; ".join(known.measure.label for known in self.differences)
        raise KeyError(f"no difference of {' '.join(filter(None, (kind, split, name)))}: choose from {listed}")

    def score(self, split: str, reward: str) -> Difference:
        """Of a goal or misspecified reward: random play 0, oracle 1."""
        return self.difference("score", split, reward)

    def pursuit(self, name: str) -> Difference:
        """The share of deployment episodes that go for a goal, `none` included, beyond what chance does."""
        return self.difference("pursuit", "deploy", name)

    def gap(self, name: str) -> Difference:
        """One of `definitions.GAPS`."""
        return self.difference("gap", name=name)

    def told(self, difference: Difference) -> str:
        """What can be told of a difference, in words: "PPO higher", "cannot tell from 3 seeds"."""
        chance = f" (p = {difference.chance:.2g})" if difference.chance is not None else ""
        few = min((count for count in self.seeds if 1 < count < ENOUGH), default=0)
        words: dict[Word, str] = {
            "first higher": f"{self.first} higher",
            "second higher": f"{self.second} higher",
            "first above": f"every seed of {self.first} higher{chance}",
            "second above": f"every seed of {self.second} higher{chance}",
            "cannot tell": f"cannot tell from {few} seeds" if few else "cannot tell",
        }
        return words.get(difference.word, difference.word)


class Comparison(Record):
    """Agents side by side.

    Attributes:
        levels: how many levels of each split all of them played.
        agents: the report on each agent, on these levels alone, by the name it goes by; the baseline first.
        pairs: the baseline with every other agent.
        notes: what a reader must know before trusting the numbers.
    """

    format: Literal["goalgap-comparison"] = "goalgap-comparison"
    schema_version: Literal[1] = 1
    game: GameRecord
    levels: dict[str, int]
    agents: dict[str, Report]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, agents: Sequence[Given], names: Sequence[str] | None = None, resamples: int = RESAMPLES, seed: int = 0
    ) -> Self:
        """The comparison of two agents or more; see `compare`, which takes them one by one."""
        joined = [_episodes(agent) for agent in agents]
        labels = _labels(joined, names)
        _check_comparable(joined, labels)
        played = dict(zip(labels, _in_one_mode(joined), strict=True))
        levels = common_levels(played.values())
        kept = {name: on_levels(episodes, levels) for name, episodes in played.items()}
        reports = {name: Report.of(episodes, resamples, seed) for name, episodes in kept.items()}
        counts = {split: len(seeds) for split, seeds in levels.items()}
        drawn = {name: sampled(arranged(episodes), resamples, seed) for name, episodes in kept.items()}
        first, *others = labels
        pairs = tuple(
            Pair(first=first, second=other, seeds=(_seeds(reports[first]), _seeds(reports[other])),
                 differences=differences(drawn[first], drawn[other], min(counts.values())))
            for other in others
        )  # fmt: skip
        said = (*_unused(played, levels), *_notes(reports, counts))
        return cls(game=joined[0].game, levels=counts, agents=reports, pairs=pairs, notes=said)

    def __repr__(self) -> str:
        listed = ", ".join(f"{count} {split}" for split, count in self.levels.items())
        return f"<Comparison of {', '.join(self.agents)} in {self.game.environment}, on {listed} levels>"

    __str__ = __repr__


def compare(
    *agents: Given, names: Sequence[str] | None = None, resamples: int = RESAMPLES, seed: int = 0
) -> Comparison:
    """What tells agents apart on the levels that all of them played, with intervals of the paired differences.

    Args:
        agents: two or more, the baseline first: each by its episodes, or by a report that was made from them.
        names: what to call them, one each; by default as their runs are called, with what tells them apart.
        resamples, seed: of the bootstrap over levels.

    Returns:
        a comparison; `pairs[0].score("deploy", "cheese")` is one difference, `pairs[0].told(...)` what can be told.

    Raises:
        EpisodesError: they played different games or no levels in common, or there are fewer than two.
        ValueError: the names do not fit, or a report was read from a file and has no episodes.
    """
    return Comparison.of(agents, names, resamples, seed)


def _seeds(report: Report) -> int:
    return len(report.main.training_seeds)


def _episodes(given: Given) -> Episodes:
    if isinstance(given, Report):
        return given.episodes
    return given if isinstance(given, Episodes) else Episodes.join(given)


def _labels(agents: Sequence[Episodes], names: Sequence[str] | None) -> list[str]:
    """A name for each agent: those given, else of their runs, with the training or a number where these are alike."""
    if names is not None:
        if len(names) != len(agents) or len(set(names)) < len(names):
            raise ValueError(f"{len(agents)} agents take {len(agents)} different names, not {list(names)}")
        return list(names)
    return distinct(
        [agent_name(agent) for agent in agents],
        [agent_name(agent, trained=True) for agent in agents],
        [f"{agent_name(agent)} ({k})" for k, agent in enumerate(agents, 1)],
    )


def agent_name(episodes: Episodes, trained: bool = False) -> str:
    """What the runs of an agent are called; with the alpha and the reward it was trained with, where they are unusual."""
    if not episodes.runs:
        return "nobody"
    run = episodes.runs[0]
    if not trained:
        return run.agent
    reward = run.reward if run.reward not in ("", episodes.game.intended) else ""
    return ", ".join(filter(None, [run.agent, reward, f"alpha {run.alpha:g}" if run.alpha else ""]))


def distinct(*choices: list[str]) -> list[str]:
    """The first of these lists of names in which none occurs twice, or the last one."""
    return next((names for names in choices if len(set(names)) == len(names)), choices[-1])


def _check_comparable(agents: Sequence[Episodes], names: Sequence[str]) -> None:
    if len(agents) < 2:
        raise EpisodesError(f"a comparison is of two agents or more, not of {len(agents)}")
    for name, agent in zip(names, agents, strict=True):
        if not len(agent):
            raise EpisodesError(f"{name} has no episodes to compare")
        try:
            check_same_game(agents[0].game, agent.game)
        except EpisodesError as error:
            raise EpisodesError(f"{names[0]} and {name} cannot be compared: {error}") from None


def _in_one_mode(agents: Sequence[Episodes]) -> list[Episodes]:
    """Of each agent the episodes in the first mode that all have, or in its own where they have none in common."""
    modes = [by_mode(agent) for agent in agents]
    shared = [mode for mode in modes[0] if all(mode in others for others in modes)]
    chosen = [own[(shared or list(own))[0]] for own in modes]
    return [Episodes(part.game, _runs(part), part.table) for part in chosen]


def _runs(part: Episodes) -> tuple:  # type: ignore[type-arg]
    return tuple(run for run in part.runs if run.deterministic == part.column("deterministic")[0])


def common_levels(agents: Iterable[Episodes]) -> Levels:
    """The level seeds of each split that every training seed of every agent has played; EpisodesError for none."""
    listed = list(agents)
    levels = {split: reduce(np.intersect1d, [own for each in listed for own in _played(each, split)]) for split in SPLITS}
    known = {split: seeds for split, seeds in levels.items() if len(seeds)}
    if not known:
        raise EpisodesError("these agents have played no level in common: evaluate them with the same --levels")
    return known


def _played(episodes: Episodes, split: str) -> list[NDArray[np.int64]]:
    """The level seeds of a split that each training seed has played."""
    seeds = np.unique(episodes.column("training_seed"))
    return [episodes.where(split=split, training_seed=int(seed)).column("level_seed") for seed in seeds]


def on_levels(episodes: Episodes, levels: Levels) -> Episodes:
    """The episodes on these levels."""
    splits, seeds = episodes.column("split"), episodes.column("level_seed")
    chosen = np.zeros(len(episodes), dtype=bool)
    for split, own in levels.items():
        chosen |= (splits == split) & np.isin(seeds, own)
    return Episodes(episodes.game, episodes.runs, episodes.table.filter(chosen))


def _unused(agents: dict[str, Episodes], levels: Levels) -> list[str]:
    """Where somebody played more levels than all did."""
    said = []
    for split, common in levels.items():
        played = {name: len(np.unique(each.where(split=split).column("level_seed"))) for name, each in agents.items()}
        if max(played.values()) > len(common):
            listed = ", ".join(f"{name} {count}" for name, count in played.items())
            said.append(f"Of {split}, {listed} levels were played; the {len(common)} that all played are compared.")
    return said


def _notes(reports: dict[str, Report], levels: dict[str, int]) -> list[str]:
    """What a reader must know: splits that are missing, few seeds, and agents that differ in more than their name."""
    said = [f"No {split} levels were played by all, so {NEEDS[split]} are missing." for split in SPLITS if split not in levels]
    seeds = {name: _seeds(report) for name, report in reports.items()}
    if single := [name for name, count in seeds.items() if count == 1]:
        said.append(
            f"Of {' and of '.join(single)} there is one training seed: what is told holds for that one agent on other "
            "levels, not for other training seeds."
        )
    if any(1 < count < ENOUGH for count in seeds.values()):
        said.append(
            f"With 2 to {ENOUGH - 1} training seeds there is no interval over seeds, which takes {ENOUGH}: in round "
            "brackets stands the range of the seeds, and of a difference that of all pairs of seeds. p is the probability that "
            "seeds of agents that are alike lie so far apart by chance."
        )
    trained = {name: f"reward {report.reward}, alpha {report.alpha:g}" for name, report in reports.items()}
    if len(set(trained.values())) > 1:
        listed = "; ".join(f"{name}: {what}" for name, what in trained.items())
        said.append(f"They were trained on different levels or rewards ({listed}), and each one's gaps are held to its own.")
    acted = {name: next(iter(report.modes)) for name, report in reports.items()}
    if len(set(acted.values())) > 1:
        said.append(f"They act differently: {', '.join(f'{name} by {mode} actions' for name, mode in acted.items())}.")
    return said
