"""Charts of rows drawn as one SVG that stands alone: every program draws it, for it needs neither styles nor a script.

A row has a label, what is drawn on the common scale, and its number with the bounds. Text and rules have the colour of
what surrounds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..measures.wording import interval
from .charts import Axis, Chart, DotRow, Dots, Lines, Step, Waterfall
from .tables import Section
from .templating import templates

ROOM, LETTER = 240, 7  # pixels of a label, or as many as the longest needs; of a letter, at most as a rule
COLOURS = {"intended": "#009e73", "proxy": "#d55e00", "misspecified": "#9860a8", "goal": "#d55e00", "outer": "#9860a8"}


def figure(sections: Iterable[Section]) -> str:
    """The charts of rows that sections have; see `svg`."""
    charts = {section.title: section.chart for section in sections if section.chart and list(_rows(section.chart))}
    return svg(charts, Axis.over(charts.values()))


def svg(charts: Mapping[str, Chart], axis: Axis) -> str:
    """Charts below each other on one scale, each under its title if it has one; ValueError where there are none."""
    lines = [line for title, chart in charts.items() for line in (title, *_rows(chart)) if line]
    if not lines:
        raise ValueError("there is nothing to draw: no table here has a chart of rows")
    environment = templates()
    environment.filters |= {"interval": interval}
    longest = max((len(line.label) for line in lines if not isinstance(line, str)), default=0)
    room = max(ROOM, LETTER * longest + 20)
    return environment.get_template("figure.svg.jinja").render(lines=lines, axis=axis, colours=COLOURS, room=room)


def _rows(chart: Chart) -> Iterator[Step | DotRow | str]:
    """What stands in a line each: the headings of groups, and rows."""
    match chart:
        case Waterfall():
            yield from chart.steps
            yield chart.rest
        case Dots():
            for group in chart.groups:
                yield f"{group.heading}: {group.note}" if group.note else group.heading
                yield from group.rows
        case Lines():
            pass
