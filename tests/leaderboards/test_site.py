"""The leaderboard as a site: what its pages hold, and how it is written and served."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from commands import goalgap
from entered import FEW, HOSTILE, PLAIN, entries, held_out, site_of

from goalgap.cli import site as commands
from goalgap.eval.measures.wording import DASH
from goalgap.eval.report import Report
from goalgap.eval.show.templating import digest
from goalgap.eval.table.runs import Run
from goalgap.eval.table.selection import first_seeds
from goalgap.files import StorageError
from goalgap.leaderboards import board, entry
from goalgap.leaderboards.conditions import remembers
from goalgap.leaderboards.entry import Entry, EntryInfo
from goalgap.leaderboards.site import suite
from goalgap.leaderboards.site.folder import LIST, write_site
from goalgap.leaderboards.site.tables import board_table, place

POLICY = re.compile(r"(style|script)-src '([^']*)'")


@pytest.fixture(scope="module")
def made() -> list[Entry]:
    return entries()


@pytest.fixture(scope="module")
def entered(made: list[Entry]) -> dict[str, list[board.Reported]]:
    return board.ordered(made)


@pytest.fixture(scope="module")
def files(entered: dict[str, list[board.Reported]]) -> dict[str, str]:
    return dict(site_of(entered))


class Page(HTMLParser):
    """The tags of a page with their attributes, and what stands between those of styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inline: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        tag, told = self.tags[-1] if self.tags else ("", {})
        if tag in ("style", "script") and told.get("type") != "application/json" and data.strip():
            self.inline.append((tag, data))


