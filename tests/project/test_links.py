"""Links lead somewhere: those of the README are whole, since it is shown where relative ones lead nowhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REPOSITORY = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
RAW = REPOSITORY.replace("github.com", "raw.githubusercontent.com")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PAGES = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")]
)


def links(page: Path) -> list[str]:
    """What a page links to, code left out."""
    return LINK.findall(re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S))


def own(link: str, folder: Path) -> Path | None:
    """The file of the repository that a link from a folder means; None where it leads elsewhere."""
    for start in (f"{REPOSITORY}/blob/main/", f"{RAW}/main/"):
        if link.startswith(start):
            return ROOT / link.removeprefix(start).partition("#")[0]
    return None if link.startswith(("http", "#", "mailto:")) else folder / link.partition("#")[0]


def test_links_of_the_readme_are_whole() -> None:
    listed = links(ROOT / "README.md")
    assert len(listed) > 10
    assert not [link for link in listed if not link.startswith(("https://", "#"))]
    assert f"{RAW}/main/docs/picture.png" in listed


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    assert not [link for link in links(page) if (file := own(link, page.parent)) and not file.exists()]


def test_every_address_of_the_repository_is_the_one_that_the_package_declares() -> None:
    for page in (*PAGES, ROOT / "CITATION.cff"):
        told = page.read_text(encoding="utf-8") if page.exists() else ""
        for owner in re.findall(r"https://(?:raw\.)?github(?:usercontent)?\.com/([\w-]+/goalgap)\b", told):
            assert REPOSITORY.endswith(f"/{owner}"), page.name
