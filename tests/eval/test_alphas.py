"""Alpha curves: what is drawn where."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from goalgap.eval.measures.estimates import MISSING, Estimate
from goalgap.eval.show.alphas import alpha_chart
from goalgap.eval.show.curves import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
PPO = {0.0: Estimate(mean=0.5, seeds=(0.25, 0.75)), 0.1: Estimate(mean=1.0, seeds=(1.0,))}
DIVERSE = {0.1: Estimate(mean=-0.5, seeds=(-0.5, None)), 1.0: MISSING}


def lines(drawn: ET.Element) -> dict[str, str]:
    """The points of each line by its name."""
    return {line[0].text or "": line.attrib["points"] for line in drawn.iter(f"{SVG}polyline")}


def test_points_stand_at_their_alpha_and_height() -> None:
    drawn = ET.fromstring(alpha_chart({"score": {"PPO": PPO, "other": DIVERSE}}))  # noqa: S314 (our own)
    # three alphas share 300 pixels, and 200 pixels stand for -0.5 to 1
    assert lines(drawn) == {"PPO": "50.0,66.7 150.0,0.0", "other": "150.0,200.0"}
    dots = [(dot.attrib["cx"], dot.attrib["cy"], dot[0].text) for dot in drawn.iter(f"{SVG}circle")]
    assert dots == [
        ("50.0", "100.0", "PPO, seed 0, alpha 0 %: 0.25"),
        ("50.0", "33.3", "PPO, seed 1, alpha 0 %: 0.75"),
        ("150.0", "0.0", "PPO, seed 0, alpha 10 %: 1.00"),
        ("150.0", "200.0", "other, seed 0, alpha 10 %: \N{MINUS SIGN}0.50"),
    ]


def test_every_measure_has_a_panel_and_one_colour_for_each_line() -> None:
    drawn = ET.fromstring(alpha_chart({"score": {"PPO": PPO}, "gap": {"other": DIVERSE, "PPO": PPO}}))  # noqa: S314
    strokes: dict[str, set[str]] = {}
    for line in drawn.iter(f"{SVG}polyline"):
        strokes.setdefault(line[0].text or "", set()).add(line.attrib["stroke"])
    assert [len(each) for each in strokes.values()] == [1, 1]
    assert strokes["PPO"] != strokes["other"]
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"score", "gap", "0 %", "10 %", "100 %", "PPO", "other"} <= set(texts)
    assert "score; gap, by the percentage of training levels" in drawn.attrib["aria-label"]


def test_names_are_escaped() -> None:
    ET.fromstring(alpha_chart({"<b>": {"</svg>&": PPO}}))  # noqa: S314


@pytest.mark.parametrize("nothing", [{}, {"score": {}}])
def test_nothing_to_draw(nothing: dict[str, dict[str, dict[float, Estimate]]]) -> None:
    with pytest.raises(ValueError, match="there is nothing to draw"):
        alpha_chart(nothing)


def test_a_way_of_training_has_one_colour_in_all_charts() -> None:
    """Of those that are known; the others come behind them."""
    all_of_them = alpha_chart({"score": {"PPO": PPO, "other": DIVERSE}})
    alone = alpha_chart({"score": {"other": DIVERSE}}, ["PPO", "other"])
    assert colour(alone, "other") == colour(all_of_them, "other") != colour(all_of_them, "PPO")
    assert "PPO" not in alone


def test_lines_of_one_panel_differ_where_other_panels_have_had_all_colours() -> None:
    names = [f"agent {k}" for k in range(2 * len(COLOURS))]
    first, second = names[: len(COLOURS)], [names[1], *names[len(COLOURS) + 1 : -1]]
    drawn = alpha_chart({"a": dict.fromkeys(first, PPO), "b": dict.fromkeys(second, PPO)})
    for panel in (first, second):
        assert len({colour(drawn, label) for label in panel}) == len(panel)


def test_a_scale_of_nothing_but_zeros_ends_at_one() -> None:
    drawn = ET.fromstring(alpha_chart({"gap": {"PPO": {0.0: Estimate(mean=0.0)}}}))  # noqa: S314
    assert {text.text for text in drawn.iter(f"{SVG}text")} >= {"0", "0.5", "1"}


def colour(drawn: str, label: str) -> str:
    found = [each for each in ET.fromstring(drawn).iter(f"{SVG}polyline") if each[0].text == label]  # noqa: S314
    (stroke,) = {line.attrib["stroke"] for line in found}
    return stroke
