"""The site in a browser: its tables are sorted and filtered, entries are read, and their episodes stepped through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, chromium
from entered import HOSTILE, entries, held_out, site_of

from goalgap.leaderboards import board
from goalgap.leaderboards.site.folder import write_site
from goalgap.leaderboards.site.rounds import round_tables

METHOD = f"Method{board.PARTLY}"
MIXED = f"Mixed{board.MARK}{board.PARTLY}"
HOSTILE_PAGE = "entries/CheeseCorner/x-img-src-q-onerror-alert-1-7-7/index.html"
ROWS = """[...document.querySelectorAll("#cheesecorner ~ .scroll tbody tr")].filter(row => !row.hidden)"""
NAMES = f"{ROWS}.map(row => row.querySelector('a').textContent)"
HEADS = "[...document.querySelectorAll('#cheesecorner ~ .scroll thead th')]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "site"
    rounds = round_tables(held_out(tmp_path_factory.mktemp("rounds")))
    write_site(folder, site_of(board.ordered(entries()), rounds))
    return folder


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with chromium() as browser:
        browser.ask("Page.addScriptToEvaluateOnNewDocument", source="window.alert = text => console.error(text)")
        yield browser


@pytest.fixture
def browser(window: Browser, site: Path) -> Iterator[Browser]:
    """The first page in a browser; whatever a test does, nothing is fetched and nothing complains."""
    window.resize(1280)
    window.open(f"file://{site}/index.html")
    yield window
    assert not window.complaints
    assert not [address for address in window.requests if not address.startswith(f"file://{site}/")]
    window.requests.clear()


def click(browser: Browser, title: str) -> str:
    """Click the head of a column, and say how it is sorted."""
    head = f"{HEADS}.find(head => head.textContent === {title!r})"
    browser.run(f"{head}.querySelector('button').click()")
    assert browser.run(f"{HEADS}.filter(head => head.hasAttribute('aria-sort')).length") == 1
    return str(browser.run(f"{head}.getAttribute('aria-sort')"))


def test_columns_are_sorted_by_what_was_measured(browser: Browser) -> None:
    """Numbers by size, the largest first, texts by the alphabet; each the other way round when asked again."""
    ranked = browser.run(NAMES)
    assert ranked[0] == "oracle:cheese"
    assert ranked[-1].startswith('x">')
    values = f"{ROWS}.map(row => Number(row.cells[5].dataset.value))"
    assert click(browser, "goal gap") == "descending"
    assert browser.run(values) == sorted(browser.run(values), reverse=True)
    assert browser.run(NAMES)[0] == "oracle:corner"
    assert click(browser, "goal gap") == "ascending"
    assert browser.run(values) == sorted(browser.run(values))
    assert click(browser, "entry") == "ascending"
    assert [name[0] for name in browser.run(NAMES)] == ["M", "o", "o", "r", "x"]
    assert click(browser, "rank") == "ascending"
    assert browser.run(NAMES) == ranked
    assert click(browser, "rank") == "descending"
    assert browser.run(NAMES)[-1] == ranked[-1], "what has no rank is not the first"


def test_heads_are_buttons_that_keys_reach(browser: Browser) -> None:
    browser.run(f"{HEADS}[0].querySelector('button').focus()")
    browser.press("Tab")
    assert browser.run("document.activeElement.textContent") == "entry"
    assert browser.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter")
    assert browser.run(NAMES)[0] == METHOD
    assert browser.run("document.activeElement.textContent") == "entry"


def ask(browser: Browser, **asked: str) -> list[str]:
    """Fill in the filter, all else empty, and say which entries are left."""
    for name in ("text", "kind", "track", "status", "alpha", "memory", "steps"):
        browser.run(f"document.querySelector('[name={name}]').value = {asked.get(name, '')!r}")
    browser.run("document.querySelector('.filters').dispatchEvent(new Event('input'))")
    left = "[...document.querySelectorAll('tbody tr:not([hidden]) a[href^=entries]')]"
    return list(browser.run(f"{left}.map(link => link.textContent)"))


def test_tables_are_filtered_by_kind_track_status_and_words(browser: Browser) -> None:
    assert len(ask(browser)) == 9
    assert {name[0] for name in ask(browser, kind="trained")} == {"M", "x"}
    assert len(ask(browser, kind="reference", status="replayed")) == 5
    assert [name[0] for name in ask(browser, status="self-reported")] == ["x"]
    assert browser.run("document.querySelector('output').value") == "1 of 9 entries"
    shown = "[...document.querySelectorAll('.board')].filter(each => !each.hidden && each.querySelector('.ranked'))"
    assert browser.run(f"{shown}.map(each => each.querySelector('h2').textContent)") == ["CheeseCorner"]
    assert ask(browser, text="ORACLE corner :") == ["oracle:cheese", "oracle:corner"], "the board's name counts"
    assert ask(browser, text="irishelk method") == [METHOD]
    assert ask(browser, text="nobody") == []
    assert len(ask(browser)) == 9
    assert browser.run("[...document.querySelectorAll('[name=track] option')].map(each => each.textContent)") == [
        "all", "agent",
    ]  # fmt: skip


def test_tables_are_filtered_by_how_agents_were_trained(browser: Browser) -> None:
    """What was not trained stays, as the scale."""
    scale = set(ask(browser, kind="reference"))
    options = "[...document.querySelectorAll('[name={}] option')].map(each => each.textContent)"
    assert [browser.run(options.format(name)) for name in ("alpha", "memory", "steps")] == [
        ["all", "0", "above 0"], ["all", "none", "recurrent"], ["all", "at most 1 million", "not told"],
    ]  # fmt: skip
    assert set(ask(browser, alpha="above 0")) - scale == {MIXED}
    assert set(ask(browser, alpha="0", memory="none", kind="trained")) == {METHOD, f"{HOSTILE['name']}†"}
    assert set(ask(browser, memory="recurrent")) - scale == {MIXED}
    assert set(ask(browser, steps="at most 1 million")) - scale == {MIXED}
    assert scale <= set(ask(browser, alpha="above 0", memory="none"))


def test_rounds_stand_below_the_boards_the_best_score_first(browser: Browser) -> None:
    """Of an agent in quarantine no score is shown, and its name is read as it was written."""
    rows = "[...document.querySelectorAll('#round-2026-spring ~ .scroll tbody tr')]"
    assert browser.run(f"{rows}.map(row => row.cells[1].textContent)") == ["Abler", "Able", HOSTILE["name"]]
    assert browser.run(f"{rows}.map(row => row.cells[6].textContent)") == ["0.70", "0.40", board.DASH]
    assert browser.run(f"{rows}.map(row => row.cells[3].textContent)") == ["scored", "scored", "quarantined"]
    told = browser.run("document.querySelector('[aria-labelledby=round-2026-spring]').innerText")
    assert "closed on 2026-06-01" in told
    assert "goalgap round check 2026-spring" in told
    assert "Nobody has entered it yet" in browser.run(
        "document.querySelector('[aria-labelledby=round-2026-summer]').innerText"
    )


def test_a_hostile_entry_is_read_as_it_was_written(browser: Browser, site: Path) -> None:
    assert ask(browser, text="onerror") == [f"{HOSTILE['name']}†"]
    browser.open(f"file://{site}/{HOSTILE_PAGE}")
    shown = browser.run("document.body.innerText")
    for name in ("name", "authors", "description", "command", "url"):
        assert HOSTILE[name] in shown
    assert (
        browser.run("document.querySelectorAll('main script, [onerror], [onload], [onmouseover], [src=q]').length") == 0
    )
    assert browser.run("document.querySelector('h1').textContent") == f"{HOSTILE['name']}†"


def test_the_page_of_a_method_leads_to_its_entries(browser: Browser) -> None:
    follow(browser, "Method")
    assert browser.run("document.querySelector('h1').textContent") == "Method"
    assert browser.run("document.querySelectorAll('#environments ~ .scroll tbody tr').length") == 2
    follow(browser, "IrishElk")
    assert browser.run("document.querySelector('h1').textContent") == METHOD


def test_an_entry_shows_its_seeds_and_its_episodes_step_by_step(browser: Browser) -> None:
    """From the first page by links, and then by buttons and by keys."""
    follow(browser, METHOD)
    assert browser.run("document.querySelector('h1').textContent") == METHOD
    assert browser.run("document.querySelectorAll('#seeds ~ .scroll tbody tr').length") == 3
    assert browser.run("document.querySelectorAll('.pictures img').length") == 6
    follow(browser, "Step through 9 of its episodes")
    assert browser.run("[...document.querySelectorAll('.panel')].map(panel => panel.dataset.split)") == [
        "train",
        "deploy",
    ]
    now, clock = "document.querySelector('.panel .now').textContent", "document.getElementById('clock').value"
    assert browser.run(now).startswith("the start; ")
    before = drawn(browser)
    browser.run("document.getElementById('forward').click()")
    browser.press("ArrowRight")
    assert browser.run(clock).startswith("step 2 of ")
    assert re.match(r"step 2 of \d+: \w+", browser.run(now))
    browser.press("End")
    assert drawn(browser) != before
    assert "It went for " in browser.run("document.body.textContent")
    browser.press("Home")
    assert drawn(browser) == before
    assert browser.run("[...document.querySelectorAll('.panel select')].map(each => each.options.length)") == [3, 6]


def follow(browser: Browser, text: str) -> None:
    """Click a link, and wait for the page."""
    browser.events.clear()
    browser.run(f"[...document.querySelectorAll('a')].find(link => link.textContent === {text!r}).click()")
    browser.loaded()


def drawn(browser: Browser) -> Any:
    """The picture of the level in training."""
    return browser.run("document.querySelector('.panel canvas').toDataURL()")


def test_tables_stand_without_scripts(browser: Browser, site: Path) -> None:
    """As HTML, with heads and captions; what only a script does is not offered."""
    browser.scripts(run=False)
    try:
        browser.open(f"file://{site}/index.html")
        assert browser.run("document.querySelectorAll('thead button').length") == 0
        assert browser.run("getComputedStyle(document.querySelector('.filters')).display") == "none"
        assert browser.run("document.querySelectorAll('caption').length") == 4
        assert browser.run("document.querySelectorAll('tbody th[scope=row]').length") == 15
        assert browser.run("document.querySelectorAll('thead th:not([scope=col])').length") == 0
    finally:
        browser.scripts(run=True)


@pytest.mark.parametrize("width", [320, 390, 760, 1100])
def test_pages_are_as_wide_as_the_window(browser: Browser, site: Path, width: int) -> None:
    """Nothing is cut off, in the light and in the dark, whose paper is dark."""
    browser.resize(width, dark=width == 390)
    method = next((site / "methods").glob("method-*")).relative_to(site)
    for page in ("index.html", HOSTILE_PAGE, "entries/IrishElk/random/episodes.html", f"{method}/index.html"):
        browser.open(f"file://{site}/{page}")
        assert browser.run("document.documentElement.scrollWidth") <= width, page
    paper = browser.run("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == ("rgb(23, 20, 28)" if width == 390 else "rgb(251, 248, 241)")
