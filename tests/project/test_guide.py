"""What the guide and the README show runs, and prints what they say; who is cited is this version."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from blocks import blocks, snippets
from commands import goalgap as command

import goalgap

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs" / "guide").glob("*.md")), ROOT / "README.md"]
ONE = {'"b.zip"': '"a.zip"', '"c.zip"': '"a.zip"'}  # one agent stands for three
SMALL = ONE | {
    '}, name="mine")': '}, name="mine", levels=8)',
    "400_000": "512",
    "100_000": "512",
    "n_envs=256": "n_envs=16",
    "=2048": "=128",
    "levels=1000": "levels=8",
}
BIBTEX = re.compile(r"^  (\w+) = \{(.*)\},$", re.M)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def smaller(code: str) -> str:
    """The same with little training and few levels."""
    for large, small in SMALL.items():
        code = code.replace(large, small)
    return code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_blocks_of_a_page_run_one_after_the_other(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one namespace and a folder of their own; then the commands that the page types. Files it shows are not run."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block, printed in snippets(blocks(read(page))):
        if block.title:
            continue
        with contextlib.redirect_stdout(io.StringIO()) as told:
            exec(compile(smaller(block.content), page.name, "exec"), names)  # noqa: S102 (our own page)
        assert not printed or told.getvalue() == printed
    for block in blocks(read(page)):
        for line in block.content.splitlines() if block.language == "console" else ():
            assert command(*shlex.split(line.removeprefix("$ goalgap ")), "--levels", 8) == 0, line


def test_the_guide_lists_its_pages_and_every_one_shows_something() -> None:
    listed = read(ROOT / "docs" / "guide" / "index.md")
    for page in PAGES[:-1]:
        assert page.name == "index.md" or f"({page.name})" in listed
    assert sum(len(list(snippets(blocks(read(page))))) for page in PAGES) >= 7


def test_the_citation_is_of_this_version() -> None:
    cited = yaml.safe_load(read(ROOT / "CITATION.cff"))
    urls = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["urls"]
    assert (cited["cff-version"], cited["type"], cited["license"]) == ("1.2.0", "software", "MIT")
    assert cited["message"]
    assert (cited["version"], cited["repository-code"]) == (goalgap.__version__, urls["Repository"])
    bibtex = dict(BIBTEX.findall(read(ROOT / "README.md")))
    assert bibtex["title"].replace("{", "").replace("}", "") == cited["title"]
    assert (bibtex["version"], bibtex["url"]) == (cited["version"], cited["repository-code"])
    assert bibtex["author"].strip("{}") == cited["authors"][0]["name"]


def test_the_changelog_has_this_version_or_says_that_it_is_not_out() -> None:
    told = read(ROOT / "CHANGELOG.md")
    assert "## [Unreleased]" in told
    assert f"## [{goalgap.__version__}]" in told or f"this will be {goalgap.__version__}" in told
