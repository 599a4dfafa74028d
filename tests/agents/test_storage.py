"""Training writes whole agents or nothing, and refuses what cannot be written before it spends any time."""

from __future__ import annotations

import resource
import shutil
from pathlib import Path

import pytest
from recipes import TASK, TINY
from stable_baselines3.common.base_class import BaseAlgorithm

from goalgap import files
from goalgap.agents.loading import load_agent
from goalgap.agents.seeds import train_seeds
from goalgap.agents.training import train
from goalgap.files import StorageError


def refused(folder, told):
    """Training into a folder is refused before it begins, alone and side by side."""
    with pytest.raises(StorageError, match=told):
        train(TASK, TINY, 0, folder, lambda _: pytest.fail("it trained"))
    with pytest.raises(StorageError, match=told):
        train_seeds(TASK, TINY, {0: folder}, 1, lambda *_: pytest.fail("it trained"))


def test_a_taken_folder_is_refused_before_training(tmp_path):
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "notes.txt").write_text("mine")
    refused(tmp_path / "agent", "exists already")
    assert (tmp_path / "agent" / "notes.txt").read_text() == "mine"


def test_an_unwritable_place_is_refused_before_training(tmp_path, nobody):
    closed = tmp_path / "closed"
    closed.mkdir(0o500)
    with nobody():
        refused(closed / "agent", "you may not write there: choose another folder")
    assert not list(closed.iterdir())


def test_a_place_that_takes_no_folders_is_refused_before_training(tmp_path):
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file" / "agent", "a part of the path is a file, not a folder: choose another folder")
    refused(tmp_path / "file" / "deep" / "agent", "a part of the path is a file, not a folder")
    refused(Path("/proc/nowhere/agent"), "nothing new can be made there")
    refused(Path("/proc/agent"), "nothing new can be made there")


def test_a_full_disk_is_refused_before_training(tmp_path, monkeypatch):
    nearly = shutil.disk_usage(tmp_path)._replace(free=2**20)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: nearly)
    refused(tmp_path / "agent", "disk is full")


def test_running_out_of_space_at_the_end_leaves_nothing_behind(tmp_path):
    kept = train(TASK, TINY, 0, tmp_path / "kept")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot write .*lost"):
            train(TASK, TINY, 0, tmp_path / "lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert load_agent(kept, TASK)


def test_a_failure_while_saving_leaves_nothing_behind(tmp_path, monkeypatch):
    def half(self, file):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(BaseAlgorithm, "save", half)
    with pytest.raises(KeyboardInterrupt):
        train(TASK, TINY, 0, tmp_path / "agent")
    assert not list(tmp_path.iterdir())
