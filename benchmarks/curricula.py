"""Do mitigations keep agents from misgeneralizing? `python benchmarks/curricula.py` writes `curricula.md`.

    python benchmarks/curricula.py --dry-run                                  what of the study is there
    python benchmarks/curricula.py CheeseCorner --methods SFL --alphas 0.01   a part of it; the page tells of all

It trains what is missing of the cells that are asked for, each in a process of its own, evaluates them, and writes the
page of all cells that are finished, so it can be stopped and goes on from there. All cells learn from as many
transitions, by the standard recipe of their environment; what was tried besides is told. What others have published
stands at the end of the page, with whether it holds here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from published import CLAIMS, DR, ENOUGH, judged
from published import INTRODUCTION as THRESHOLDS

from goalgap import evaluate, task
from goalgap.agents.loading import load_agent
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import finished, folder_of, read_record
from goalgap.agents.seeds import train_seeds
from goalgap.envs import SUITE
from goalgap.eval.measures.wording import interval
from goalgap.eval.report import Report
from goalgap.eval.show.alphas import alpha_chart, told
from goalgap.eval.show.markdown import plain
from goalgap.eval.table.episodes import Episodes

PAGE = Path(__file__).with_name("curricula.md")
RESULTS = Path("results/curricula")
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
    "ACCEL, unrestricted": _curriculum("accel", score="oracle-latest", edits="unrestricted"),
    "SFL": _curriculum("sfl"),
    "dropout": {"dropout": 0.1},
    "weight decay": {"weight_decay": 1e-4},
    "shift": {"augment": "shift"},
    "cutout": {"augment": "cutout"},
}
CURRICULA = [name for name, changes in METHODS.items() if "curriculum" in changes]
CHARTS = {"curricula": [DR, *CURRICULA], "regularization": [name for name in METHODS if name not in CURRICULA]}
INTRODUCTION = """
Written by `python benchmarks/curricula.py`: {levels:,} levels of each split, by sampled actions, and equal transitions
to learn from. `tried` are transitions that were played besides, without learning from them; `buffer` is the share of
distinguishing levels among those that are kept at the end. Behind a mean stands the interval over five seeds and more,
or the range of fewer.
"""


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

    def train(self, seeds: int, processes: int) -> None:
        """Train and evaluate the seeds that are missing."""
        places = {seed: self.folder / f"seed-{seed}" for seed in range(seeds)}
        missing = {seed: place for seed, place in places.items() if not finished(place)}
        train_seeds(self.task, self.recipe, missing, processes)
        for place in places.values():
            if not (place / "episodes.parquet").exists():
                evaluate(self.task, load_agent(place, self.task), LEVELS).write(place / "episodes.parquet")

    @property
    def places(self) -> list[Path]:
        """The folders of the seeds that are trained and evaluated."""
        return sorted(path.parent for path in self.folder.glob("seed-*/episodes.parquet"))

    @property
    def report(self) -> Report:
        return Report.of(Episodes.join([Episodes.read(place / "episodes.parquet") for place in self.places]))

    def mean(self, field: str) -> float:
        """The mean over seeds of what their records say, 0 where they say nothing."""
        values = [read_record(place).get(field, 0) for place in self.places]
        return float(sum(values) / len(values))


def cells(environments: list[str], methods: list[str], alphas: list[float]) -> list[Cell]:
    return [Cell(*each) for each in product(environments, methods, alphas)]


def parts(environment: str) -> Iterator[str]:
    """What the page says of an environment: its table, and its chart in a file beside it."""
    done = {cell: cell.report for cell in cells([environment], list(METHODS), list(ALPHAS)) if cell.places}
    if not done:
        return
    intended = SUITE[environment].intended.name
    scores = {cell: known.main.score("deploy", intended) for cell, known in done.items()}
    gaps = {cell: known.main.gap("goal") for cell, known in done.items()}
    yield f"## {environment}"
    yield plain(
        ("method", "alpha", "seeds", "score in deployment", "goal gap", "tried", "buffer"),
        [
            (
                cell.method, told(cell.alpha), str(len(cell.places)), interval(scores[cell]), interval(gaps[cell]),
                f"{cell.mean('tried_steps'):,.0f}", told(round(cell.mean("distinguishing"), 3)),
            )
            for cell in done
        ],
    )  # fmt: skip
    for kind, methods in CHARTS.items():
        measured = {"score in deployment": scores, "goal gap": gaps}
        drawn = {title: by_method(values, methods) for title, values in measured.items()}
        if any(drawn.values()):
            PAGE.with_name(f"{kind}-{environment}.svg").write_text(alpha_chart(drawn), encoding="utf-8")
            yield f"![Score in deployment and goal gap against alpha, {kind}]({kind}-{environment}.svg)"


def thresholds(environments: list[str]) -> Iterator[str]:
    """What others have published, and whether it holds here."""
    done = cells(environments, list(METHODS), list(ALPHAS))
    scores = {
        (cell.environment, cell.method, cell.alpha): float(cell.report.main.score("deploy", intended).mean)
        for cell in done
        if len(cell.places) >= ENOUGH and (intended := SUITE[cell.environment].intended.name)
    }
    yield "## What others have published"
    yield " ".join(THRESHOLDS.split())
    yield plain(("claim", "here"), [(claim, judged(expected, scores)) for claim, expected in CLAIMS.items()])


def by_method(values: dict[Cell, Any], methods: list[str]) -> dict[str, dict[float, Any]]:
    """Values of some methods, by method and alpha."""
    found: dict[str, dict[float, Any]] = {}
    for cell, value in values.items():
        if cell.method in methods:
            found.setdefault(cell.method, {})[cell.alpha] = value
    return found


def main() -> None:
    editable = [name for name, game in SUITE.items() if game.editable]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *editable], default=[], metavar="ENV", help="all by default")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS), metavar="METHOD")
    parser.add_argument("--alphas", nargs="+", type=float, choices=ALPHAS, default=list(ALPHAS))
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of each cell (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="how many to train at a time (default: %(default)s)")
    parser.add_argument("--dry-run", action="store_true", help="only tell how many seeds of each cell are finished")
    asked = parser.parse_args()
    wanted = cells(asked.names or editable, asked.methods, asked.alphas)
    if asked.dry_run:
        print("\n".join(f"{len(cell.places)} of {asked.seeds} {cell}" for cell in wanted))
        return
    for cell in wanted:
        cell.train(asked.seeds, asked.processes)
    written = [part for name in editable for part in parts(name)]
    introduction = " ".join(INTRODUCTION.split()).format(levels=LEVELS)
    page = ["# What mitigations do", introduction, *written, *thresholds(editable)]
    PAGE.write_text("\n\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
