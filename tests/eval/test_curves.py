"""What happens within an episode: on policies of which it is known, and as a chart."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.curves import chart, course, rise
from goalgap.eval.episodes import Episodes, EpisodesError
from goalgap.eval.records import Run
from goalgap.eval.report import Report
from goalgap.eval.rollout import evaluate

LEVELS = 150


@pytest.fixture(scope="module")
def bandits() -> dict[str, Episodes]:
    names = ("oracle:payoffs", "oracle:chimes", "random")
    return {name: evaluate(task("ChimeBandit"), reference(name), LEVELS, run=Run(agent=name)) for name in names}


@pytest.fixture(scope="module")
def herds() -> dict[str, Episodes]:
    names = ("oracle:descendants", "oracle:matings")
    return {name: evaluate(task("IrishElk"), reference(name), LEVELS, run=Run(agent=name)) for name in names}


def test_a_searcher_improves_within_the_episode_and_random_play_does_not(bandits: dict[str, Episodes]) -> None:
    for split in ("train", "deploy"):
        values = {name: course(each.where(split=split), "payoffs") for name, each in bandits.items()}
        assert all(each.shape == (50,) for each in values.values())
        assert rise(values["oracle:payoffs"]) > 0.15
        assert abs(rise(values["random"])) < 0.06
    assert rise(values["oracle:chimes"]) < 0.06
    assert rise(course(bandits["oracle:chimes"].where(split="deploy"), "chimes")) > 0.15


def test_curves_add_up_to_what_was_earned(bandits: dict[str, Episodes]) -> None:
    played = bandits["random"].where(split="deploy")
    for goal in ("payoffs", "chimes"):
        assert course(played, goal).sum() == pytest.approx(played.column(f"return.{goal}").mean())


def test_a_herd_that_died_out_stays_dead(herds: dict[str, Episodes]) -> None:
    lost, kept = (course(herds[f"oracle:{goal}"].where(split="deploy"), "herd") for goal in ("matings", "descendants"))
    assert lost[-1] == 0 < kept[-1]
    assert len(lost) < len(kept) == 24
    ways = [Report.of(each, resamples=50).main for each in herds.values()]
    assert [way("event.deploy.extinction").mean for way in ways] == [0.0, 1.0]
    assert [way("event.train.extinction").mean for way in ways] == [0.0, 0.0]
    np.testing.assert_allclose(ways[1].courses["deploy.herd"], lost)


def test_the_chart_is_whole_and_names_everybody(herds: dict[str, Episodes]) -> None:
    told = {"a <b> & c": herds["oracle:matings"], "oracle": herds["oracle:descendants"]}
    drawn = ET.fromstring(chart(told))  # noqa: S314 (our own)
    lines = list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(lines) == 4
    assert [line.find("{http://www.w3.org/2000/svg}title").text for line in lines] == [*told] * 2  # type: ignore[union-attr]
    for line in lines:
        points = np.array([point.split(",") for point in line.attrib["points"].split()], float)
        assert (np.diff(points[:, 0]) > 0).all()
        assert (points >= 0).all()


def test_one_panel_has_room_for_everybody(bandits: dict[str, Episodes]) -> None:
    drawn = ET.fromstring(chart(bandits, ("deploy",)))  # noqa: S314 (our own)
    width = float(drawn.attrib["width"])
    places = [each.attrib["transform"] for each in drawn.iter("{http://www.w3.org/2000/svg}g")]
    assert all(float(place.removeprefix("translate(").split()[0]) < width - 200 for place in places)
    with pytest.raises(EpisodesError, match="nothing to draw"):
        chart({"random": evaluate(task("CheeseCorner"), reference("random"), 3)})


def test_a_curve_that_nobody_recorded_is_refused(bandits: dict[str, Episodes]) -> None:
    with pytest.raises(EpisodesError, match=r"records no curve 'herd'; there are: payoffs, chimes"):
        course(bandits["random"], "herd")
