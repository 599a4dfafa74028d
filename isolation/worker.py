"""Acts for the evaluator, confined: a program, `python -I -S worker.py PLAN`, PLAN being JSON.

It opens the submission, writes a byte that says how it acts, and answers requests until there are no more. A request
is a `REQUEST` (how many games; whether they begin; whether the keys of their levels follow), the observations, uint8,
where episodes start, a byte each, and the keys, uint64. The answer is an action for each game, int64.

What is printed goes to standard error, and its end is the message of a failure, of which the exit code tells the
reason. That is for the submitter: whoever takes this program over can make it say what he likes, and gains nothing,
since the evaluator checks the actions and believes nothing else.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

REQUEST = struct.Struct("<I??")
DRAWS, CERTAIN = b"D", b"C"  # whether actions are drawn
REASONS = {"unreadable": 81, "error": 82, "actions": 83, "memory": 84}
ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "goalgap"

Act = Callable[[Any, Any, Any, Any], tuple[Any, Any]]  # observations, state, starts, keys -> actions, state


class Stranded(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """The work has come to an end for one of the reasons."""

    def __init__(self, reason: str, told: str) -> None:
        super().__init__(told)
        self.reason = reason


class Finder:
    """Finds the package and what lies in its folder, which is that of this program and cannot be listed here."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG004
        """The package itself, or a module or folder right in it."""
        package, *inner = name.split(".")
        if package != PACKAGE or len(inner) > 1:
            return None
        place = ROOT.joinpath(*inner)
        if place.is_dir():
            file = place / "__init__.py"
            return importlib.util.spec_from_file_location(name, file, submodule_search_locations=[str(place)])
        return importlib.util.spec_from_file_location(name, place.with_suffix(".py"))


def main() -> None:
    """Open what the plan names and act; the exit code tells the reason where that fails."""
    plan = json.loads(sys.argv[1])
    sys.argv[1:] = []
    requests, answers = _streams()
    sys.path += plan["packages"]
    sys.meta_path.insert(0, Finder)
    tempfile.tempdir = os.environ["TORCHINDUCTOR_CACHE_DIR"] = "/"  # nothing is written, but libraries ask where to
    if plan["kind"] == "agent":  # which acts in one thread: it need not be asked for at each step
        os.environ["OMP_NUM_THREADS"] = "1"
    importlib.import_module("numpy")
    try:
        act, drawn = _guarded("unreadable", lambda: OPENED[plan["kind"]](plan))
        os.write(answers, DRAWS if drawn else CERTAIN)
        serve(act, tuple(plan["shape"]), requests, answers)
    except Stranded as end:
        sys.stderr.write(f"\n{end}\n")
        sys.stderr.flush()
        os._exit(REASONS[end.reason])
    os._exit(0)


def _streams() -> tuple[int, int]:
    """The pipes of requests and answers; what the submission itself reads is empty, and what it prints is no answer."""
    requests, answers, (empty, end) = os.dup(0), os.dup(1), os.pipe()
    os.close(end)
    os.dup2(empty, 0)
    os.dup2(2, 1)
    return requests, answers


def _guarded(reason: str, work: Callable[[], Any]) -> Any:
    """The result of what a submission does; Stranded where it raises anything."""
    try:
        return work()
    except MemoryError:
        raise Stranded("memory", "it asked for more memory than it may have") from None
    except Stranded:
        raise
    except BaseException as error:  # noqa: BLE001 (a stranger's code raises what it likes)
        raise Stranded(reason, f"{type(error).__name__}: {error}") from None


def _code(plan: dict[str, Any]) -> tuple[Act, bool]:
    """A stranger's `make_policy`; a folder's code is in its `policy.py`."""
    path = Path(plan["submission"])
    if path.is_dir():
        sys.path.insert(0, str(path))
        path /= "policy.py"
    loader = importlib.machinery.SourceFileLoader("policy", str(path))
    spec: Any = importlib.util.spec_from_loader("policy", loader)
    module = sys.modules["policy"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    policy = module.make_policy(tuple(plan["shape"]), plan["actions"])
    return lambda obs, state, starts, _: policy(obs, state, starts), True


def _agent(plan: dict[str, Any]) -> tuple[Act, bool]:
    """An agent's file, opened as evaluation without a worker opens it."""
    opened: Any = importlib.import_module(f"{PACKAGE}.isolation.agents")
    agent = opened.open_agent(plan["submission"], plan["task"], plan["options"])
    act = lambda obs, state, starts, keys: agent.on_levels(keys)(obs, state, starts)  # noqa: E731
    return act, not agent.run_fields["deterministic"]


OPENED = {"code": _code, "agent": _agent}


def serve(act: Act, shape: tuple[int, ...], requests: int, answers: int) -> None:
    """Answer requests until there are no more."""
    import numpy as np

    size, state, keys = int(np.prod(shape)), None, None
    while head := _read(requests, REQUEST.size, may_end=True):
        n, first, keyed = REQUEST.unpack(head)
        obs = np.frombuffer(_read(requests, n * size), np.uint8).reshape(n, *shape)
        starts = np.frombuffer(_read(requests, n), bool)
        if first:
            state, keys = None, np.frombuffer(_read(requests, 8 * n), np.uint64) if keyed else None
        given = _guarded("error", lambda: act(obs, state, starts, keys))  # noqa: B023
        actions, state = _guarded("actions", lambda: _checked(given, n))  # noqa: B023
        _write(answers, actions)


def _checked(given: Any, n: int) -> tuple[bytes, Any]:
    """The answer, and the next state."""
    import numpy as np

    if not isinstance(given, tuple | list) or len(given) != 2:
        raise Stranded("actions", f"a policy must return (actions, state), not a {type(given).__name__}")
    actions = np.asarray(given[0])
    if actions.shape != (n,) or actions.dtype.kind not in "iu":
        raise Stranded(
            "actions", f"a policy must return integers of shape ({n},), not {actions.dtype} of shape {actions.shape}"
        )
    if actions.size and not 0 <= int(actions.min()) <= int(actions.max()) < 256:
        raise Stranded("actions", f"there is no action {actions.min()} or {actions.max()}")
    return actions.astype(np.int64).tobytes(), given[1]


def _read(source: int, size: int, may_end: bool = False) -> bytearray:
    """So many bytes; none where the requests have ended."""
    content, done = bytearray(size), 0
    while done < size:
        got = os.readv(source, [memoryview(content)[done:]])
        if not got:
            if may_end and not done:
                return bytearray()
            raise Stranded("error", "the evaluator is gone")
        done += got
    return content


def _write(target: int, content: bytes) -> None:
    while content:
        content = content[os.write(target, content) :]


if __name__ == "__main__":
    main()
