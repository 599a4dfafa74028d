"""A sweep drawn, of outcomes that are made up."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from made_up import about, ended, summary

from goalgap.sweeps.figure import sweep_figure
from goalgap.sweeps.outcomes import About, Outcome

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*known: tuple[About, Outcome | None]) -> ET.Element:
    return ET.fromstring(sweep_figure(summary(*known)))  # noqa: S314 (our own)


def texts(figure: ET.Element) -> list[str]:
    return [text.text or "" for text in figure.iter(f"{SVG}text")]


def lines(figure: ET.Element) -> list[tuple[str, str]]:
    return [(line[0].text or "", line.attrib["points"]) for line in figure.iter(f"{SVG}polyline")]


def swept(scores: dict[tuple[str, float, int], float]) -> list[tuple[About, Outcome]]:
    """What came of a mitigation, an alpha and a seed each."""
    abouts = {about(mitigation=name, alpha=alpha, seed=seed): score for (name, alpha, seed), score in scores.items()}
    return [(of, ended(of, score, None)) for of, score in abouts.items()]


def test_alphas_are_drawn_as_a_line_through_means_for_each_mitigation() -> None:
    scores = {
        ("none", 0.0, 3): 0.0, ("none", 0.0, 8): 0.5, ("none", 0.1, 3): 0.5, ("accel", 0.0, 8): 0.5,
        ("accel", 0.1, 3): 1.0,
    }  # fmt: skip
    figure = drawn(*swept(scores))
    assert {"CheeseCorner, score in deployment", "CheeseCorner, goal gap", "0 %", "10 %"} <= {*texts(figure)}
    assert lines(figure)[:2] == [("PPO", "75.0,150.0 225.0,100.0"), ("PPO, accel", "75.0,100.0 225.0,0.0")]
    assert lines(figure)[2:] == [("PPO", "75.0,0.0 225.0,0.0"), ("PPO, accel", "75.0,0.0 225.0,0.0")]
    told = [dot[0].text or "" for dot in figure.iter(f"{SVG}circle")][:5]
    assert told == [
        "PPO, seed 3, alpha 0 %: 0.00", "PPO, seed 8, alpha 0 %: 0.50", "PPO, seed 3, alpha 10 %: 0.50",
        "PPO, accel, seed 8, alpha 0 %: 0.50", "PPO, accel, seed 3, alpha 10 %: 1.00",
    ]  # fmt: skip


def test_reference_policies_are_level_and_have_no_seeds() -> None:
    random = about("random", steps=0, recipe="")
    figure = drawn((random, ended(random, 0.0, None)), *swept({("none", 0.0, 0): 1.0, ("none", 0.1, 0): 1.0}))
    assert lines(figure)[0] == ("random", "75.0,200.0 225.0,200.0")
    assert not [dot for dot in figure.iter(f"{SVG}circle") if (dot[0].text or "").startswith("random")]


def test_one_alpha_is_drawn_as_rows() -> None:
    figure = drawn(*swept({("none", 0.1, 0): 0.25, ("none", 0.1, 1): 0.75, ("accel", 0.1, 0): 0.5}))
    shown = texts(figure)
    assert shown[2:5] == ["CheeseCorner, score in deployment, alpha 10 %", "PPO", "0.50 (0.25..0.75)"]
    assert shown[5:8] == ["PPO, accel", "0.50", "CheeseCorner, goal gap, alpha 10 %"]
    assert len(list(figure.iter(f"{SVG}circle"))) == 6


def test_rows_have_room_for_their_names() -> None:
    long = about(mitigation="curriculum=method:accel,score:oracle-latest,edits:unrestricted")
    narrow, wide = (drawn((of, ended(of, 0.5, None))) for of in (about(), long))
    assert int(wide.attrib["width"]) > int(narrow.attrib["width"]) == 820


def test_what_has_failed_or_is_left_is_not_drawn() -> None:
    of, done = about(mitigation="dropout", alpha=0.1), swept({("none", 0.0, 0): 1.0, ("none", 0.1, 0): 1.0})
    failed = Outcome(key="a", about=of, status="failed", reason="a bad day")
    figure = drawn(*done, (of, failed), (about(mitigation="accel"), None))
    assert {label for label, _ in lines(figure)} == {"PPO"}
    with pytest.raises(ValueError, match="there is nothing to draw: no cell is done"):
        sweep_figure(summary((about(), None)))
