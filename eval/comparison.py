"""A comparison: what tells agents apart, from the episodes they played on the same levels of the same game.

`compare` computes, `show` shows, and `model_dump_json` keeps. The first agent is the baseline: every other one is
set against it, and a difference is a measure of the first agent less that of the other. Only levels count that every
training seed of every agent has played.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, Self

from ..terms import SPLITS
from .measures.arrays import arranged
from .measures.differences import Difference, Word, differences, sampled
from .measures.intervals import ENOUGH, RESAMPLES
from .report import NEEDS, Report, by_mode
from .table.episodes import Episodes
from .table.game import GameRecord
from .table.matching import check_comparable, common_levels, levels_played, on_levels
from .table.record import Record

RANGES = (  # what stands beside a difference of few training seeds
    "In round brackets stands the range of all pairs of seeds, one of each agent; p is how likely seeds of agents that "
    "are alike lie apart like this by chance."
)
Given = Episodes | Report | Iterable[Episodes]


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
        few = min((count for count in self.seeds if 1 < count < ENOUGH), default=0)
        words: dict[Word, str] = {
            "first higher": f"{self.first} higher",
            "second higher": f"{self.second} higher",
            "first above": self._above(self.first, self.seeds[0]),
            "second above": self._above(self.second, self.seeds[1]),
            "cannot tell": f"cannot tell from {few} seeds" if few else "cannot tell",
        }
        chance = f" (p = {difference.chance:.2g})" if difference.chance is not None else ""
        return words.get(difference.word, difference.word) + chance

    @staticmethod
    def _above(name: str, seeds: int) -> str:
        return f"every seed of {name} higher" if seeds > 1 else f"{name} above every seed"


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
    def of(cls, agents: Mapping[str, Episodes], resamples: int = RESAMPLES, seed: int = 0) -> Self:
        """The comparison of agents by the names they go by; see `compare`."""
        check_comparable(agents)
        played = _in_one_mode(agents)
        levels = common_levels(played.values())
        kept = {name: on_levels(episodes, levels) for name, episodes in played.items()}
        counts = {split: len(seeds) for split, seeds in levels.items()}
        reports = {name: Report.of(episodes, resamples, seed) for name, episodes in kept.items()}
        drawn = {name: sampled(arranged(episodes), resamples, seed) for name, episodes in kept.items()}
        first, *others = agents
        pairs = tuple(
            Pair(first=first, second=other, seeds=(_seeds(reports[first]), _seeds(reports[other])),
                 differences=differences(drawn[first], drawn[other], min(counts.values())))
            for other in others
        )  # fmt: skip
        said = (*_unused(played, counts), *_few_seeds(reports), *_unlike(reports))
        return cls(game=kept[first].game, levels=counts, agents=reports, pairs=pairs, notes=said)

    def __repr__(self) -> str:
        listed = ", ".join(f"{count} {split}" for split, count in self.levels.items())
        return f"<Comparison of {'; '.join(self.agents)} in {self.game.environment}, on {listed} levels>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """How a notebook shows it: the page, in a frame of its own."""
        from .show import html

        return html.framed(html.render_comparison(self))


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
    joined = [_episodes(agent) for agent in agents]
    if names is not None and len(set(names)) != len(joined):
        raise ValueError(f"{len(joined)} agents take {len(joined)} different names, not {list(names)}")
    return Comparison.of(dict(zip(names or distinct_names(joined), joined, strict=True)), resamples, seed)


def _episodes(given: Given) -> Episodes:
    if isinstance(given, Report):
        return given.episodes
    return given if isinstance(given, Episodes) else Episodes.join(given)


def distinct_names(agents: Sequence[Episodes], further: Sequence[str] = ()) -> list[str]:
    """A name for each agent: as its runs are called, else with what it was trained on, else `further` or a number."""
    plain = [agent.runs[0].agent if agent.runs else "nobody" for agent in agents]
    numbered = [f"{name} ({k})" for k, name in enumerate(plain, 1)]
    choices = (plain, [_trained(agent) for agent in agents], list(further) or numbered, numbered)
    return next(names for names in choices if len(set(names)) == len(names))


def _trained(episodes: Episodes) -> str:
    """What an agent is called, with the reward and alpha of its training where these are unusual."""
    parts = []
    for run in episodes.runs[:1]:
        reward = run.reward if run.reward != episodes.game.intended else ""
        parts = [run.agent, reward, f"alpha {run.alpha:g}" if run.alpha else ""]
    return ", ".join(filter(None, parts))


def _in_one_mode(agents: Mapping[str, Episodes]) -> dict[str, Episodes]:
    """Of each agent the episodes in the first mode that all have, or in its own where they have none in common."""
    modes = {name: by_mode(episodes) for name, episodes in agents.items()}
    shared = [mode for mode in next(iter(modes.values())) if all(mode in own for own in modes.values())]
    return {name: _mode(own[(shared or list(own))[0]]) for name, own in modes.items()}


def _mode(part: Episodes) -> Episodes:
    """Episodes in one mode, with the runs that acted in it."""
    way = part.column("deterministic")[0]
    return Episodes(part.game, tuple(run for run in part.runs if run.deterministic == way), part.table)


def _seeds(report: Report) -> int:
    return len(report.main.training_seeds)


def _unused(agents: Mapping[str, Episodes], levels: Mapping[str, int]) -> Iterator[str]:
    """Where somebody played more levels than all did."""
    for split in SPLITS:
        played = {name: levels_played(episodes, split) for name, episodes in agents.items()}
        listed = ", ".join(f"{name} {count}" for name, count in played.items())
        if split not in levels:
            yield f"No {split} level was played by all ({listed}), so {NEEDS[split]} are missing."
        elif max(played.values()) > levels[split]:
            yield f"Of {split} levels were played: {listed}. Compared are the {levels[split]} that all played."


def _few_seeds(reports: Mapping[str, Report]) -> Iterator[str]:
    """What few training seeds leave open."""
    if single := [name for name, report in reports.items() if _seeds(report) == 1]:
        yield (
            f"There is one training seed of {', of '.join(single)}: what is told holds for that one agent on other "
            "levels, and not for other training seeds."
        )
    if any(1 < _seeds(report) < ENOUGH for report in reports.values()):
        yield (
            f"2 to {ENOUGH - 1} training seeds are too few for an interval over seeds, which takes {ENOUGH}. {RANGES} "
            "Every seed means all of one agent's against all of the other's."
        )


def _unlike(reports: Mapping[str, Report]) -> Iterator[str]:
    """In what agents differ that changes what the numbers mean."""
    trained = {name: f"{report.reward}, alpha {report.alpha:g}" for name, report in reports.items()}
    if len(set(trained.values())) > 1:
        listed = "; ".join(f"{name} on {what}" for name, what in trained.items())
        yield f"They were trained differently, and the gaps of each are held to what it was trained on: {listed}."
    acted = {name: next(iter(report.modes)) for name, report in reports.items()}
    if len(set(acted.values())) > 1:
        yield f"They act differently: {', '.join(f'{name} by {mode} actions' for name, mode in acted.items())}."
