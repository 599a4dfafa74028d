"""Reports: what they say follows from the intervals, and what they show needs nothing but themselves."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from goalgap.agents.reference import reference
from goalgap.envs import SUITE, task
from goalgap.eval.measures.definitions import GAPS
from goalgap.eval.measures.wording import number
from goalgap.eval.play.rollout import evaluate
from goalgap.eval.report import Report
from goalgap.eval.show import html, markdown, terminal
from goalgap.eval.show.pictures import pictures
from goalgap.eval.show.sections import every_measure, sections, waterfall
from goalgap.eval.table.episodes import Episodes
from goalgap.eval.table.manifest import EpisodesError
from goalgap.eval.table.runs import Run
from goalgap.terms import SPLITS

TASK = task("CheeseCorner")
RUN = Run(agent="a <b> & c", details={"algorithm": "ppo", "steps": 1_000_000})


def played(policy: str, seed: int, deterministic: bool = False) -> Episodes:
    run = RUN.model_copy(update={"training_seed": seed, "deterministic": deterministic})
    return evaluate(TASK, reference(policy, seed=seed), 40, run=run)


@pytest.fixture(scope="module")
def episodes() -> Episodes:
    sampled = [played("degraded:corner:0.1", 0), played("mixture:cheese:corner", 1), played("oracle:corner", 2)]
    return Episodes.join([*sampled, played("oracle:corner", 0, deterministic=True)])


@pytest.fixture(scope="module")
def report(episodes: Episodes) -> Report:
    return Report.of(episodes, resamples=200)


def printed(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(terminal.render(report))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


class Page(HTMLParser):
    """Collects tags that must be closed, and everything a page would fetch."""

    VOID = ("meta", "img", "rect", "line")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_report_keeps_both_modes_and_survives_json(report: Report) -> None:
    assert list(report.modes) == ["sampled", "argmax"]
    assert report.main.training_seeds == (0, 1, 2)
    assert report.main.levels == {"train": 40, "control": 40, "deploy": 40}
    assert Report.model_validate_json(report.model_dump_json()) == report
    assert report.gaps == ("learning", "generalization", "capability", "goal")


def test_the_order_of_the_gaps_is_declared_and_not_that_of_a_file(report: Report) -> None:
    content = json.loads(report.model_dump_json())
    for mode in content["modes"].values():
        mode["estimates"].reverse()
    again = Report.model_validate(content)
    assert again.gaps == report.gaps
    assert [step.name for step in waterfall(again)] == [name for name in GAPS if name != "outer"]


def test_the_same_episodes_give_the_same_report(episodes: Episodes, report: Report, tmp_path: Path) -> None:
    episodes.write(tmp_path / "e.parquet")
    parts = [Episodes.read(tmp_path / "e.parquet").where(training_seed=seed) for seed in (2, 0, 1)]
    assert Report.of(parts, resamples=200).modes == report.modes


def test_intervals_are_shown_for_one_seed_and_for_five(episodes: Episodes, report: Report) -> None:
    """Between them stands the range of the seeds; and none stands where few episodes tell, or all tell the same."""
    assert len(report.main.estimates) > 40
    for measure, estimate in report.main.estimates.items():
        assert estimate.mean is not None, measure
        assert (estimate.low, estimate.high) == (None, None)
        low, high = estimate.seed_range or (np.nan, np.nan)
        assert low - 1e-9 <= estimate.mean <= high + 1e-9, measure
    one = Report.of(episodes.where(training_seed=0, deterministic=False), resamples=200).main
    five = Report.of([played("degraded:corner:0.1", seed) for seed in range(5)], resamples=200).main
    for mode in (one, five):
        assert mode.score("train", "cheese").low is not None
        assert mode.pursuit("cheese").low is None
        for measure, estimate in mode.estimates.items():
            assert estimate.mean is not None, measure
            assert (estimate.low is None) == (estimate.high is None), measure
            if estimate.low is not None and estimate.high is not None:
                assert estimate.low - 0.02 <= estimate.mean <= estimate.high + 0.02, measure


def test_the_terminal_says_what_the_report_says(report: Report) -> None:
    text = printed(report, 200)
    assert report.verdict.headline.replace("\u00a0", " ") in " ".join(text.replace("\u00a0", " ").split())
    assert report.verdict.kind == "mixed"
    for estimate in (report.main.gap("goal"), report.main.score("deploy", "cheese"), report.main.pursuit("corner")):
        assert number(estimate.mean) in text
    assert "(0." in text, "the range of the seeds"
    assert "With sampled and with argmax actions" in text
    assert max(len(line) for line in printed(report, 80).splitlines()) <= 80
    assert "…" not in printed(report, 80)


def test_the_page_is_whole_and_fetches_nothing(report: Report, episodes: Episodes, tmp_path: Path) -> None:
    html.write(tmp_path / "report.html", report, episodes)
    text = (tmp_path / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert all(each.startswith("data:image/png;base64,") for each in page.fetched)
    assert page.tags.count("img") == 6
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?://", text)
    assert "a &lt;b&gt; &amp; c" in text
    assert "<b> &" not in text
    assert report.verdict.headline in text
    assert text.count('class="seed ') == 3 * (1 + 2 * 3)


def test_every_renderer_shows_every_section(report: Report, episodes: Episodes) -> None:
    page, text = html.render(report, episodes), printed(report, 200)
    listed = list(sections(report))
    assert [section.key for section in listed] == ["pursuits", "gaps", "scores", "seeds", "outcomes", "power", "modes"]
    for section in listed:
        assert f'<h2 id="{section.key}">{section.title}</h2>' in page
        assert section.title in text
        lines = markdown.table(section).splitlines()
        assert len(lines) == 2 + len(section.rows)
        assert {line.count(" | ") for line in lines} == {len(section.columns) - 1}
        for row in section.rows:
            assert len(row.cells) == len(section.columns)
            assert all(str(cell) in text for cell in row.cells)


def test_every_measure_is_on_the_page_by_its_label(report: Report) -> None:
    page = html.render(report)
    for name, mode in report.modes.items():
        rows = every_measure(name, mode).rows
        assert len(rows) == len(mode.estimates)
        labels = [row.cells[0].text for row in rows]
        assert len(set(labels)) == len(labels)
        assert all(f'<th data-title="measure" scope="row">{label}</th>' in page for label in labels)
    assert {"score train cheese", "goal gap", "pursuit share of corner", "shortfall"} <= set(labels)


def test_pictures_are_the_first_levels_dealt_to_the_seeds(episodes: Episodes) -> None:
    drawn = pictures(episodes, 4)
    expected = [(0, 0), (1, 1), (2, 2), (3, 0)]
    assert [each.title for each in drawn] == [f"Level {level}, training seed {seed}" for level, seed in expected]
    last = episodes.where(split="deploy", level_seed=3, training_seed=0, deterministic=False)
    assert drawn[3].goals[0].oracle == last.column("oracle", "cheese")[0]
    assert drawn[3].outcome == "corner"


def test_episodes_of_a_changed_game_are_reported_but_not_drawn(episodes: Episodes) -> None:
    game = episodes.game.model_copy(update={"fingerprint": "another"})
    old = Episodes(game, episodes.runs, episodes.table)
    text = html.render(Report.of(old, resamples=20), old)
    assert "<img" not in text
    assert "No episodes are drawn: CheeseCorner-v0 has changed" in text


@pytest.mark.parametrize("gone", ["train", "control", "deploy"])
def test_a_report_can_be_made_without_a_split(episodes: Episodes, gone: str) -> None:
    parts = Episodes.join(episodes.where(split=split) for split in SPLITS if split != gone)
    report = Report.of(parts, resamples=50)
    assert f"There are no {gone} episodes" in report.notes[0]
    lost = report.main.score(gone, "cheese")
    assert (lost.mean, lost.low, lost.high, lost.seeds) == (None, None, None, (None, None, None))
    assert (report.verdict.kind == "missing") == (gone != "control")
    assert f"There are no {gone} episodes" in printed(report, 200)
    page = html.render(report, parts)
    assert Page(page).open == []
    assert not re.search(r"\b(nan|None)\b", re.sub(r"data:[^\"]+", "", page))


def test_one_seed_is_said_to_be_one(episodes: Episodes) -> None:
    one = Report.of(episodes.where(training_seed=1), resamples=50)
    assert "There is one training seed" in one.notes[0]
    assert "The agent goes for" in one.verdict.headline


def test_training_on_another_reward_shows_an_outer_gap() -> None:
    run = Run(agent="misled", reward="unwatched")
    episodes = evaluate(task("Probation"), reference("oracle:unwatched"), 10, run=run)
    report = Report.of(episodes, resamples=50)
    assert report.gaps == ("learning", "outer", "generalization", "capability", "goal")
    steps = list(waterfall(report))
    assert [step.name for step in steps] == list(report.gaps)
    assert sum(step.start - step.end for step in steps) == pytest.approx(report.main.shortfall().mean)
    assert steps[-1].end == pytest.approx(report.main.score("deploy", "coins").mean)


def test_reports_of_several_agents_or_none_are_refused(episodes: Episodes) -> None:
    other = evaluate(TASK, reference("random"), 3)
    with pytest.raises(EpisodesError, match=r"of one agent, these episodes are of 2: a <b> & c .*; random"):
        Report.of([episodes, other])
    with pytest.raises(EpisodesError, match="no episodes to join"):
        Report.of([])
    with pytest.raises(EpisodesError, match="at least one episode"):
        Report.of(other.where(split="train", training_seed=5))


def test_each_thing_says_what_it_is_in_a_line_or_two(report: Report, episodes: Episodes) -> None:
    told = {
        repr(TASK): "Task(goalgap/CheeseCorner-v0, split=train, alpha=0.0, reward=cheese, ",
        repr(report): f"<Report: a <b> & c in CheeseCorner-v0, 3 training seeds\n{report.verdict.headline}>",
        repr(episodes): "<480 episodes of a <b> & c in CheeseCorner-v0: 160 of train, 160 of control, 160 of deploy",
        repr(SUITE): "{'CheeseCorner': Game('goalgap/CheeseCorner-v0')",
    }
    for text, start in told.items():
        assert text.startswith(start)
        assert len(text) < 400 + 25 * len(SUITE)
    assert str(report) == repr(report)


def test_a_notebook_shows_the_page_in_a_frame_that_lets_nothing_out(report: Report, episodes: Episodes) -> None:
    shown = report._repr_html_()
    (frame,) = Frames(shown).found
    assert frame["srcdoc"] == html.render(report, episodes)
    assert frame["sandbox"] == ""
    assert "<" not in shown.removeprefix("<iframe").removesuffix("</iframe>"), "nothing of the page is outside"


class Frames(HTMLParser):
    """The attributes of each frame in a text that holds nothing else."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "iframe"
        self.found.append(dict(attrs))


def test_a_narrow_page_stacks_what_does_not_fit(report: Report, episodes: Episodes) -> None:
    """Bars go below their row, wide tables become blocks whose numbers keep their titles, marks stay on the page."""
    page = html.render(report, episodes)
    assert page.count('class="barred of3"') == 2
    (seeds,) = re.findall(r'<h2 id="seeds">.*?</table>', page, re.S)
    assert 'class="wide"' in seeds
    assert seeds.count('data-title="score in deployment"') == 3
    near_the_edge = re.findall(r'<text x="([\d.]+)%" y="12" text-anchor="(\w+)">random play 0', page)
    assert near_the_edge
    assert all((float(place) < 15) == (anchor == "start") for place, anchor in near_the_edge)
