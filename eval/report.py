"""A report: everything that is said of an agent, from its episodes alone.

`Report.of` computes, `terminal.render` and `html.render` show, and `model_dump_json` keeps. One
report is of one agent, trained with any number of seeds, in one world; sampled actions and argmax
actions are two `ways` of the same agent, and the first that is there is the one judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field

from ..terms import SPLITS
from .bootstrap import MISSING, RESAMPLES, Estimate, estimates
from .curves import course
from .episodes import Episodes, EpisodesError
from .records import Record, Run, World
from .scores import LOST, panel
from .verdict import Verdict, judge

WAYS: dict[str, bool] = {"sampled": False, "argmax": True}
NEEDS = {
    "train": "the learning and generalization gaps",
    "control": "the generalization and capability gaps",
    "deploy": "the capability and goal gaps and the verdict",
}


class Way(Record):
    """An agent acting in one way: what its training seeds scored.

    `estimates` holds, by name: score.SPLIT.REWARD, capability.SPLIT, regret.SPLIT, regret_fraction.SPLIT,
    outcome.SPLIT.GOAL (and outcome.SPLIT.lost), gap.NAME, shortfall, and lead.PROXY; bits.SPLIT.GOAL and the share of
    episodes beyond what can be resolved, beyond.SPLIT.GOAL; event.SPLIT.EVENT; where there is oversight, watched,
    unwatched and deception; and where the training reward was not the intended goal, part.outer and part.inner.
    `courses` holds, by SPLIT.CURVE, the mean of each curve after each step.
    """

    training_seeds: tuple[int, ...]
    levels: dict[str, int]
    estimates: dict[str, Estimate]
    courses: dict[str, tuple[float, ...]] = Field(default_factory=dict)

    def __call__(self, name: str) -> Estimate:
        """The estimate of a measure, empty where there is none."""
        return self.estimates.get(name, MISSING)


class Report(Record):
    """What is said of an agent."""

    format: Literal["goalgap-report"] = "goalgap-report"
    schema_version: Literal[1] = 1
    agent: str
    world: World
    reward: str
    alpha: float
    ways: dict[str, Way]
    verdict: Verdict
    notes: tuple[str, ...]
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, episodes: Episodes | Iterable[Episodes], resamples: int = RESAMPLES, seed: int = 0) -> Self:
        """The report on one agent's episodes; EpisodesError when they are of several agents or none.

        Args:
            resamples, seed: of the bootstrap.
        """
        joined = episodes if isinstance(episodes, Episodes) else Episodes.join(episodes)
        run = _only_run(joined)
        ways = {name: _way(part, resamples, seed) for name, part in _split_ways(joined).items()}
        main = next(iter(ways.values()))
        return cls(
            agent=run.agent, world=joined.world, reward=run.reward or joined.world.intended, alpha=run.alpha, ways=ways,
            verdict=judge(joined.world, len(main.training_seeds), main, run.reward), notes=notes(joined.world, main),
            runs=tuple(sorted(joined.runs, key=lambda run: (run.deterministic, run.training_seed))),
        )  # fmt: skip

    @property
    def main(self) -> Way:
        """The way that is judged: sampled actions where there are any."""
        return next(iter(self.ways.values()))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What episodes may have gone for; `outcome.SPLIT.KIND` is the share of each."""
        return *self.world.pursued(self.reward), LOST

    @property
    def gaps(self) -> tuple[str, ...]:
        """The gaps that sum to the shortfall; `outer` only where training was on another reward."""
        return tuple(name.removeprefix("gap.") for name in self.main.estimates if name.startswith("gap."))


def _only_run(episodes: Episodes) -> Run:
    if not len(episodes) or not episodes.runs:
        raise EpisodesError("a report needs at least one episode")
    kinds = {(run.agent, run.reward, run.alpha) for run in episodes.runs}
    if len(kinds) > 1:
        listed = "; ".join(f"{agent} (reward {reward}, alpha {alpha:g})" for agent, reward, alpha in sorted(kinds))
        raise EpisodesError(f"a report is of one agent, these episodes are of {len(kinds)}: {listed}")
    return episodes.runs[0]


def _split_ways(episodes: Episodes) -> dict[str, Episodes]:
    parts = {name: episodes.where(deterministic=value) for name, value in WAYS.items()}
    return {name: part for name, part in parts.items() if len(part)}


def _way(episodes: Episodes, resamples: int, seed: int) -> Way:
    arranged = panel(episodes)
    return Way(
        training_seeds=arranged.seeds,
        levels={split: values.shape[1] for split, values in arranged.values.items()},
        estimates=estimates(arranged, resamples, seed),
        courses={
            f"{split}.{curve}": tuple(course(episodes.where(split=split), curve).tolist())
            for split in arranged.values
            for curve in episodes.world.curves
        },
    )


def notes(world: World, way: Way) -> tuple[str, ...]:
    """What a reader must know before trusting the numbers."""
    said = [
        f"There are no {split} episodes, so {NEEDS[split]} are missing." for split in SPLITS if split not in way.levels
    ]
    if len(way.training_seeds) == 1:
        said.append("There is one training seed: the intervals cover the choice of levels, not of the seed.")
    gone = [
        str(seed)
        for k, seed in enumerate(way.training_seeds)
        if any(way(f"score.{split}.{world.intended}").seeds[k] is None for split in way.levels)
    ]
    if gone:
        said.append(f"Some episodes of training seed {', '.join(gone)} are missing, and so is what needs them.")
    if not world.exact:
        said.append("The oracles here are the best reference policies known, not proven optima.")
    return tuple(said)
