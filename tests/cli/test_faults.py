"""What goes wrong around a run: several evaluations, damaged and foreign results, leftovers, full disks, odd names."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
from commands import goalgap
from rich.console import Console

from goalgap import files
from goalgap.__main__ import main as started
from goalgap.agents.algorithms.ppo import PPORecipe
from goalgap.agents.algorithms.recipe import Recipe
from goalgap.agents.recipes import default_recipe
from goalgap.agents.records import AgentError, check_own, folder_of
from goalgap.agents.training import train
from goalgap.cli import main
from goalgap.cli.options import RefusedError
from goalgap.cli.results import alone, find_episodes, locked
from goalgap.cli.saying import output, say, sentence
from goalgap.envs import task
from goalgap.envs.engine.task import Task
from goalgap.eval.report import Report
from goalgap.files import HIDDEN, StorageError, new_folder
from goalgap.leaderboards.entry import EntryError, EntryInfo
from goalgap.leaderboards.folders import read_entries

TINY = ("--seeds", "2", "--steps", "2048", "--levels", "12", "--processes", "2")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a small run, which tests copy; agents are trained in this process, which is quicker."""
    place, played = tmp_path_factory.mktemp("results"), task("CheeseCorner")
    recipe = default_recipe(played, steps=2048)
    train_here(played, recipe, {seed: folder_of(place, played, recipe) / f"seed-{seed}" for seed in range(2)})
    assert goalgap("run", "CheeseCorner", *TINY, "--results", place) == 0
    return place


def train_here(played: Task, recipe: Recipe, folders: Mapping[int, Path], *_: object) -> None:
    """As `train_seeds`, without processes of their own."""
    for seed, folder in folders.items():
        train(played, recipe, seed, folder)


@pytest.fixture
def results(once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(once, tmp_path / "results"))


def only(place: Path) -> Path:
    (folder,) = (path for path in place.iterdir() if path.is_dir())
    return folder


def said(capsys: pytest.CaptureFixture[str]) -> str:
    heard = capsys.readouterr()
    return " ".join(f"{heard.out} {heard.err}".split())


def again(results: Path) -> int:
    return goalgap("run", "CheeseCorner", *TINY, "--results", results)


def test_of_two_evaluations_in_one_folder_the_one_with_most_levels_counts(results: Path, tmp_path: Path) -> None:
    folder = only(results)
    before = json.loads((folder / "report.json").read_text())
    few = ["5" if word == "12" else word for word in TINY]
    assert goalgap("run", "CheeseCorner", *few, "--results", results) == 0
    assert json.loads((folder / "report.json").read_text())["modes"]["sampled"]["levels"]["deploy"] == 5
    assert goalgap("report", folder, "--out", tmp_path / "out") == 0
    after = json.loads((tmp_path / "out" / "report.json").read_text())
    assert after["modes"]["sampled"]["levels"] == {"train": 12, "control": 12, "deploy": 12}
    assert after["verdict"] == before["verdict"]
    assert len(find_episodes((folder,))) == 4, "tables of which nothing counts are left out"


def test_each_seed_has_its_own_most_levels(results: Path) -> None:
    folder = only(results)
    assert goalgap("eval", folder / "seed-0", "CheeseCorner", "--levels", 15, "--out", folder / "more") == 0
    report = Report.of(find_episodes((folder,)))
    assert report.main.training_seeds == (0, 1)
    assert report.main.levels["deploy"] == 15


def test_a_table_that_is_there_twice_counts_once(results: Path, tmp_path: Path) -> None:
    folder = only(results)
    shutil.copytree(folder / "seed-0", tmp_path / "again")
    assert len(find_episodes((folder, tmp_path / "again"))) == len(find_episodes((folder,)))


