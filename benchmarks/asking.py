"""What is help worth to a fooled agent? `python benchmarks/asking.py` writes `asking.md` and its charts.

    python benchmarks/asking.py --seeds 5 --levels 200

Agents of the study of mitigations (`curricula.py`), by domain randomization without distinguishing levels, are trained
where they are missing. Those of an environment act and ask together, as an ensemble.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import curricula
from published import DR

from goalgap.agents.ensembles import Ensemble
from goalgap.agents.loading import load_agent
from goalgap.asking import ask_for_help
from goalgap.eval.measures.asking import AskingCurve
from goalgap.eval.show import markdown
from goalgap.eval.show.asking import asking_chart, compared

PAGE = Path(__file__).with_name("asking.md")
INTRODUCTION = """
Written by `python benchmarks/asking.py`: {seeds} agents of each environment, by the standard recipe without
distinguishing levels, as one ensemble, on {levels:,} levels, by sampled actions. It asks the intended oracle where its
confidence is below a quantile of that in training. `area` is the mean score over all shares of steps that are asked,
and `above random` what that is more than asking at random; percentages are scores where so many are asked about.
"""


def page(found: dict[str, Sequence[AskingCurve]], seeds: int, levels: int) -> str:
    parts = ["# What help is worth", " ".join(INTRODUCTION.split()).format(seeds=seeds, levels=levels)]
    for name, curves in found.items():
        chart = f"![Score in deployment against the share of steps asked about](asking-{name}.svg)"
        parts += [f"## {name}", markdown.table(compared(curves)), chart]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="agents of an ensemble (default: %(default)s)")
    parser.add_argument("--levels", type=int, default=200, help="of each split (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="how many to train at a time (default: %(default)s)")
    asked = parser.parse_args()
    found = {}
    for name in curricula.EDITABLE:
        cell = curricula.Cell(name, DR, 0.0)
        agents = [load_agent(place, cell.task) for place in cell.agents(asked.seeds, asked.processes)]
        found[name] = ask_for_help(cell.task, Ensemble.of(agents), asked.levels)
        PAGE.with_name(f"asking-{name}.svg").write_text(asking_chart(found[name]), encoding="utf-8")
        print(f"{name}: {', '.join(f'{curve.name} {curve.area.mean:.2f}' for curve in found[name])}", flush=True)
    PAGE.write_text(page(found, asked.seeds, asked.levels), encoding="utf-8")


if __name__ == "__main__":
    main()