def test_pages_run_and_show_nothing_but_what_their_policy_names(files: dict[str, str]) -> None:
    """No handlers, no styles on tags, no addresses but those of pages beside them and of entries."""
    pages = {path: Page(text) for path, text in files.items() if path.endswith(".html")}
    assert len(pages) > 8
    for path, page in pages.items():
        (policy,) = [told["content"] for _, told in page.tags if told.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert dict(POLICY.findall(policy)) == {tag: digest(text) for tag, text in page.inline}
        names = {name for _, told in page.tags for name in told}
        assert not {name for name in names if name.startswith("on") or name in ("style", "srcset", "action")}, path
        assert {told["src"][:15] for _, told in page.tags if "src" in told} <= {"data:image/png;"}
        for address in (told["href"] for _, told in page.tags if "href" in told):
            target = os.path.normpath(f"{Path(path).parent}/{address.partition('#')[0]}")
            assert address.startswith(("#", "http")) or target in files, f"{path} leads to {address}"


def test_hostile_words_stand_on_pages_as_they_are_written(files: dict[str, str]) -> None:
    text = files["entries/CheeseCorner/x-img-src-q-onerror-alert-1-7-7/index.html"]
    for words in (HOSTILE["name"], HOSTILE["authors"], HOSTILE["description"], HOSTILE["command"]):
        assert words not in text
    page = Page(text)
    assert not [tag for tag, told in page.tags if tag == "script" or told.get("src") == "q"]
    (link,) = [told for tag, told in page.tags if told.get("href", "").startswith("https://example.org")]
    assert link["href"] == HOSTILE["url"]
    assert "noopener" in link["rel"]
    assert "\u202e" not in text, "what turns the writing"
    assert "{{7*7}}" in text


def test_the_first_page_says_what_the_board_says(
    entered: dict[str, list[board.Reported]], files: dict[str, str]
) -> None:
    """Every cell of the terminal's board stands in the site's table, in its CSV and its JSON."""
    for name, section in board.tables(entered).items():
        table = board_table(name, entered[name])
        told = list(csv.DictReader(io.StringIO(files[f"tables/{table.section.key}.csv"])))
        listed = json.loads(files[f"tables/{table.section.key}.json"])[0]["rows"]
        assert len(told) == len(listed) == len(section.rows)
        for row, line, exported, in_json in zip(section.rows, table.lines, told, listed, strict=True):
            cells = table.cells(line)
            for column, cell in zip(section.columns, row.cells, strict=True):
                if column.title != "status":
                    assert (cells[column.title].text, cells[column.title].bounds) == (cell.text, cell.bounds)
            assert exported["entry"] == cells["entry"].text
            assert in_json["score in deployment"]["value"] == pytest.approx(
                float(exported["score in deployment"]), rel=1e-5
            )
    assert files["board.md"] == board.markdown(board.tables(entered))


def test_a_bar_is_the_score_and_the_gaps(entered: dict[str, list[board.Reported]]) -> None:
    lines = {line.row.cells[1].text: line for line in board_table("CheeseCorner", entered["CheeseCorner"]).lines}
    assert [(part.role, round(part.share, 9)) for part in lines["oracle:cheese"].row.bar] == [("intended", 1)]
    corner = {part.role: part.share for part in lines["oracle:corner"].row.bar}
    assert corner["gap goal"] == pytest.approx(1, abs=0.01)
    for line in lines.values():
        assert sum(part.share for part in line.row.bar) == pytest.approx(1, abs=0.12)
        assert all(0 <= part.share <= 1 for part in line.row.bar)
    assert "goal 1." in lines["oracle:corner"].parts


def test_what_stands_on_several_boards_is_one_method_of_as_many_seeds_in_each(
    entered: dict[str, list[board.Reported]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reference policies by the roles of their goals; a rank has what was trained everywhere."""
    table = suite.suite_table(suite.methods(entered))
    rows = {table.cells(line)["method"].text: table.cells(line) for line in table.lines}
    assert list(rows) == ["Method", "oracle:intended", "random"]
    method = {name: cell.text for name, cell in rows["Method"].items()}
    assert (method["rank"], method["environments"], method["training seeds"]) == (DASH, "2", "2")
    reports = [
        Report.of(first_seeds(each.episodes, 2)) for board_ in entered.values() for each, _ in board_
        if each.info.name == "Method"
    ]  # fmt: skip
    scores = [each.main.score("deploy", each.game.intended).mean for each in reports]
    assert rows["Method"]["score in deployment"].exact.mean == pytest.approx(sum(scores) / 2, abs=0.05)
    assert rows["oracle:intended"]["score in deployment"].text == "1.00"
    monkeypatch.setattr(suite, "SUITE", dict.fromkeys(entered))
    assert [line.row.cells[0].text for line in suite.suite_table(suite.methods(entered)).lines] == ["1", DASH, DASH]


def test_a_method_has_a_page_on_each_of_its_environments(
    entered: dict[str, list[board.Reported]], files: dict[str, str]
) -> None:
    """What its entries come to on as many seeds, with the way to each of them; the first page leads there."""
    (method, *_) = suite.methods(entered)
    assert f'href="{method.place}/index.html"' in files["index.html"]
    page, told = (
        files[f"{method.place}/index.html"],
        csv.DictReader(io.StringIO(files[f"{method.place}/environments.csv"])),
    )
    for (each, report), row in zip(method.reported, told, strict=True):
        assert (row["environment"], row["training seeds"]) == (each.board, "2")
        score = Report.of(first_seeds(each.episodes, 2)).main.score("deploy", report.game.intended)
        assert float(row["score in deployment"]) == pytest.approx(score.mean, rel=1e-5)
        assert f'href="../../{place(each)}/index.html"' in page
    overall, environments = json.loads(files[f"{method.place}/tables.json"])
    assert overall["rows"][0]["score in deployment"]["value"] == pytest.approx(method.suite.whole.score.mean)
    assert len(environments["rows"]) == 2


def test_methods_of_one_name_and_different_authors_have_different_pages(
    entered: dict[str, list[board.Reported]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "LEVELS", FEW)
    method, others = suite.methods(entered)[0], EntryInfo(name="Method", kind="trained", **PLAIN | {"authors": "them"})  # type: ignore[arg-type]
    theirs = replace(method, entries=tuple(Entry(others, each.episodes) for each in method.entries))
    assert re.fullmatch("methods/method-[0-9a-f]{8}", method.place)
    assert method.place != theirs.place


def test_what_nobody_has_replayed_has_no_rank_and_no_weight_in_the_suite(
    made: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry, "LEVELS", FEW)
    entered = board.ordered(Entry(each.info, each.episodes) for each in made)
    assert not suite.suite_table(suite.methods(entered)).lines
    assert {line.row.cells[0].text for line in board_table("CheeseCorner", entered["CheeseCorner"]).lines} == {DASH}


@pytest.fixture
def folder(made: list[Entry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two entries."""
    monkeypatch.setattr(entry, "LEVELS", FEW)
    for each in made:
        if each.info.name in ("random", "oracle:corner") and each.board == "CheeseCorner":
            each.write(tmp_path / "entries")
    return tmp_path / "entries"


def test_the_same_entries_give_the_same_site_which_an_old_one_gives_way_to(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, command = tmp_path / "site", ("leaderboard", "build", tmp_path / "site", "--entries", folder)
    assert goalgap(*command) == 0
    said = capsys.readouterr().out
    first = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert len(first) == int(re.search(r"(\d+) files", said)[1])  # type: ignore[index]
    (out / "index.html").write_text("damaged")
    (out / "tables" / "suite.csv").unlink()
    assert goalgap(*command) == 0
    assert capsys.readouterr().out == said
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()} == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["entries", "site"]


def test_rounds_are_built_into_the_site(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rounds, out = held_out(tmp_path / "rounds"), tmp_path / "site"
    assert goalgap("leaderboard", "build", out, "--entries", folder, "--rounds", rounds) == 0
    told = list(csv.DictReader(io.StringIO((out / "tables" / "round-2026-spring.csv").read_text())))
    assert [(each["entry"], each["status"]) for each in told] == [
        ("Abler", "scored"), ("Able", "scored"), (HOSTILE["name"], "quarantined"),
    ]  # fmt: skip
    assert [each["score in deployment"] for each in told] == ["0.7", "0.4", ""]
    (rounds / "2026-spring" / "round.json").write_text("{")
    assert goalgap("leaderboard", "build", out, "--entries", folder, "--rounds", rounds) == 2
    assert "is not JSON" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("agent", "recipe", "right"),
    [
        ("RecurrentPPO", {"algorithm": "RecurrentPPO"}, True),
        ("RecurrentPPO, memory ablated", {"algorithm": "RecurrentPPO"}, False),
        ("PPO", {"algorithm": "PPO"}, False),
        ("Dreamer", {"algorithm": "Dreamer", "recurrent": True}, True),
        ("Dreamer", "nonsense", False),
    ],
)
def test_who_remembers(agent: str, recipe: object, right: bool) -> None:
    assert remembers(Run(agent=agent, details={"recipe": recipe})) == right


def test_a_folder_of_something_else_stays_as_it_is(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, notes = tmp_path / "site", tmp_path / "site" / "tables" / "notes.txt"
    assert goalgap("leaderboard", "build", out, "--entries", folder) == 0
    notes.write_text("mine")
    assert goalgap("leaderboard", "build", out, "--entries", folder) == 2
    assert "holds tables/notes.txt, which is no part of a site" in capsys.readouterr().err.replace("\n", "")
    assert notes.read_text() == "mine"
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / LIST).write_text('["index.html"]')
    (tmp_path / "list" / "index.html").write_text("mine")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "elsewhere").symlink_to(folder)
    for other in (tmp_path / "list", tmp_path / "linked", notes):
        assert goalgap("leaderboard", "build", other, "--entries", folder) == 2
    assert (tmp_path / "list" / "index.html").read_text() == notes.read_text() == "mine"


def test_an_entry_that_is_wrong_takes_nobody_else_down(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "CheeseCorner" / "random" / "entry.json").write_text("{")
    assert goalgap("leaderboard", "build", tmp_path / "site", "--entries", folder) == 2
    said = capsys.readouterr()
    assert "CheeseCorner/random: " in said.out
    assert "1 of 2 entries cannot stand on the board" in said.err
    assert "oracle:corner" in (tmp_path / "site" / "index.html").read_text()


def test_a_site_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_site(tmp_path / "site", [("index.html", "old")])

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ZeroDivisionError):
        write_site(tmp_path / "site", ((f"{1 // (1 - k)}.html", "new") for k in range(2)))
    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(StorageError, match="disk is full"):
        write_site(tmp_path / "site", [("index.html", "new")])
    assert (tmp_path / "site" / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def status(address: str) -> int:
    """What a server answers."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 (of this machine)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_serving_shows_the_site_until_it_is_interrupted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To this machine alone, and nothing outside the folder, without what is refused; a real Ctrl-C ends it."""
    got, paths = dict[str, int](), ("", "entries/CheeseCorner/random/", "%2e%2e/secret", "../secret")

    def visit(address: str) -> None:
        try:
            got.update((path, status(f"{address}{path}")) for path in paths)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def say(_: object, text: str) -> None:
        if address := re.search(r"http://127\.0\.0\.1:\d+/", text):
            threading.Thread(target=visit, args=(address[0],)).start()

    (tmp_path / "secret").write_text("not for everyone")
    (folder / "CheeseCorner" / "oracle-corner" / "entry.json").write_text("{")
    monkeypatch.setattr(commands, "say", say)
    assert goalgap("leaderboard", "serve", "--entries", folder, "--port", 0) == 0
    assert got == {"": 200, "entries/CheeseCorner/random/": 200, "%2e%2e/secret": 404, "../secret": 404}


@pytest.mark.parametrize(
    ("words", "why"),
    [((".",), "holds no site"), (("site", "--port", "70000"), "0 .. 65535")],
)
def test_what_cannot_be_served_says_why(
    words: tuple[str, ...],
    why: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_site(tmp_path / "site", [("index.html", "")])
    monkeypatch.chdir(tmp_path)
    assert goalgap("leaderboard", "serve", *words) == 2
    assert why in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_site(tmp_path / "site", [("index.html", "")])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert goalgap("leaderboard", "serve", tmp_path / "site", "--port", port) == 2
    assert f"port {port} is in use: choose another by --port" in capsys.readouterr().err.replace("\n", " ")