def test_a_damaged_agent_is_mended_as_the_message_says(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("goalgap.agents.seeds.train_seeds", train_here)
    seed = only(results) / "seed-0"
    (seed / "sampled-12.json").unlink()
    content = bytearray((seed / "agent.zip").read_bytes())
    content[len(content) // 2] ^= 1
    (seed / "agent.zip").write_bytes(content)
    assert again(results) == 2
    assert f"remove the folder {seed} and train it again" in said(capsys)
    shutil.rmtree(seed)
    assert again(results) == 0
    assert "trained already: seed 1" in said(capsys)


@pytest.mark.parametrize("name", ["agent.zip", "agent.json"])
def test_what_an_agent_lacks_is_mended_in_the_same_way(
    name: str, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = only(results) / "seed-1"
    (seed / name).write_text("{") if name == "agent.json" else (seed / name).unlink()
    assert again(results) == 2
    assert f"remove the folder {seed} and train it again" in said(capsys)


def test_results_of_another_run_are_refused(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = only(results) / "seed-0" / "agent.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps(told | {"alpha": 0.5}))
    assert again(results) == 2
    assert "its alpha is 0.5, not 0.0; choose another folder" in said(capsys)
    record.write_text(json.dumps(told))
    shutil.rmtree(record.parent)
    shutil.copytree(only(results) / "seed-1", record.parent)
    assert again(results) == 2
    assert "its seed is 1, not 0" in said(capsys)


def test_an_agent_of_another_recipe_is_none_of_this_one(results: Path) -> None:
    seed, played = only(results) / "seed-0", task("CheeseCorner")
    with pytest.raises(AgentError, match=r"holds an agent of another run: its recipe\.steps is 2048, not 4096"):
        check_own(seed, played, PPORecipe(steps=4096), 0)


def test_episodes_of_other_training_are_played_again(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = only(results) / "seed-0" / "sampled-12.json"
    told = json.loads(manifest.read_text())
    told["runs"][0]["alpha"] = 0.5
    manifest.write_text(json.dumps(told))
    assert again(results) == 0
    assert "evaluate seed 0, sampled" in said(capsys)
    assert json.loads(manifest.read_text())["runs"][0]["alpha"] == 0.0


def test_what_killed_runs_leave_is_swept_at_the_next_start(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = only(results)
    (folder / f"{HIDDEN}0123abcd").mkdir()
    (folder / f"{HIDDEN}0123abcd" / "agent.zip").write_text("half")
    (folder / "seed-0" / f"{HIDDEN}89abcdef").write_text("half")
    (folder / f"{HIDDEN}notes").write_text("mine")
    with locked(folder):
        assert again(results) == 2
    assert again(results) == 0
    assert [path.name for path in folder.rglob(f"{HIDDEN}*")] == [f"{HIDDEN}notes"]


def test_what_others_are_writing_is_not_swept(tmp_path: Path) -> None:
    """Who works beside a run in the same results leaves alone what that writes under a lock of its own."""
    with locked(tmp_path / "run"), new_folder(tmp_path / "run" / "seed-0") as folder, locked(tmp_path):
        assert folder.is_dir()
    assert (tmp_path / "run" / "seed-0").is_dir()


def test_agents_are_trained_side_by_side_into_folders_of_one_place(tmp_path: Path) -> None:
    with alone(tmp_path / "a"), alone(tmp_path / "b"):
        with (
            pytest.raises(RefusedError, match=r"is working in .*a: wait for it, or choose other --out"),
            alone(tmp_path / "a"),
        ):
            pass
        (tmp_path / "a").mkdir()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_half_written_episodes_and_entries_are_not_read(results: Path, tmp_path: Path) -> None:
    folder, entries = only(results), tmp_path / "entries"
    half = folder / f"{HIDDEN}0123abcd"
    shutil.copytree(folder / "seed-0", half)
    assert len(find_episodes((folder,))) == 4
    (entries / "CheeseCorner" / f"{HIDDEN}0123abcd").mkdir(parents=True)
    (entries / "CheeseCorner" / f"{HIDDEN}0123abcd" / "entry.json").write_text("{}")
    with pytest.raises(EntryError, match="no entries below"):
        read_entries(entries)


def test_an_evaluation_is_not_played_where_it_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    monkeypatch.setattr("goalgap.cli.eval.play_levels", lambda *_, **__: pytest.fail("it plays"))
    assert goalgap("eval", "random", "CheeseCorner", "--levels", 4, "--out", tmp_path / "out") == 2
    assert "report.html: a folder has that name: choose another name" in said(capsys)
    (tmp_path / "file").write_text("")
    assert goalgap("eval", "random", "CheeseCorner", "--levels", 4, "--out", tmp_path / "file") == 2
    assert "results cannot be written to" in said(capsys)


MISTAKES = {
    ("report", "RESULTS", "--out", "file"): "a part of the path is a file, not a folder: choose another folder",
    ("show", "CheeseCorner", "--png", "."): "a folder has that name: choose another name",
    ("show", "CheeseCorner", "--png", "x" * 300): "the name is too long: choose a shorter one",
    ("show", "CheeseCorner", "--level-seeds", "9223372036854775808"): "a seed is an integer in 0 .. 2^63-1",
    ("show", "CheeseCorner", "--level-seeds", "-1"): "a seed is an integer in 0 .. 2^63-1",
    ("eval", "random", "CheeseCorner", "--levels", "99999999999"): "levels must be at most 1000000",
    ("run", "CheeseCorner", "--processes", "100000"): "processes must be at most 256",
    ("eval", "pipe.zip", "CheeseCorner"): "neither a folder nor a file",
    ("report", "x" * 3000): "there is no file or folder xxx",
    ("list", "x" * 10_000): "an argument has at most 4096 characters, not 10000: xxx",
    ("list", "x" * 4000): "unknown environment 'xxx",
    ("leaderboard", "--markdown", "."): "a folder has that name",
    ("report", "unreadable"): "cannot be read: Is a directory",
}


@pytest.mark.parametrize("words", MISTAKES, ids=lambda words: " ".join(words)[:40])
def test_mistakes_are_sentences(
    words: tuple[str, ...], once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    Path("unreadable").mkdir()
    Path("unreadable/sampled-9.parquet").mkdir()
    Path("unreadable/sampled-9.json").mkdir()
    os.mkfifo("pipe.zip")
    assert goalgap(*(only(once) if word == "RESULTS" else word for word in words)) == 2
    heard = capsys.readouterr().err
    expected = MISTAKES[words].replace("cannot be read: Is a directory", "is no file of a result")
    assert expected in " ".join(heard.split())
    assert "[Errno" not in heard
    assert len(heard) < 2500
    assert heard.count("error:") == 1


def test_a_full_disk_is_told_with_the_file(
    once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_flush", full)
    assert goalgap("report", only(once), "--out", tmp_path) == 2
    assert f"cannot write {tmp_path}/report.json: the disk is full: free some space and run again" in said(capsys)
    assert not list(tmp_path.iterdir())


def test_markup_in_paths_and_names_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a[/b]", "[bold]x"):
        assert goalgap("eval", "random", "CheeseCorner", "--levels", 4, "--out", name) == 0
        assert f"report: {name}/report.html" in said(capsys)
    assert goalgap("show", "CheeseCorner", "--png", "a[/c].png") == 0
    assert "a[/c].png" in said(capsys)
    assert goalgap("report", "no[/such]") == 2
    assert "no[/such]" in said(capsys)


@pytest.mark.parametrize("name", ["***", "\u65e5\u672c", "..", "\x1b[31mred", "\u202eedit", "a\nb", "", "x" * 61])
def test_names_of_entries_that_cannot_stand_on_the_board_are_refused(
    name: str, once: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about = ("--authors", "us", "--description", "a test", "--command", "true", "--entries", tmp_path)
    assert goalgap("enter", only(once), "--name", name, *about) == 2
    assert said(capsys).startswith(("error: name: ", "error: name must be a text of length"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x[/]y", "PPO, alpha 0.03", "degraded:cheese:0.3", "\u00e9lan 2"])
def test_names_of_entries_that_can_are_taken(name: str) -> None:
    about = {"kind": "trained", "authors": "us", "description": "a test", "command": "true", "date": "2026-11-22"}
    assert EntryInfo(name=name, **about).name == name  # type: ignore[arg-type]


def test_a_name_that_turns_the_terminal_is_no_name_of_an_agent(capsys: pytest.CaptureFixture[str]) -> None:
    assert goalgap("eval", "random", "CheeseCorner", "--levels", 4, "--name", "\x1b[31mred") == 2
    assert "name is a text of characters that can be printed, not '\\x1b[31mred'" in said(capsys)


def test_a_terminal_of_ascii_gets_question_marks(once: Path) -> None:
    script = f"from goalgap.cli import main; main(['report', {str(only(once))!r}])"
    told = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=told, check=False)
    assert done.returncode == 0, done.stderr
    assert b"report:" in done.stdout
    assert done.stdout.isascii()


def test_what_is_said_is_one_line_of_bounded_length() -> None:
    assert sentence(StorageError("a\n b\x1b[31m")) == "a b?[31m"
    assert len(sentence(ValueError("x" * 10**6))) < 500
    assert len(sentence(ValueError("x " * 10**6))) < 2100
    assert sentence(PermissionError(13, "Permission denied", "a/b")).startswith("cannot read a/b: you may not read it")
    assert sentence(MemoryError()).startswith("there is not enough memory")
    console = Console(width=40)
    with console.capture() as captured:
        say(console, "[bold]\u202ex")
    assert captured.get() == "[bold]?x\n"


@pytest.mark.parametrize(("columns", "width"), [(None, 10_000), ("", 10_000), ("0", 10_000), ("x", 10_000), ("90", 90)])
def test_a_pipe_is_as_wide_as_its_lines_unless_it_is_told_otherwise(
    columns: str | None, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert output().width == output(stderr=True).width == width


@pytest.mark.parametrize(("command", "kept"), [("run", True), ("leaderboard", False)])
def test_what_is_stopped_says_what_is_kept(
    command: str, kept: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tyro.extras.subcommand_cli_from_dict", stop)
    with pytest.raises(SystemExit) as ending:
        main([command])
    assert ending.value.code == 130
    assert ("what had finished is kept" in said(capsys)) == kept


HEARING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what it runs in the background
from goalgap.__main__ import main
main()
"""


def test_stopped_while_workers_start_it_says_so_in_one_line(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group, workers that are still importing included."""
    words = ("run", "CheeseCorner", "--steps", "4000000", "--results", str(tmp_path / "results"))
    process = subprocess.Popen(
        [sys.executable, "-c", HEARING, *words], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    try:
        while len(children(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        _, heard = process.communicate(timeout=60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    lines = [line for line in heard.splitlines() if line and not line.startswith("compiling")]
    assert process.returncode == 130, heard
    assert lines == ["stopped; what had finished is kept, and the same command goes on from there"], heard


def children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


def test_stopped_while_it_imports_it_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stopped(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "goalgap.cli", Stopped("goalgap.cli"))
    with pytest.raises(SystemExit) as ending:
        started()
    assert ending.value.code == 130
    assert capsys.readouterr().err == "stopped\n"


@pytest.mark.parametrize("command", ["run", "train"])
def test_what_does_not_suit_an_environment_leaves_no_folder(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert goalgap(command, "IrishElk", "--mitigation", "accel", "--results", tmp_path) == 2
    told = capsys.readouterr()
    assert "IrishElk has no kernel `edit`" in " ".join(told.err.split())
    assert "to train" not in told.out
    assert not list(tmp_path.iterdir())
