"""What confines a worker on this machine, and which files it sees: the interpreter, packages and our code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import seccomp
from .limits import USUAL, Limits

ROOT = Path(__file__).resolve().parents[1]
LAUNCH = ROOT / "isolation" / "launch.py"
CODE = ("agents", "envs", "eval", "isolation")  # the folders of the package that a worker may need
PYTHON = os.path.realpath(sys.executable)
SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/proc/cpuinfo",
    "/sys/devices/system/cpu", "/dev/urandom",
)  # fmt: skip
ADVICE = (
    'install "goalgap[sandbox]" (sandlock; Linux 6.12 or newer) or the program bubblewrap (apt-get install bubblewrap)'
)
PATIENCE = 20.0  # seconds for a worker that does nothing
FAREWELL = 5.0  # seconds for a launcher to end its worker


@dataclass(frozen=True)
class Backend:
    """A library or a program that confines a worker.

    Attributes:
        name: "sandlock" or "bubblewrap".
        version: of it.
        facts: what the launcher must know besides.
    """

    name: str
    version: str
    facts: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @contextmanager
    def started(
        self, command: list[str], submission: Path | None, limits: Limits, **streams: Any
    ) -> Iterator[subprocess.Popen[bytes]]:
        """The launcher of a confined command, without a variable of ours; both have ended when the block has.

        Args:
            command: what runs, confined.
            submission: a file or a folder that it sees besides.
            limits: what it may use.
            streams: its standard streams, as of `subprocess.Popen`.
        """
        reading, lifeline = os.pipe()
        plan = json.dumps(self._plan(command, submission, limits) | {"lifeline": reading})
        words = [PYTHON, "-I", "-S", "-B", str(LAUNCH), plan]
        try:  # Ctrl-C is for the evaluator, so the launcher has a session of its own
            process = subprocess.Popen(  # noqa: S603 (our own program)
                words, env={}, cwd="/", start_new_session=True, pass_fds=(reading,), bufsize=0, **streams
            )
        except BaseException:
            os.close(lifeline)
            raise
        finally:
            os.close(reading)
        try:
            yield process
        finally:
            os.close(lifeline)
            _end(process)

    def _plan(self, command: list[str], submission: Path | None, limits: Limits) -> dict[str, Any]:
        visible = [*visible_paths(), *([str(submission)] if submission else [])]
        told = {"command": command, "visible": visible, "memory": limits.memory, "files": limits.files}
        return {**told, **self.facts, "confined_by": self.name, "packages": packages()}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait until a launcher has ended its worker and itself."""
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()  # the worker dies with it
        process.wait()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()


@cache
def backends() -> tuple[Backend, ...]:
    """What can confine a worker here, tried by a worker that does nothing; the first is to be preferred."""
    return tuple(backend for backend in _installed() if _works(backend))


def _installed() -> Iterator[Backend]:
    if sys.platform != "linux":
        return
    if find_spec("sandlock"):
        yield Backend("sandlock", version("sandlock"))
    program = shutil.which("bwrap")
    with suppress(OSError):
        if program:
            told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
            name = told.stdout.split()[-1:] or ["of no version"]
            yield Backend("bubblewrap", name[0], {"program": program, "filter": seccomp.program().hex()})


def _works(backend: Backend) -> bool:
    """Whether the kernel, or the container around us, lets a backend confine anything."""
    nothing, null = [PYTHON, "-I", "-S", "-c", "pass"], subprocess.DEVNULL
    try:
        with backend.started(nothing, None, USUAL, stdin=null, stdout=null, stderr=null) as process:
            return process.wait(PATIENCE) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def packages() -> list[str]:
    """Where packages are installed."""
    return [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages") and Path(path).is_dir()]


def visible_paths() -> list[str]:
    """What every worker sees: no part of a clone but the code that it may need."""
    interpreter = [PYTHON, f"{sys.base_prefix}/lib", f"{sys.base_prefix}/lib64"]
    code = [*ROOT.glob("*.py"), *(ROOT / folder for folder in CODE)]
    wanted = [*SYSTEM, *interpreter, *packages(), *map(str, code)]
    return [path for path in dict.fromkeys(wanted) if Path(path).exists()]
