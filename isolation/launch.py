"""Confines a worker, watches over it and ends it: a program, `python -I -S launch.py PLAN`, PLAN being JSON.

It runs beside the evaluator, so that nothing of the evaluator's memory, files and variables is ever in the worker. Its
standard streams are the worker's. It lives as long as its lifeline, a pipe that the evaluator holds open: when that
ends, because the evaluator wants it or is gone, the worker is killed. It exits as the worker does.

It imports the standard library alone, and sandlock where that confines.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

DROP_CAPABILITY, CAPABILITIES = 24, 64
ADOPT = 36  # makes what its parent leaves behind our child
# sandlock refuses much by itself; these reach files and processes that the worker can name but neither read nor stop
REFUSED = (
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat setxattr lsetxattr "
    "fsetxattr removexattr lremovexattr fremovexattr prlimit64 setpriority sched_setaffinity sched_setscheduler "
    "sched_setparam sched_setattr ioprio_set inotify_init inotify_init1 fanotify_init mq_open"
)
BUBBLEWRAP = (
    "--unshare-all --unshare-user --disable-userns --cap-drop ALL --new-session --die-with-parent --clearenv --chdir /"
)


class Confined(Protocol):
    """A worker that has been started."""

    def kill(self) -> None: ...

    def wait(self) -> Any: ...


def main() -> None:
    """Start the worker and end with it, or end it with the lifeline."""
    plan = json.loads(sys.argv[1])
    os.set_inheritable(plan["lifeline"], False)  # noqa: FBT003
    limit(plan["memory"], plan["files"])
    ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    worker, code = STARTED[plan["confined_by"]](plan)
    threading.Thread(target=lambda: end(code(worker.wait())), daemon=True).start()
    os.read(plan["lifeline"], 1)
    worker.kill()
    signal.pause()


def end(code: int) -> None:
    """Exit when all that was started has ended: what bubblewrap leaves dies with it, but not at once."""
    with suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(code)


def drop_capabilities() -> None:
    """Leave to root's worker what an ordinary user may do; bubblewrap sees to that itself."""
    libc = ctypes.CDLL(None)
    for capability in range(CAPABILITIES):
        libc.prctl(DROP_CAPABILITY, capability, 0, 0, 0)


def limit(memory: int, files: int) -> None:
    """Limits that the worker inherits and cannot raise: a file may not grow at all, one of memory neither."""
    sizes = {"AS": memory, "NOFILE": files, "FSIZE": 0, "CORE": 0}
    for name, size in sizes.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        most = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(kind, (most, most))


def by_sandlock(plan: dict[str, Any]) -> tuple[Confined, Callable[[Any], int]]:
    """Landlock and system calls that are refused or supervised; no namespaces."""
    sys.path += plan["packages"]
    from sandlock import Sandbox

    drop_capabilities()
    refused = REFUSED.split()
    sandbox = Sandbox(
        fs_readable=plan["visible"], clean_env=True, max_processes=1, cwd="/", extra_deny_syscalls=refused
    )
    return sandbox.popen(plan["command"]), _sandlock_code


def _sandlock_code(result: Any) -> int:
    """The exit code as shells count it."""
    return int(128 + result.signal if result.signal > 0 else result.exit_code & 255)


def by_bubblewrap(plan: dict[str, Any]) -> tuple[Confined, Callable[[Any], int]]:
    """Namespaces of its own, in which only what is visible exists, and a filter of system calls."""
    reading, writing = os.pipe()
    os.write(writing, bytes.fromhex(plan["filter"]))
    os.close(writing)
    words = [plan["program"], *BUBBLEWRAP.split(), "--seccomp", str(reading)]
    for path in plan["visible"]:
        words += ["--dev-bind" if path.startswith("/dev/") else "--ro-bind", path, path]
    words += ["--remount-ro", "/", "--", *plan["command"]]
    confined = subprocess.Popen(words, pass_fds=(reading,), env={})  # noqa: S603 (that is what this is for)
    return confined, lambda code: code & 255


STARTED = {"sandlock": by_sandlock, "bubblewrap": by_bubblewrap}

if __name__ == "__main__":
    main()
