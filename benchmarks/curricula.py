"""Do mitigations keep agents from misgeneralizing? `python benchmarks/curricula.py` writes `curricula.md`.

    python benchmarks/curricula.py --dry-run                                  what of the study is there
    python benchmarks/curricula.py CheeseCorner --methods SFL --alphas 0.01   a part of it; the page tells of all

It trains what is missing of the cells that are asked for, each agent in a process of its own, evaluates them, and keeps
what was measured in `curricula.json`, so it can be stopped and goes on from there. It writes the page of all cells.
They learn from as many transitions, by the standard recipe of their environment; what was tried besides is told. What
others have published stands at the end of the page, with whether it holds here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from measured import Measured, keep_measured, read_measured
from published import CLAIMS, DR, ENOUGH, FROM, judged, robust_from
from published import INTRODUCTION as THRESHOLDS

from goalgap import evaluate, task
from goalgap.agents.loading import load_agent
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import finished, folder_of, read_record
from goalgap.agents.seeds import train_seeds
from goalgap.envs import SUITE
from goalgap.eval.measures.estimates import Estimate
from goalgap.eval.measures.wording import interval
from goalgap.eval.report import Report
from goalgap.eval.show.alphas import alpha_chart, told
from goalgap.eval.show.markdown import plain
from goalgap.eval.table.episodes import Episodes

PAGE = Path(__file__).with_name("curricula.md")
KEPT = PAGE.with_suffix(".json")
CODE = 2  # rises when agents come out otherwise, as where tests/agents/test_chosen_levels.py fails
RESULTS = Path(f"results/curricula/{CODE}")
EDITABLE = [name for name, game in SUITE.items() if game.editable]
LEVELS, SEEDS, ALPHAS = 1000, 5, (0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)


def _curriculum(method: str, **changes: str) -> dict[str, Any]:
    return {"curriculum": {"method": method, **changes}}


METHODS: dict[str, dict[str, Any]] = {  # changes of the standard recipe
    DR: {},
    "PLR, max-latest": _curriculum("plr", score="max-latest"),
    "robust PLR, max-latest": _curriculum("robust-plr", score="max-latest"),
    "robust PLR, oracle-latest": _curriculum("robust-plr", score="oracle-latest"),
    "ACCEL, max-latest": _curriculum("accel", score="max-latest"),
    "ACCEL, oracle-latest": _curriculum("accel", score="oracle-latest"),
    "ACCEL, oracle-latest, unrestricted": _curriculum("accel", score="oracle-latest", edits="unrestricted"),
    "SFL": _curriculum("sfl"),
    "dropout": {"dropout": 0.1},
    "weight decay": {"weight_decay": 1e-4},
    "shift": {"augment": "shift"},
    "cutout": {"augment": "cutout"},
}
TOLD = ("tried_steps", "distinguishing")  # of what records say
CURRICULA = [name for name, changes in METHODS.items() if "curriculum" in changes]
CHARTS = {"curricula": [DR, *CURRICULA], "regularization": [name for name in METHODS if name not in CURRICULA]}
INTRODUCTION = """
Written by `python benchmarks/curricula.py`: {levels:,} levels of each split, by sampled actions, and equal transitions
to learn from. `tried` are transitions that were played besides, without learning from them; `buffer` is the share of
distinguishing levels among those that are kept at the end. Behind a mean stands the interval over five seeds and more,
or the range of fewer.
"""
MARK = "\N{DAGGER}"  # of what an earlier version has measured
EARLIER = f"{MARK}: by an earlier version of our code, or on another machine."


class Cell(NamedTuple):
    """One way of training in one environment."""

    environment: str
    method: str
    alpha: float

    @property
    def folder(self) -> Path:
        return folder_of(RESULTS, self.task, self.recipe)

    @property
    def task(self) -> Any:
        return task(self.environment, alpha=self.alpha)

    @property
    def recipe(self) -> Any:
        return default_recipe(self.task, **METHODS[self.method])

    def __str__(self) -> str:
        return f"{self.environment}, {self.method}, alpha {told(self.alpha)}"

    def agents(self, seeds: int, processes: int) -> list[Path]:
        """The folders of as many agents, trained where they are missing."""
        places = {seed: self.folder / f"seed-{seed}" for seed in range(seeds)}
        missing = {seed: place for seed, place in places.items() if not finished(place)}
        train_seeds(self.task, self.recipe, missing, processes)
        return list(places.values())

    def train(self, seeds: int, processes: int) -> Measured:
        """What training and evaluating as many seeds comes to; those that are finished are left as they are."""
        tables = [place / "episodes.parquet" for place in self.agents(seeds, processes)]
        for path in tables:
            if not path.exists():
                evaluate(self.task, load_agent(path.parent, self.task), LEVELS).write(path)
        report = Report.of(Episodes.join([Episodes.read(path) for path in tables])).main
        records = [read_record(path.parent) for path in tables]
        intended = SUITE[self.environment].intended.name
        return Measured(
            estimates={"score": report.score("deploy", intended), "gap": report.gap("goal")},
            means={name: sum(each.get(name, 0) for each in records) / seeds for name in TOLD},
            code=CODE,
        )


def cells(environments: list[str], methods: list[str], alphas: list[float]) -> list[Cell]:
    return [Cell(*each) for each in product(environments, methods, alphas)]


def known(environment: str) -> dict[Cell, Measured]:
    """What was measured of an environment, in the order of the page."""
    kept = read_measured(KEPT)
    listed = {cell: kept.get(cell.folder.name) for cell in cells([environment], list(METHODS), list(ALPHAS))}
    return {cell: measured for cell, measured in listed.items() if measured}


def files() -> dict[str, str]:
    """The page and its charts, by name."""
    done = {name: measured for name in EDITABLE if (measured := known(name))}
    parts, charts = ["# What mitigations do", " ".join(INTRODUCTION.split()).format(levels=LEVELS)], dict[str, str]()
    parts += ["## From which alpha on", " ".join(FROM.split()), thresholds(done)]
    for name, measured in done.items():
        parts += [f"## {name}", table(measured)]
        if any(each.code != CODE for each in measured.values()):
            parts.append(EARLIER)
        for kind, svg in drawn(measured):
            parts.append(f"![Score in deployment and goal gap against alpha, {kind}]({kind}-{name}.svg)")
            charts[f"{kind}-{name}.svg"] = svg
    parts += ["## What others have published", " ".join(THRESHOLDS.split()), claims(done)]
    return {PAGE.name: "\n\n".join(parts) + "\n", **charts}


def thresholds(done: dict[str, dict[Cell, Measured]]) -> str:
    """From which alpha on each way of training is robust, by environment."""
    found: dict[tuple[str, str], dict[float, float]] = {}
    for (environment, method, alpha), score in scored(done).items():
        found.setdefault((method, environment), {})[alpha] = score
    rows = [(method, *(robust_from(found.get((method, name), {})) for name in done)) for method in METHODS]
    return plain(("method", *done), rows)


def scored(done: dict[str, dict[Cell, Measured]]) -> dict[Cell, float]:
    """The scores in deployment of ways of training that were measured with seeds enough."""
    listed = {cell: each for known in done.values() for cell, each in known.items() if each.seeds >= ENOUGH}
    return {cell: mean for cell, each in listed.items() if (mean := each.estimates["score"].mean) is not None}


def claims(done: dict[str, dict[Cell, Measured]]) -> str:
    """Whether what others have published holds here."""
    scores = scored(done)
    return plain(("claim", "here"), [(claim, judged(expected, scores)) for claim, expected in CLAIMS.items()])


def table(done: dict[Cell, Measured]) -> str:
    """A row for each way of training."""
    heads = ("method", "alpha", "seeds", "score in deployment", "goal gap", "tried", "buffer")
    rows = [
        (
            cell.method + ("" if measured.code == CODE else MARK), told(cell.alpha), str(measured.seeds),
            interval(measured.estimates["score"]), interval(measured.estimates["gap"]),
            f"{measured.means['tried_steps']:,.0f}",
            told(round(measured.means["distinguishing"], 3)) if cell.method in CURRICULA else "",
        )
        for cell, measured in done.items()
    ]  # fmt: skip
    return plain(heads, rows)


def drawn(done: dict[Cell, Measured]) -> Iterator[tuple[str, str]]:
    """The charts, by kind of method."""
    for kind, methods in CHARTS.items():
        measures = {"score in deployment": "score", "goal gap": "gap"}
        values = {title: by_method(done, name, methods) for title, name in measures.items()}
        ways = {way for known in values.values() for way in known}
        if ways and (kind == "curricula" or ways != {DR}):  # which is in all of them, to compare with
            yield kind, alpha_chart(values, methods)


def by_method(done: dict[Cell, Measured], name: str, methods: list[str]) -> dict[str, dict[float, Estimate]]:
    """A measure of some methods, by method and alpha."""
    found: dict[str, dict[float, Estimate]] = {}
    for cell, measured in done.items():
        if cell.method in methods:
            found.setdefault(cell.method, {})[cell.alpha] = measured.estimates[name]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *EDITABLE], default=[], metavar="ENV", help="all by default")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD")
    parser.add_argument("--alphas", nargs="+", type=float, choices=ALPHAS, default=list(ALPHAS))
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of each cell (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="how many to train at a time (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="only tell how many seeds of each cell are finished")
    asked = parser.parse_args()
    kept = {cell: measured for name in EDITABLE for cell, measured in known(name).items()}
    seeds = {cell: measured.seeds for cell, measured in kept.items() if measured.code == CODE}
    wanted = cells(asked.names or EDITABLE, asked.methods, asked.alphas)
    if asked.dry_run:
        print("\n".join(f"{seeds.get(cell, 0)} of {asked.seeds} {cell}" for cell in wanted))
        return
    for cell in wanted:
        if seeds.get(cell, 0) < asked.seeds:
            keep_measured(KEPT, cell.folder.name, cell.train(asked.seeds, asked.processes))
    for name, content in files().items():
        PAGE.with_name(name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
