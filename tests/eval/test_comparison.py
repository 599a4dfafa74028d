"""Agents side by side whose difference is known: oracles that move at random now and then, on the same levels."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

import goalgap
from goalgap.agents.reference import reference
from goalgap.envs import task
from goalgap.eval.comparison import Comparison, compare
from goalgap.eval.measures.arrays import arranged
from goalgap.eval.measures.catalogue import Measure
from goalgap.eval.measures.differences import interval, sampled
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.show import html, terminal
from goalgap.eval.show.charts import Axis
from goalgap.eval.show.comparison import all_differences, compared, forest
from goalgap.eval.show.figures import svg
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.eval.table.runs import Run
from goalgap.terms import SPLITS

TASK, LEVELS, RESAMPLES = task("CheeseCorner"), 200, 1000


def played(policy: str, seed: int = 0, levels: int = LEVELS, argmax: bool = False, name: str = "") -> Episodes:
    run = Run(agent=name or policy, training_seed=seed, deterministic=argmax)
    return evaluate(TASK, reference(policy, seed=seed), levels, run=run)


def seeds(policy: str, count: int) -> Episodes:
    return Episodes.join(played(policy, seed) for seed in range(count))


@pytest.fixture(scope="module")
def good() -> Episodes:
    return played("degraded:cheese:0.1")


@pytest.fixture(scope="module")
def worse() -> Episodes:
    return played("degraded:cheese:0.6")


@pytest.fixture(scope="module")
def few() -> Comparison:
    """Three training seeds that want cheese, and three that want the corner."""
    return compare(seeds("degraded:cheese:0.1", 3), seeds("degraded:corner:0.1", 3), resamples=RESAMPLES)


def printed(comparison: Comparison, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(terminal.render_comparison(comparison))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_an_agent_compared_with_itself_differs_in_nothing(good: Episodes) -> None:
    made = compare(good, good, resamples=RESAMPLES)
    assert list(made.agents) == ["degraded:cheese:0.1 (1)", "degraded:cheese:0.1 (2)"]
    for known in made.pairs[0].differences:
        assert (known.mean, known.low, known.high, known.word) == (0, None, None, "equal")


def test_what_differs_is_told_and_what_does_not_is_not(good: Episodes, worse: Episodes) -> None:
    pair = compare(good, worse, resamples=RESAMPLES).pairs[0]
    score, goal = pair.score("deploy", "cheese"), pair.gap("goal")
    means = [Report.of(each, 20).main.score("deploy", "cheese").mean or 0 for each in (good, worse)]
    assert score.mean == pytest.approx(means[0] - means[1])
    assert score.low is not None
    assert score.high is not None
    assert 0 < score.low < means[0] - means[1] < score.high
    assert pair.told(score) == "degraded:cheese:0.1 higher"
    assert pair.told(goal) == "cannot tell", "both want cheese"
    back = compare(worse, good, resamples=RESAMPLES).pairs[0]
    assert back.score("deploy", "cheese").mean == -score.mean
    assert back.told(back.score("deploy", "cheese")) == "degraded:cheese:0.1 higher"


def test_the_interval_of_a_pair_is_narrower_than_that_of_agents_apart() -> None:
    """An agent that is divided, and one that does the same on nine levels of ten: what these do to both cancels."""
    divided, wise = (played(policy, name="x") for policy in ("mixture:cheese:corner", "oracle:cheese"))
    tenth = divided.column("level_seed") % 10 == 0
    mixed = pa.concat_tables([divided.table.filter(~tenth), wise.table.filter(tenth)])
    other = Episodes(divided.game, divided.runs, mixed)
    measure = Measure("score", "deploy", "cheese")
    drawn = [sampled(arranged(agent), 1000, seed)[measure] for agent, seed in ((divided, 0), (other, 0), (other, 1))]
    together, apart = (np.diff(interval(drawn[0], second))[0] for second in drawn[1:])
    assert 0 < together < 0.5 * apart


def test_a_mixture_lies_where_its_weights_put_it(good: Episodes) -> None:
    oracle, mixture = played("oracle:cheese"), played("mixture:cheese:corner")
    pair = compare(oracle, mixture, resamples=RESAMPLES).pairs[0]
    share = pair.pursuit("cheese")
    assert share.mean == pytest.approx(0.5, abs=0.15)
    assert (pair.told(share), pair.told(pair.pursuit("corner"))) == (
        "oracle:cheese higher",
        "mixture:cheese:corner higher",
    )
    assert pair.gap("goal").word == "second higher"


def test_few_seeds_have_ranges_and_what_lies_apart_is_said_exactly(few: Comparison) -> None:
    (pair,) = few.pairs
    assert pair.seeds == (3, 3)
    share = pair.pursuit("corner")
    assert (share.low, share.high, share.chance) == (None, None, 0.1)
    assert pair.told(share) == "every seed of degraded:corner:0.1 higher (p = 0.1)"
    first, second = (few.agents[name].main.pursuit("corner").seeds for name in (pair.first, pair.second))
    assert share.seeds == pytest.approx(tuple(a - b for a in first for b in second))  # type: ignore[operator]
    assert pair.told(pair.gap("learning")) == "cannot tell from 3 seeds"


def test_five_seeds_have_an_interval() -> None:
    made = compare(seeds("degraded:cheese:0.1", 5), seeds("degraded:cheese:0.6", 5), resamples=RESAMPLES)
    score = made.pairs[0].score("deploy", "cheese")
    assert score.word == "first higher"
    assert score.low is not None
    assert len(score.seeds) == 25
    assert not made.notes


def test_agents_are_compared_on_the_levels_that_all_have_played(good: Episodes) -> None:
    less = played("degraded:cheese:0.6", levels=50)
    made = compare(good, less, resamples=RESAMPLES)
    assert made.levels == dict.fromkeys(SPLITS, 50)
    assert f"degraded:cheese:0.1 {LEVELS}, degraded:cheese:0.6 50. Compared are the 50 that all played" in made.notes[0]
    fifty = compare(played("degraded:cheese:0.1", levels=50), less, resamples=RESAMPLES)
    assert made.pairs == fifty.pairs


def test_a_split_that_one_has_not_played_is_missing(good: Episodes, worse: Episodes) -> None:
    part = Episodes.join(worse.where(split=split) for split in ("train", "control"))
    made = compare(good, part, resamples=RESAMPLES)
    assert "No deploy level was played by all" in made.notes[0]
    assert made.pairs[0].score("deploy", "cheese").word == "missing"
    assert made.pairs[0].score("train", "cheese").word == "first higher"
    assert not re.search(r"\b(nan|None)\b", printed(made) + html.render_comparison(made))


def test_what_cannot_be_compared_says_why(good: Episodes, worse: Episodes) -> None:
    other = evaluate(task("CheeseCorner", size=7), reference("random"), 5)
    with pytest.raises(EpisodesError, match=r"0.1 and random cannot be compared: .* arguments is .*9.* and .*7"):
        compare(good, other)
    with pytest.raises(EpisodesError, match="two agents or more, not of 1"):
        compare(good)
    early, late = (good.table.slice(start, 20) for start in (0, 40))
    with pytest.raises(EpisodesError, match="no level in common"):
        compare(Episodes(good.game, good.runs, early), Episodes(worse.game, worse.runs, late))
    with pytest.raises(ValueError, match="2 agents take 2 different names"):
        compare(good, worse, names=["a", "a"])
    with pytest.raises(EpisodesError, match="nobody has no episodes"):
        compare(good, Episodes(good.game, (), good.table.slice(0, 0)))
    with pytest.raises(ValueError, match="read from a file"):
        compare(good, Report.model_validate_json(Report.of(worse, 20).model_dump_json()))
    with pytest.raises(KeyError, match="no difference of score deploy goold: choose from pursuit share of cheese; "):
        compare(good, worse, resamples=20).pairs[0].score("deploy", "goold")


def test_sampled_actions_are_compared_with_sampled_ones(good: Episodes, worse: Episodes) -> None:
    argmax = played("oracle:cheese", argmax=True, name="degraded:cheese:0.6")
    made = compare(good, Episodes.join([argmax, worse]), resamples=RESAMPLES)
    assert made.pairs == compare(good, worse, resamples=RESAMPLES).pairs
    unlike = compare(good, argmax, resamples=RESAMPLES)
    assert (
        "They act differently: degraded:cheese:0.1 by sampled actions, degraded:cheese:0.6 by argmax"
        in unlike.notes[-1]
    )


def test_agents_of_one_name_are_told_apart_by_their_training(good: Episodes) -> None:
    run = good.runs[0]
    mixed = Episodes(good.game, (run.model_copy(update={"alpha": 0.5}),), good.table)
    made = compare(good, mixed, resamples=20)
    assert list(made.agents) == [run.agent, f"{run.agent}, alpha 0.5"]
    assert "trained differently" in made.notes[-1]


def test_the_public_face_takes_reports_names_and_parts(good: Episodes, worse: Episodes) -> None:
    made = goalgap.compare(Report.of(good, 20), [worse], worse, names=["a", "b", "c"], resamples=50)
    assert [(pair.first, pair.second) for pair in made.pairs] == [("a", "b"), ("a", "c")]
    assert made.pairs[0].differences == made.pairs[1].differences
    assert len(repr(made)) < 200
    assert made._repr_html_().count("<iframe") == 1
    assert Comparison.model_validate_json(made.model_dump_json()) == made
    assert json.loads(made.model_dump_json())["pairs"][0]["differences"][0]["kind"] == "pursuit"


def test_the_terminal_shows_every_difference_within_80_columns(few: Comparison) -> None:
    text = printed(few)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    (pair,) = few.pairs
    for known in pair.differences:
        assert known.measure.label in text
    assert "cannot tell" in text


def test_the_page_is_whole_and_fetches_nothing(few: Comparison) -> None:
    text = html.render_comparison(few)
    opened: list[str] = []

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in ("script", "link", "img")
            if tag != "meta":
                opened.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Page().feed(text)
    assert not opened
    assert not re.search(r"url\(|@import|https?://", text)
    for section in compared(few):
        assert f'<h2 id="{section.key}">{section.title}</h2>' in text
    assert text.count('class="seed ') == 9 * len(few.pairs[0].differences)


def test_the_figure_draws_every_difference(few: Comparison, good: Episodes, worse: Episodes) -> None:
    chart = forest(few)
    drawn = svg({"": chart}, Axis.around_zero([chart]))
    root = ET.fromstring(drawn)  # noqa: S314
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {known.measure.label for known in few.pairs[0].differences} <= set(texts)
    assert drawn.count("<circle") == 9 * len(few.pairs[0].differences)
    one = forest(compare(good, worse, resamples=RESAMPLES))
    whiskers = svg({"": one}, Axis.around_zero([one])).count("stroke-linecap")
    assert whiskers == sum(line.estimate.low is not None for line in one.groups[0].rows) > 0


def test_the_long_table_has_a_row_for_each_difference(few: Comparison) -> None:
    rows = all_differences(few).rows
    assert len(rows) == sum(len(pair.differences) for pair in few.pairs)


def test_a_note_tells_of_the_brackets_that_there_are(few: Comparison, good: Episodes, worse: Episodes) -> None:
    assert "square" not in all_differences(few).note
    assert "In round brackets" in all_differences(few).note
    assert "In square brackets" in all_differences(compare(good, worse)).note
