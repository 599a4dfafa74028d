"""The job that replays what strangers enter: what it may do, whose code it runs, and which names it stumbles over."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
KNOWN = {  # what is put into places that something reads: numbers and digests, and no text of a stranger
    "github.event.pull_request.base.sha", "github.event.pull_request.number",
    "github.event.pull_request.head.repo.fork",
}  # fmt: skip
BOARD = "leaderboards/entries"
with_make = pytest.mark.skipif(not (shutil.which("make") and shutil.which("git")), reason="there is no make, or no git")


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def workflow(request: pytest.FixtureRequest) -> dict[Any, Any]:
    told: dict[Any, Any] = yaml.safe_load(request.param.read_text())
    return told


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def texts(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for value in told.values():
            yield from texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from texts(value)
    else:
        yield str(told)


def test_changes_of_strangers_meet_no_secrets_and_may_write_nothing(workflow: dict[Any, Any]) -> None:
    """`on` is true in YAML."""
    assert set(workflow[True]) == {"pull_request"}
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())
    assert not any(re.search(r"secrets|token", text, re.IGNORECASE) for text in texts(workflow))
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_actions_are_named_by_commits_and_leave_no_credentials(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
        if step.get("uses", "").startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_no_text_of_a_stranger_becomes_part_of_a_command(workflow: dict[Any, Any]) -> None:
    asked = [each.strip() for text in texts(workflow) for each in re.findall(r"\$\{\{(.*?)\}\}", text)]
    assert set(asked) <= KNOWN
    assert {step["if"] for step in steps(workflow) if "if" in step} <= KNOWN
    assert not any("${{" in step["run"] for step in steps(workflow) if "run" in step)


def test_the_code_is_that_of_the_base() -> None:
    checkouts = [step["with"] for step in steps(yaml.safe_load(WORKFLOWS[0].read_text())) if "with" in step]
    code, change = (each for each in checkouts if "ref" in each)
    assert code["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert "path" not in code
    assert change["path"] == "change"


@pytest.fixture
def change(tmp_path: Path) -> Path:
    """A clone with an entry on its main branch."""
    place = tmp_path / "change"
    put(place, f"{BOARD}/A/old/entry.json", f"{BOARD}/register.json", "Makefile")
    git(place, "init", "-q", "-b", "main")
    committed(place)
    git(place, "checkout", "-q", "-b", "theirs")
    return place


def put(place: Path, *paths: str) -> None:
    for path in paths:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(path)


def git(place: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x", *words], cwd=place, check=True)


def committed(place: Path) -> None:
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "x")


def made(change: Path, target: str, base: str = "main") -> tuple[int, str]:
    """What a target ends in and prints, where a program stands for `goalgap` that says what it is asked."""
    folder = change.parent
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / "goalgap").write_text('#!/bin/sh\nfor word; do printf "<%s>" "$word"; done')
    (folder / "bin" / "goalgap").chmod(0o755)
    shutil.copy(ROOT / "Makefile", folder)
    words = ["make", "-s", target, "READY=", f"BIN={folder / 'bin'}", f"BASE={base}", "CHANGE=change"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@with_make
def test_what_was_added_is_verified_whatever_it_is_called(change: Path) -> None:
    names = (
        "B/new",
        "B/--record",
        "--entries=x/y",
        "B/$(touch ran)",
        "B/`touch ran`; touch ran",
        "B/two\nlines",
        'B/"q',
    )
    put(change, *(f"{BOARD}/{name}/entry.json" for name in names), f"{BOARD}/B/new/bundles/seed-0/bundle.json")
    committed(change)
    code, said = made(change, "entries")
    assert code == 0
    assert said.startswith("<verify>")
    assert set(re.findall(r"<([^>]*)>", said)[1:]) == {f"{BOARD}/{name}" for name in names}
    assert not list(change.parent.rglob("ran"))
    assert made(change, "only-entries") == (0, "")


@with_make
def test_where_nothing_can_be_compared_nothing_passes(change: Path) -> None:
    assert made(change, "entries", "nowhere")[0] != 0
    assert made(change, "only-entries", "nowhere")[0] != 0
    assert made(change, "entries") == (0, "")


@with_make
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("Makefile", "more than entries"),
        (f"{BOARD}/register.json", "more than entries"),
        (f"{BOARD}/B/loose.json", "more than entries"),
        (f"{BOARD}/A/old/entry.json", "changes or removes"),
        (".gitattributes", "more than entries"),
    ],
)
def test_a_stranger_adds_entries_and_nothing_else(change: Path, path: str, told: str) -> None:
    put(change, f"{BOARD}/B/new/entry.json", path)
    (change / path).write_text("other")
    committed(change)
    code, said = made(change, "only-entries")
    assert code != 0
    assert told in said
