"""Do curricula keep agents from misgeneralizing? `python benchmarks/curricula.py` writes `curricula.md`.

It trains what is missing of the cells that are asked for, each in a process of its own, evaluates them, and writes the
page of all cells that are finished, so it can be stopped and goes on from there. All cells learn from as many
transitions, by the standard recipe of their environment; what was tried besides is told.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

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
LEVELS, SEEDS, ALPHAS = 1000, 5, (0.0, 0.001, 0.01, 0.1)
METHODS: dict[str, dict[str, Any]] = {
    "domain randomization": {},
    "PLR, max-latest": {"method": "plr", "score": "max-latest"},
    "robust PLR, oracle-latest": {"method": "robust-plr", "score": "oracle-latest"},
    "ACCEL, max-latest": {"method": "accel", "score": "max-latest"},
    "ACCEL, oracle-latest": {"method": "accel", "score": "oracle-latest"},
}
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
        return default_recipe(self.task, curriculum=METHODS[self.method])

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
    charted = {title: by_method(values) for title, values in {"score in deployment": scores, "goal gap": gaps}.items()}
    PAGE.with_name(f"curricula-{environment}.svg").write_text(alpha_chart(charted), encoding="utf-8")
    yield f"![Score in deployment and goal gap against alpha](curricula-{environment}.svg)"


def by_method(values: dict[Cell, Any]) -> dict[str, dict[float, Any]]:
    """Values by method and alpha."""
    found: dict[str, dict[float, Any]] = {}
    for cell, value in values.items():
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
    asked = parser.parse_args()
    for cell in cells(asked.names or editable, asked.methods, asked.alphas):
        cell.train(asked.seeds, asked.processes)
    written = [part for name in editable for part in parts(name)]
    introduction = " ".join(INTRODUCTION.split()).format(levels=LEVELS)
    PAGE.write_text("\n\n".join(["# What curricula do", introduction, *written]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
