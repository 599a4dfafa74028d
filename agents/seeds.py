"""Several seeds side by side: each in a process of its own, so that none can take another down with it.

A process rebuilds its task from plain data, trains, and tells through a pipe how far it is. When the pipe
breaks, because the caller was killed, it stops at its next report; a seed that finished stays finished.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from .. import envs
from ..envs.engine.task import Task
from .callbacks import Progress
from .recipes import Recipe
from .storage import check_room
from .training import finished, practised, train

SeedReport = Callable[[int, Progress], None]
Running = dict[Connection, tuple[int, BaseProcess]]


class TrainingError(RuntimeError):
    """Some seeds failed, after all others had finished.

    Attributes:
        failures: what each failed seed died of.
    """

    def __init__(self, failures: Mapping[int, str]) -> None:
        self.failures = dict(failures)
        last = {seed: text.strip().splitlines()[-1] for seed, text in self.failures.items()}
        told = "; ".join(f"seed {seed}: {text}" for seed, text in sorted(last.items()))
        super().__init__(f"{len(last)} of the seeds failed, the others are kept: {told}")


def train_seeds(
    task: Task, recipe: Recipe, folders: Mapping[int, Path], processes: int = 2, progress: SeedReport | None = None
) -> None:
    """Train the seeds that are not finished yet.

    Args:
        task, recipe: as in `train`; the game must be one of the suite.
        folders: where each seed's agent goes.
        processes: how many to train at a time.
        progress: called in this process with a seed and how far it is.

    Raises:
        ValueError: no process is allowed, the game is not in the suite, or the recipe's practice does not fit it.
        StorageError: a folder cannot be written; nothing was started.
        TrainingError: seeds failed; all others were trained first.
    """
    if processes < 1:
        raise ValueError(f"at least one process must train, not {processes}")
    waiting = [seed for seed, folder in folders.items() if not finished(folder)]
    for seed in waiting:
        check_room(folders[seed])
    plain = _plain(task)
    practised(envs.task(**plain), recipe)
    running: Running = {}
    failures: dict[int, str] = {}
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                seed = waiting.pop(0)
                running |= _start(plain, recipe, seed, folders[seed])
            for ready in wait(list(running)):
                _hear(ready, running, failures, progress)  # type: ignore[arg-type]
    finally:
        for _, process in running.values():
            process.terminate()
    if failures:
        raise TrainingError(failures)


def _plain(task: Task) -> dict[str, Any]:
    """What `envs.task` makes the task from."""
    chosen = {"environment": task.game.name, "split": task.split, "alpha": task.alpha, "reward": task.reward}
    return chosen | task.arguments


def _start(plain: dict[str, Any], recipe: Recipe, seed: int, folder: Path) -> Running:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, plain, recipe, seed, folder), daemon=True)
    process.start()
    theirs.close()
    return {ours: (seed, process)}


def _hear(ready: Connection, running: Running, failures: dict[int, str], progress: SeedReport | None) -> None:
    """Take one message: progress, or the text of a failure; an end of the pipe is the end of the process."""
    seed, process = running[ready]
    try:
        message = ready.recv()
    except EOFError:
        process.join()
        del running[ready]
        if process.exitcode and seed not in failures:
            failures[seed] = f"its process ended with exit code {process.exitcode}"
        return
    if isinstance(message, str):
        failures[seed] = message
    elif progress is not None:
        progress(seed, message)


def _work(pipe: Connection, plain: dict[str, Any], recipe: Recipe, seed: int, folder: Path) -> None:
    """What a process does: train one seed. The caller handles Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        train(envs.task(**plain), recipe, seed, folder, pipe.send)
    except BrokenPipeError:
        return
    except Exception:  # noqa: BLE001 (whatever it is, the caller is told)
        pipe.send(traceback.format_exc())
