"""Watching and playing, typed as a user would."""

from __future__ import annotations

import io
import os
import pty
import sys
from pathlib import Path

import pygame
import pytest
from commands import goalgap
from PIL import Image

from goalgap import task
from goalgap.cli.keyboard import named, pressed
from goalgap.cli.play import Session, play_in_window, window_picture
from goalgap.envs import SUITE

SMALL = ("CheeseCorner", "--size", 5, "--levels", 2)


@pytest.mark.parametrize("ending", ["html", "gif", "png"])
def test_watch_writes_what_the_ending_says(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / f"seen.{ending}"
    assert goalgap("watch", "oracle:corner", *SMALL, "--out", out) == 0
    assert "oracle:corner on CheeseCorner" in capsys.readouterr().out
    if ending == "html":
        page = out.read_text()
        assert "Deployment</h2>" in page
        assert page.count('"level": 1,') == 2
    else:
        assert Image.open(out).n_frames > 5


def test_watch_shows_the_splits_and_levels_that_are_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "seen.html"
    assert goalgap("watch", "random", *SMALL, "--first", 7, "--split", "deploy", "control", "--out", out) == 0
    page = out.read_text()
    assert [title for title in ("Training", "Control", "Deployment") if f"{title}</h2>" not in page] == ["Training"]
    assert '"level": 8,' in page
    assert '"level": 0,' not in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "a.mp4"), "unknown ending of a file to watch '.mp4': choose from .html, .gif, .png, .apng"),
        (("--levels", 0), "levels must be at least 1"),
        (("--split",), "--split names one at least"),
        (("--first", -1), "a seed is an integer in 0 .. 2^63-1"),
    ],
)
def test_watch_says_what_is_wrong(words: tuple[object, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    usual = SMALL[:-2] if "--levels" in words else SMALL
    assert goalgap("watch", "random", *usual, *words) == 2
    assert told in " ".join(capsys.readouterr().err.split())


def test_without_pillow_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert goalgap("watch", "random", *SMALL, "--out", tmp_path / "a.gif") == 2
    assert 'pip install "goalgap[play]" brings pygame-ce and Pillow' in " ".join(capsys.readouterr().err.split())


def test_a_level_is_played_from_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("1w\nrnq2"))
    assert goalgap("play", "CheeseCorner", "--size", 5, "--terminal") == 0
    said = capsys.readouterr().out
    assert said.count("CheeseCorner, train, level 0") == 4  # at the start, after two moves, and again
    assert said.count("CheeseCorner, train, level 1") == 1
    assert "step 2: up" in said
    assert "step 1: right" not in said
    assert "c cheese" in said


def test_keys_are_read_one_by_one_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    leader, follower = pty.openpty()
    with os.fdopen(follower) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        keyboard = pressed()
        for sent, key in ((b"\x1b[A", "up"), (b"d", "d"), (b"\x1bOC", "right"), (b"\x1b", "escape"), (b"\r", "enter")):
            os.write(leader, sent)
            assert next(keyboard) == key
        keyboard.close()
    os.close(leader)
    assert named(b"\x1b[5~") == ""


@pytest.mark.parametrize("name", SUITE)
def test_every_environment_can_be_played_to_its_end(name: str) -> None:
    session = Session(task(name, split="deploy"), 3)
    before = window_picture(session)
    assert session.press("nothing of that kind")
    for _ in range(session.env.task.horizon + 1):
        assert session.press("1")
    assert session.over
    assert session.told[-1].endswith(f"for {SUITE[name].intended.name}. n: next level")
    assert before.shape == window_picture(session).shape
    assert session.press("return")
    assert (session.level, session.over) == (4, False)
    assert not session.press("q")


@pytest.mark.parametrize("driver", ["offscreen", ""])
def test_without_a_screen_no_window_is_waited_for(
    driver: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_a_screen() -> str:
        if not driver:
            raise pygame.error("No available video device")
        return driver

    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.setattr(pygame.display, "init", lambda: None)
    monkeypatch.setattr(pygame.display, "get_driver", without_a_screen)
    assert goalgap("play", "CheeseCorner", "--size", 5) == 2
    assert "--terminal" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:no fast renderer available")
def test_a_level_is_played_in_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    for key in (pygame.K_UP, pygame.K_KP1, pygame.K_w):
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key))
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    session = Session(task("CheeseCorner", size=5), 0)
    play_in_window(session)
    assert session.told[2].startswith("step 3: up")
    assert not pygame.display.get_init()
