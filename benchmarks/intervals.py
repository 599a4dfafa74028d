"""How often do the intervals hold the truth? `python benchmarks/intervals.py` writes `intervals.md`, in minutes.

Agents are trained in our minds: a population of `AGENTS` scripted agents stands for all training seeds there might be,
and every agent has really played the same `POOL` levels. A trial draws training seeds from the population and levels
from the pool, both with replacement, and computes the intervals as a report does. The truth is the mean over the
whole population and the whole pool; for one training seed, whose interval covers the choice of levels only, that of
its agent. How seeds differ is what the populations are about:

    absent    all seeds are the same agent, which makes random moves
    tight     its share of random moves differs a little from seed to seed
    spread    the share of episodes in which it goes for the proxy is anything from 0 to 1
    bimodal   half of the seeds go for the intended goal, half for the proxy
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.measures.arrays import LevelValues, arranged
from goalgap.eval.measures.catalogue import Measure, computed
from goalgap.eval.measures.intervals import ENOUGH, estimates, resampled, t_interval
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.show.markdown import plain
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.runs import Run

PAGE = Path(__file__).with_name("intervals.md")
ENVIRONMENTS = ("CheeseCorner", "ChimeBandit")
AGENTS, POOL, LEVELS = 24, 1000, 200
TRIALS, RESAMPLES = 1000, 500
SEEDS = (1, 2, 3, 5, 10)
ASKED = (93, 98)
FEW = 10  # per cent of trials with an interval, too few to say how often it holds
KINDS = ("score", "learned", "pursuit", "gap")
Indices = NDArray[np.int64]
INTRODUCTION = """
Written by `python benchmarks/intervals.py`: the per cent of {trials:,} trials, of {levels} levels of each split that
were drawn anew, in which the nominal 95 % interval holds the truth. `shown` says what a report shows: for one seed an
interval over levels, for five and more one over seeds and levels, and between them the range of the seeds. There the
table has what the t interval would have held: where seeds can go two ways, as in `bimodal`, two or three that happen to
agree look certain, so it is not shown. Where few episodes tell of a number, or all tell the same, a report has no
interval: in parentheses is the per cent of trials that have one, if not all, and the figure before is of these; a dash
where under {few} % have one. Bold is what is shown and lies outside {asked[0]} to {asked[1]} %; by chance alone a
figure strays by 1.4 of a true 95 %. How the seeds of a population differ:
"""


def populations(name: str) -> dict[str, list[str]]:
    """The agents of each population, by the names of reference policies."""
    intended, proxy = task(name).game.intended.name, task(name).game.proxies[0].name
    return {
        "absent": [f"degraded:{intended}:0.3"] * AGENTS,
        "tight": [f"degraded:{intended}:{0.2 + 0.2 * k / AGENTS:.3f}" for k in range(AGENTS)],
        "spread": [f"mixture:{intended}:{proxy}:{k / (AGENTS - 1):.3f}" for k in range(AGENTS)],
        "bimodal": [f"degraded:{goal}:0.1" for goal in (intended, proxy)] * (AGENTS // 2),
    }


def measured(name: str) -> tuple[Measure, ...]:
    """What intervals are checked of."""
    game = task(name).game
    proxy = game.proxies[0].name
    scores = [Measure("score", split, game.intended.name) for split in ("train", "deploy")]
    gaps = [Measure("gap", name=name) for name in ("goal", "capability")]
    return (*scores, Measure("pursuit", "deploy", proxy), *gaps)


def played(name: str, policies: list[str]) -> LevelValues:
    """What each agent of a population did on every level of the pool."""
    parts = (
        evaluate(task(name), reference(policy, seed=k), POOL, run=Run(agent="agent", training_seed=k))
        for k, policy in enumerate(policies)
    )
    return arranged(Episodes.join(parts))


def drawn(pool: LevelValues, agents: Indices, rng: np.random.Generator) -> LevelValues:
    """Training seeds on levels that are drawn anew, all on the same ones."""
    values = {split: array[agents][:, rng.integers(POOL, size=LEVELS)] for split, array in pool.values.items()}
    return replace(pool, seeds=tuple(range(len(agents))), values=values)


def covered(pool: LevelValues, measures: tuple[Measure, ...], seeds: int) -> Iterator[list[bool | None]]:
    """For each trial, whether the interval of each measure holds the truth; None where there is none."""
    truth, rng = computed(pool, kinds=KINDS), np.random.Generator(np.random.PCG64(seeds))
    for trial in range(TRIALS):
        agents = rng.integers(AGENTS, size=seeds)
        values = drawn(pool, agents, rng)
        true = {measure: truth[measure][agents[0]] if seeds == 1 else truth[measure].mean() for measure in measures}
        bounds = intervals(values, measures, trial)
        yield [holds(bounds[measure], true[measure]) for measure in measures]


def holds(bounds: tuple[float | None, float | None], true: float) -> bool | None:
    """Whether a value lies within bounds; None where there are none."""
    low, high = bounds
    return None if low is None or high is None else low - 1e-9 <= true <= high + 1e-9


def intervals(
    values: LevelValues, measures: tuple[Measure, ...], trial: int
) -> dict[Measure, tuple[float | None, float | None]]:
    """As a report has them; with 2 to 4 seeds, where it has none, the t interval that it might have."""
    if 1 < len(values.seeds) < ENOUGH:
        points, again = computed(values, kinds=KINDS), resampled(values, RESAMPLES, trial, KINDS)
        return {measure: t_interval(points[measure], again[measure]) for measure in measures}
    known = estimates(values, RESAMPLES, trial, KINDS)
    return {measure: (known[measure].low, known[measure].high) for measure in measures}


def rows(name: str) -> Iterator[list[str]]:
    """A row for each population and number of seeds."""
    measures = measured(name)
    for effect, policies in populations(name).items():
        pool = played(name, policies)
        for seeds in SEEDS:
            trials = list(zip(*covered(pool, measures, seeds), strict=True))
            shown = "range" if 1 < seeds < ENOUGH else "levels" if seeds == 1 else "seeds"
            yield [
                effect,
                str(seeds),
                shown,
                *(cell([held for held in each if held is not None], shown) for each in trials),
            ]


def cell(held: list[bool], shown: str) -> str:
    """Per cent that hold; bold where a report shows an interval that holds the truth too seldom or too often."""
    have = 100 * len(held) / TRIALS
    percent = 100 * float(np.mean(held)) if have >= FEW else None
    text = f"{percent:.1f}" if percent is not None else "\N{EN DASH}"
    if percent is not None and shown != "range" and not ASKED[0] <= percent <= ASKED[1]:
        text = f"**{text}**"
    return text if have == 100 else f"{text} ({have:.0f})"


def page(tables: dict[str, list[list[str]]]) -> str:
    """The tables as Markdown, with what they show."""
    text = [
        "# Coverage of the intervals",
        " ".join(INTRODUCTION.split()).format(trials=TRIALS, levels=LEVELS, few=FEW, asked=ASKED),
    ]
    text += ["```text" + (__doc__ or "").split("about:")[1].rstrip().replace("\n\n", "\n") + "\n```"]
    for name, table in tables.items():
        heads = ("seeds differ", "seeds", "shown", *(measure.label for measure in measured(name)))
        text += [f"## {name}", plain(heads, table)]
    return "\n\n".join(text) + "\n"


def main() -> None:
    """Both environments side by side."""
    os.environ["OMP_NUM_THREADS"] = "1"  # of each process: small products gain nothing by more
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        tables = dict(zip(ENVIRONMENTS, workers.map(listed, ENVIRONMENTS), strict=True))
    PAGE.write_text(page(tables), encoding="utf-8")


def listed(name: str) -> list[list[str]]:
    return list(rows(name))


if __name__ == "__main__":
    main()
