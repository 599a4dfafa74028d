"""A sweep drawn: its scores in deployment and its goal gaps, a line or a row for each way of training.

Several alphas are drawn as curves against alpha, two panels for each environment. Reference policies do not train, so
that theirs are level. One alpha alone is drawn as rows.
"""

from __future__ import annotations

from ..eval.measures.estimates import Estimate
from ..eval.show.alphas import alpha_chart, told
from ..eval.show.charts import Axis, DotGroup, DotRow, Dots
from ..eval.show.figures import svg
from .summary import Summary, mean_of_seeds

MEASURES = {"score in deployment": "scores", "goal gap": "gaps"}


def sweep_figure(summary: Summary) -> str:
    """What came out of a sweep so far, as SVG that needs no script; ValueError where no cell is done."""
    if not summary.done:
        raise ValueError("there is nothing to draw: no cell is done")
    if len(alphas := sorted({about.alpha for about in summary.done if about.steps})) > 1:
        return _curves(summary, alphas)
    return _rows(summary, f", alpha {told(alphas[0])}" if any(alphas) else "")


def _curves(summary: Summary, alphas: list[float]) -> str:
    """Against alpha."""
    done, names = summary.done, summary.names(alpha=False)
    seeds = sorted({seed for about, group in done.items() if about.steps for seed in group.scores})
    drawn: dict[str, dict[str, dict[float, Estimate]]] = {}
    for about, group in done.items():
        for title, field in MEASURES.items():
            values = getattr(group, field)
            if (mean := mean_of_seeds(values.values())).missing:
                continue
            ways = drawn.setdefault(f"{about.environment}, {title}", {})
            if about.steps:
                known = mean.model_copy(update={"seeds": tuple(values.get(seed) for seed in seeds)})
                ways.setdefault(names[about], {})[about.alpha] = known
            else:
                ways[names[about]] = dict.fromkeys(alphas, mean.model_copy(update={"seeds": ()}))
    return alpha_chart(drawn, seeds=seeds)


def _rows(summary: Summary, trained: str) -> str:
    """A row each, with how all were `trained` in the headings."""
    done, names = summary.done, summary.names(alpha=False)

    def group(environment: str, title: str, field: str) -> DotGroup:
        own = {names[about]: getattr(each, field) for about, each in done.items() if about.environment == environment}
        rows = tuple(DotRow(name, "", mean_of_seeds(values.values())) for name, values in own.items())
        return DotGroup(f"{environment}, {title}{trained}", "", "", rows)

    environments = dict.fromkeys(about.environment for about in done)
    groups = tuple(group(environment, *each) for environment in environments for each in MEASURES.items())
    drawn = Dots(groups, ())
    return svg({"": drawn}, Axis.over([drawn]))
