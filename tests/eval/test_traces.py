"""What happens within an episode: on policies of which it is known, and as a chart."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.measures.traces import Trace, mean_trace, stepwise, traces
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.show.curves import COLOURS, chart, panels
from goalgap.eval.show.html import render
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.eval.table.runs import Run

LEVELS = 150
BELOW = {"lost": (-0.5, -0.2), "won": (0.0, 0.25)}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def bandits() -> dict[str, Episodes]:
    names = ("oracle:payoffs", "oracle:chimes", "random")
    return {name: evaluate(task("ChimeBandit"), reference(name), LEVELS, run=Run(agent=name)) for name in names}


@pytest.fixture(scope="module")
def herds() -> dict[str, Episodes]:
    names = ("oracle:descendants", "oracle:matings")
    return {name: evaluate(task("IrishElk"), reference(name), LEVELS, run=Run(agent=name)) for name in names}


def test_after_the_end_a_reward_counts_as_0_and_the_state_as_it_was_last() -> None:
    """Also where a table comes in parts, and some of its episodes are of another game and have no curve."""
    curve = pa.chunked_array([[[1.0, 2.0], None], [[3.0]]], pa.list_(pa.float32()))
    game = SimpleNamespace(environment="a game", curves=("coins", "herd"), channels=("coins",))
    episodes: Any = SimpleNamespace(game=game, table=pa.table({"curve.coins": curve, "curve.herd": curve}))
    assert stepwise(episodes, "coins").tolist() == [[1.0, 2.0], [3.0, 0.0]]
    assert stepwise(episodes, "herd").tolist() == [[1.0, 2.0], [3.0, 3.0]]


def trace(episodes: Episodes, split: str, curve: str) -> Trace:
    return next(each for each in traces(episodes, (split,)) if each.curve == curve)


def test_a_searcher_improves_within_the_episode_and_random_play_does_not(bandits: dict[str, Episodes]) -> None:
    for split in ("train", "deploy"):
        known = {name: trace(episodes, split, "payoffs") for name, episodes in bandits.items()}
        assert all(len(each.values) == 50 for each in known.values())
        assert known["oracle:payoffs"].improvement > 0.15
        assert abs(known["random"].improvement) < 0.06
    assert known["oracle:chimes"].improvement < 0.06
    assert trace(bandits["oracle:chimes"], "deploy", "chimes").improvement > 0.15


def test_curves_add_up_to_what_was_earned(bandits: dict[str, Episodes]) -> None:
    played = bandits["random"].where(split="deploy")
    for goal in ("payoffs", "chimes"):
        assert mean_trace(played, goal).sum() == pytest.approx(played.column("return", goal).mean())


def test_a_herd_that_died_out_stays_dead(herds: dict[str, Episodes]) -> None:
    lost, kept = (trace(herds[f"oracle:{goal}"], "deploy", "herd").values for goal in ("matings", "descendants"))
    assert lost[-1] == 0 < kept[-1]
    assert len(kept) == 24
    modes = [Report.of(episodes, resamples=50).main for episodes in herds.values()]
    assert [mode.event("deploy", "extinction").mean for mode in modes] == [0.0, 1.0]
    assert [mode.event("train", "extinction").mean for mode in modes] == [0.0, 0.0]
    assert next(each for each in modes[1].traces if each.split == "deploy").values == lost


def test_first_last_and_improvement_are_means_of_ten_steps() -> None:
    rising = Trace(split="train", curve="c", values=tuple(float(step) for step in range(40)))
    assert (rising.first, rising.last, rising.improvement) == (4.5, 34.5, 30.0)


def test_the_chart_is_whole_and_names_everybody(herds: dict[str, Episodes]) -> None:
    told = {"a <b> & c": traces(herds["oracle:matings"]), "oracle": traces(herds["oracle:descendants"])}
    drawn = ET.fromstring(chart(told))  # noqa: S314 (our own)
    lines = list(drawn.iter(f"{SVG}polyline"))
    assert len(lines) == 6
    assert [line.find(f"{SVG}title").text for line in lines] == [*told] * 3  # type: ignore[union-attr]
    for line in lines:
        points = np.array([point.split(",") for point in line.attrib["points"].split()], float)
        assert (np.diff(points[:, 0]) > 0).all()
        assert (points >= 0).all()


def test_curves_on_a_page_are_panels_that_take_its_colours(herds: dict[str, Episodes]) -> None:
    """So that they find room on a phone, and are not bright in the dark; alone, they bring colours for both."""
    page = render(Report.of(herds["oracle:matings"], resamples=20))
    assert page.count('<svg viewBox="0 0 352 258"') == page.count("<polyline") == 3
    (drawn,) = re.findall(r'<div class="curves">(.*?)</div>', page, re.S)
    assert "currentColor" in drawn
    assert set(re.findall(r'"(#\w+)"', drawn)) == {COLOURS[0]}
    alone = chart({"oracle": traces(herds["oracle:matings"])})
    assert "prefers-color-scheme: dark" in alone


def test_one_panel_has_room_for_everybody(bandits: dict[str, Episodes]) -> None:
    shown = {name: traces(episodes, ("deploy",)) for name, episodes in bandits.items()}
    drawn = ET.fromstring(chart(shown))  # noqa: S314 (our own)
    width = float(drawn.attrib["width"])
    places = [group.attrib["transform"] for group in drawn.iter(f"{SVG}g")]
    assert all(float(place.removeprefix("translate(").split()[0]) < width - 200 for place in places)


def test_what_is_below_zero_has_room_too() -> None:
    """A scale begins at 0 only where nothing is below it; then 0 is a line across."""
    told = {name: [Trace(split="train", curve="c", values=values)] for name, values in BELOW.items()}
    both, below = panels(told).panels[0], panels({"lost": told["lost"]}).panels[0]
    assert (both.low, both.top, below.low, below.top) == (-0.5, 0.25, -0.5, 0.0)
    rows = {line.label: [float(point.split(",")[1]) for point in line.points.split()] for line in both.lines}
    assert rows == {"lost": [200.0, 120.0], "won": [66.7, 0.0]}
    assert chart(told).count("stroke-dasharray") == 1
    assert chart({"lost": told["lost"]}).count("stroke-dasharray") == 0
    flat = panels({"flat": [Trace(split="train", curve="c", values=(0.0, 0.0))]}).panels[0]
    assert flat.low == 0 < flat.top


def test_what_nobody_recorded_is_refused(bandits: dict[str, Episodes]) -> None:
    with pytest.raises(EpisodesError, match=r"records no curve 'herd'; there are: payoffs, chimes"):
        mean_trace(bandits["random"], "herd")
    mice = evaluate(task("CheeseCorner"), reference("random"), 3)
    assert traces(mice) == ()
    with pytest.raises(ValueError, match="nothing to draw"):
        chart({"random": traces(mice)})
