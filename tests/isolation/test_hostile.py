"""Submissions that are out to harm: each is confined, ends as a failure with its reason, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import goalgap
from goalgap.envs.engine.batch import Batch
from goalgap.eval.play.policy import LevelPolicy
from goalgap.isolation.backends import ADVICE, ROOT, backends
from goalgap.isolation.limits import EntryError, Limits
from goalgap.isolation.policies import isolated

TASK = goalgap.task("CheeseCorner", size=5)
LIMITS = Limits(start=20.0, answer=10.0, memory=2**30, output=2**18)
SHORT = replace(LIMITS, answer=0.4)  # for what takes all the time it is given
ZEROS = "(np.zeros(len(obs), int), state)"
pytestmark = pytest.mark.skipif(not backends(), reason=f"nothing confines a worker here: {ADVICE}")


@pytest.fixture(params=backends(), ids=str)
def backend(request: pytest.FixtureRequest) -> Any:
    return request.param


def code(*, first: str = "", load: str = "", act: str = "", answer: str = ZEROS) -> str:
    """A submission: what it does when it is imported, when its policy is made, and before it answers."""

    def body(text: str, depth: int) -> str:
        return "".join(f"{' ' * depth}{line}\n" for line in (text or "pass").splitlines())

    return (
        f"import os, sys, time, threading, atexit, signal, pickle, ctypes\nimport numpy as np\n{first}\n"
        f"def make_policy(shape, n):\n{body(load, 4)}    def act(obs, state, starts):\n{body(act, 8)}"
        f"        return {answer}\n    return act\n"
    )


# what a submission does, and the reason of its failure
LOOP, PIPE = "while True: pass", "for fd in range(3, 20):\n    try: os.write(fd, {content})\n    except OSError: pass"
HOSTILE = {  # to be confined by each backend
    "loops": (code(act=LOOP), "time"),
    "swallows every interrupt": (
        code(first="for each in (1, 2, 3, 14, 15): signal.signal(each, signal.SIG_IGN)", act=LOOP),
        "time",
    ),
    "fork bomb": (code(act="while True:\n    try: os.fork()\n    except OSError: pass"), "time"),
    "threads that never end": (
        code(load=f"def spin():\n    {LOOP}\nfor _ in range(3): threading.Thread(target=spin).start()", act=LOOP),
        "time",
    ),
    "memory": (code(act="np.ones(2**31)"), "memory"),
    "memory in a file that is none": (code(act="os.write(os.memfd_create('x'), bytes(2**20))"), "error"),
    "a file in the temporary folder": (code(act="open('/tmp/flood', 'wb').write(bytes(2**20))"), "error"),
    "prints without end": (code(act="while True: print('x' * 4096)"), "output"),
    "floods the pipe of answers": (code(act=PIPE.format(content="bytes(2**15)")), "output"),
    "kills itself": (code(act="os.kill(os.getpid(), signal.SIGKILL)\ntime.sleep(9)"), "exit"),
    "crashes": (code(act="ctypes.string_at(0)"), "exit"),
}  # fmt: skip
MISTAKEN = {  # to be noticed by the evaluator
    "sleeps": (code(act="time.sleep(1000)"), "time"),
    "memory while loading": (code(load="kept = [bytes(2**27) for _ in range(9)]"), "memory"),
    "complains without end": (code(act="while True: sys.stderr.write('x' * 4096)"), "output"),
    "ends at once": (code(act="os._exit(0)"), "exit"),
    "ends while it is imported": (code(first="os._exit(0)"), "exit"),
    "closes every file": (code(act="os.closerange(0, 200)"), "exit"),
    "claims a reason": (code(act="os._exit(83)"), "actions"),
    "raises an error that cannot be told": (
        code(first="class Odd(Exception):\n    def __str__(self): os._exit(7)", act="raise Odd"),
        "exit",
    ),
    "ends as if all were well": (code(act="sys.exit(0)"), "error"),
    "loops at its end": (
        code(first="def trap():\n    while True: pass\natexit.register(trap)", act="sys.exit()"), "error",
    ),
    "writes pickles for answers": (
        code(act=PIPE.format(content="pickle.dumps(list(range(100)))"), answer="1"), "actions",
    ),
    "no actions": (code(answer="None"), "actions"),
    "actions without a state": (code(answer="np.zeros(len(obs), int)"), "actions"),
    "actions of another shape": (code(answer="(np.zeros((len(obs), 1), int), None)"), "actions"),
    "actions that are NaN": (code(answer="(np.full(len(obs), np.nan), None)"), "actions"),
    "actions that are objects": (code(answer="([10 ** 100] * len(obs), None)"), "actions"),
    "actions that are huge": (code(answer="(np.full(len(obs), 2**62), None)"), "actions"),
    "actions below zero": (code(answer="(np.full(len(obs), -1), None)"), "actions"),
    "one action too many": (code(answer="(np.full(len(obs), n), None)"), "actions"),
    "raises": (code(act="raise RuntimeError('no\\x1b[31m')"), "error"),
    "is not Python": ("this is no Python", "unreadable"),
    "makes no policy": ("x = 1", "unreadable"),
}  # fmt: skip

# what a submission tries, and says that it could, by the action of a game
TRIES = {
    "read passwd": "open('/etc/passwd').read()",
    "list the home": "os.listdir(os.path.expanduser('~root'))",
    "read a file of the clone": "open({working!r}).read()",
    "read the entries of the clone": "os.listdir({entries!r})",
    "read the tests of the clone": "open({tests!r}).read()",
    "read a file beside the submission": "open({beside!r}).read()",
    "write beside the submission": "open({mark!r}, 'w')",
    "write to the submission": "open(__file__, 'a')",
    "change the submission's mode": "os.chmod(__file__, 0o777)",
    "change a device's mode": "os.chmod('/dev/urandom', 0o666)",
    "change a package's time": "os.utime(np.__file__)",
    "write to a package": "open(np.__file__, 'a')",
    "make a file in the temporary folder": "open('/tmp/mark', 'w')",
    "make a file in shared memory": "open('/dev/shm/mark', 'w')",
    "start a process": "os.fork() or os._exit(0)",
    "start a process in the kernel's newest way": "clone3()",
    "run a program": "__import__('subprocess').run([sys.executable, '-c', '1'], check=True)",
    "connect": "socket.create_connection(('127.0.0.1', {port}), 1)",
    "send a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "look up a name": "socket.getaddrinfo('example.org', 80)",
    "listen": "socket.socket().bind(('127.0.0.1', 0))",
    "reach a socket in a folder": "socket.socket(socket.AF_UNIX).connect({unix!r})",
    "reach an abstract socket": "socket.socket(socket.AF_UNIX).connect({abstract!r})",
    "find a variable": "os.environ['GOALGAP_SECRET']",
    "read the variables of the first process": "open('/proc/1/environ', 'rb').read()",
    "read the variables of the evaluator": "open('/proc/{pid}/environ', 'rb').read()",
    "signal the evaluator": "os.kill({pid}, signal.SIGUSR1)",
    "signal the evaluator's group": "os.killpg({group}, signal.SIGUSR1)",
    "trace the evaluator": "call(16, {pid}, 0, 0, name='ptrace')",
    "read the evaluator's memory": "open('/proc/{pid}/mem', 'rb')",
    "copy the evaluator's memory": "peek({pid})",
    "limit the evaluator": "resource.prlimit({pid}, resource.RLIMIT_AS)",
    "slow the evaluator down": "os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40))",
}
MAY = {
    "read itself": "open(__file__).read()",
    "start a thread": "threading.Thread(target=int).start()",
    "import the package, which is public": "__import__('goalgap').task('CheeseCorner')",
}
PROBE = """
import ctypes, os, resource, signal, socket, sys, threading
import numpy as np

libc = ctypes.CDLL(None, use_errno=True)

def call(*words, name):
    if getattr(libc, name)(*words) < 0:
        raise OSError(ctypes.get_errno(), name)

def clone3():
    pid = libc.syscall(435, (ctypes.c_uint64 * 11)(), 88)
    if pid == 0:
        os._exit(0)
    if pid < 0:
        raise OSError(ctypes.get_errno(), "clone3")

def peek(pid):
    class Part(ctypes.Structure):
        _fields_ = [("start", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    space = ctypes.create_string_buffer(8)
    mine, theirs = Part(ctypes.addressof(space), 8), Part(id(None), 8)
    call(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0, name="process_vm_readv")

def could(text):
    try:
        eval(text)
    except BaseException:
        return 0
    return 1

def make_policy(shape, n):
    done = np.array([could(text) for text in TEXTS])
    return lambda obs, state, starts: (done[: len(obs)], state)
"""


def seen(n: int = 6) -> Any:
    return Batch.of(TASK, np.arange(n)).observe()


def play(policy: Any, obs: Any, steps: int = 3) -> Any:
    """A few steps, all on the same observations."""
    state, actions = None, None
    for step in range(steps):
        actions, state = policy(obs, state, np.full(len(obs), step == 0))
    return actions


def processes(part: str) -> list[int]:
    """The processes that name something in their command."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if part.encode() in path.read_bytes() and int(path.parent.name) != os.getpid():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


@contextmanager
def leaves_nothing(name: str) -> Iterator[None]:
    """Within, processes of a submission may run; afterwards none does."""
    yield
    assert not processes(name)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_submission_fails_with_its_reason(what: str, backend: Any, tmp_path: Path) -> None:
    fails(*HOSTILE[what], backend, tmp_path)


@pytest.mark.parametrize("what", MISTAKEN)
def test_a_submission_that_does_not_act_fails_with_its_reason(what: str, tmp_path: Path) -> None:
    fails(*MISTAKEN[what], None, tmp_path)


def submitted(path: Path, limits: Limits, backend: Any) -> None:
    """Play with a submission; once it has failed, it is asked no more."""
    with isolated(path, TASK, code=True, limits=limits, backend=backend) as (policy, _):
        with pytest.raises(EntryError) as failure:
            play(policy, seen())
        with pytest.raises(EntryError) as again:
            play(policy, seen())
        assert again.value is failure.value
        raise failure.value


def fails(text: str, reason: str, backend: Any, tmp_path: Path) -> None:
    """Assert that a submission fails for a reason, and leaves nothing behind."""
    path = tmp_path / f"h{os.getpid()}.py"
    path.write_text(text)
    began, limits = time.monotonic(), SHORT if reason == "time" else LIMITS
    with leaves_nothing(path.name), pytest.raises(EntryError) as failure:
        submitted(path, limits, backend)
    assert failure.value.reason == reason, failure.value
    assert str(failure.value).isprintable()
    assert time.monotonic() - began < 20


def test_a_submission_that_never_starts_is_stopped(backend: Any, tmp_path: Path) -> None:
    path = tmp_path / "slow.py"
    path.write_text(code(load=LOOP))
    limits = Limits(start=0.8)
    with (
        pytest.raises(EntryError, match=r"0\.8 seconds to start") as failure,
        isolated(path, TASK, code=True, limits=limits, backend=backend),
    ):
        pass
    assert failure.value.reason == "time"


def test_time_in_total_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "slow.py"
    path.write_text(code(act="time.sleep(0.1)"))
    with (
        isolated(path, TASK, code=True, limits=Limits(total=0.3)) as (policy, _),
        pytest.raises(EntryError, match=r"0\.3 seconds in total"),
    ):
        play(policy, seen(), steps=10)


def test_nothing_can_be_reached_from_within(backend: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOALGAP_SECRET", "1")
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    (tmp_path / "beside").write_text("secret")
    path, mark = tmp_path / "probe.py", tmp_path / "mark"
    unix, abstract = str(tmp_path / "socket"), f"\0goalgap-{os.getpid()}"
    names = {
        "working": str(ROOT / "pyproject.toml"), "entries": str(ROOT / "leaderboards"), "tests": __file__,
        "mark": str(mark), "beside": str(tmp_path / "beside"), "unix": unix, "abstract": abstract, "pid": os.getpid(),
        "group": os.getpgid(0),
    }  # fmt: skip
    listening = [socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    try:
        for each, address in zip(listening, (("127.0.0.1", 0), unix, abstract), strict=True):
            each.bind(address)
            each.listen()
        names["port"] = listening[0].getsockname()[1]
        texts = [text.format(**names) for text in TRIES.values()] + list(MAY.values())
        path.write_text(PROBE.replace("TEXTS", repr(texts)))
        with isolated(path, TASK, code=True, limits=LIMITS, backend=backend) as (policy, _):
            could = play(policy, seen(len(texts)), steps=1)
    finally:
        signal.signal(signal.SIGUSR1, before)
        for each in listening:
            each.close()
    names_of = [*TRIES, *MAY]
    assert [name for name, done in zip(names_of, could, strict=True) if done] == list(MAY)
    assert not heard
    assert not mark.exists()
    assert path.read_text() == PROBE.replace("TEXTS", repr(texts))


def test_the_tries_would_succeed_outside(tmp_path: Path) -> None:
    """Or else they would show nothing: the same probe, run by a plain interpreter as this user."""
    harmless = [name for name in TRIES if name.startswith(("read", "list", "start"))]
    names = {
        "working": str(ROOT / "pyproject.toml"), "entries": str(ROOT / "leaderboards"), "tests": __file__,
        "beside": __file__, "pid": os.getpid(),
    }  # fmt: skip
    texts = [TRIES[name].format(**names) for name in harmless]
    probe = tmp_path / "probe.py"
    tail = "\nprint(*make_policy((), 0)([None] * len(TEXTS), None, None)[0])"
    probe.write_text((PROBE + tail).replace("TEXTS", repr(texts)))
    done = subprocess.run([sys.executable, str(probe)], capture_output=True, text=True, check=True)
    failed = {name for name, could in zip(harmless, done.stdout.split(), strict=True) if could == "0"}
    others = {"read the variables of the first process", "read the evaluator's memory", "list the home"}
    assert failed <= others  # what root alone may do


def test_what_is_printed_read_and_exchanged_does_no_harm(backend: Any, tmp_path: Path) -> None:
    """Prints are no answers, there is nothing to read, and what a submission puts in place of streams is its own."""
    path = tmp_path / f"loud{os.getpid()}.py"
    act = "print('1' * 999)\nassert sys.stdin.read() == ''\nsys.stdout = sys.stderr = None\nos.write(1, b'more')"
    path.write_text(code(load="threading.Thread(target=time.sleep, args=(999,)).start()", act=act))
    with leaves_nothing(path.name), isolated(path, TASK, code=True, limits=LIMITS, backend=backend) as (policy, run):
        first = policy(seen(), None, np.ones(6, bool))[0]
    np.testing.assert_array_equal(first, np.zeros(6))
    assert run.details["isolation"] == str(backend)


def test_a_strangers_code_is_told_nothing_of_levels(tmp_path: Path) -> None:
    """It has no keys to find seeds by, and nothing but the shape and the number of actions in its command."""
    path = tmp_path / "plain.py"
    path.write_text(code())
    with isolated(path, TASK, code=True) as (policy, _):
        assert not isinstance(policy, LevelPolicy)
        assert policy.keys is None  # type: ignore[attr-defined]


def test_a_worker_remembers_one_batch_and_none_when_it_has_ended(tmp_path: Path) -> None:
    path, starts = tmp_path / "plain.py", np.ones(6, bool)
    path.write_text(code())
    with isolated(path, TASK, code=True) as (policy, _):
        _, first = policy(seen(), None, starts)
        policy(seen(), None, starts)
        with pytest.raises(ValueError, match="one batch of games"):
            policy(seen(), first, ~starts)
    with pytest.raises(EntryError, match="it has been ended"):
        policy(seen(), None, starts)


def test_an_interrupt_ends_the_worker(backend: Any, tmp_path: Path) -> None:
    path = tmp_path / f"endless{os.getpid()}.py"
    path.write_text(code(act=LOOP))

    def interrupted() -> None:
        with isolated(path, TASK, code=True, backend=backend) as (policy, _):
            assert processes(path.name)
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            play(policy, seen())

    with leaves_nothing(path.name), pytest.raises(KeyboardInterrupt):
        interrupted()


def test_the_worker_ends_with_an_evaluator_that_is_killed(backend: Any, tmp_path: Path) -> None:
    path = tmp_path / f"orphan{os.getpid()}.py"
    path.write_text(code(load="libc = ctypes.CDLL(None)\nlibc.prctl(1, 0, 0, 0, 0)", act=LOOP))
    script = f"""
import os, pathlib, numpy, goalgap
from goalgap.isolation.backends import backends
from goalgap.isolation.policies import isolated
backend = next(each for each in backends() if each.name == {backend.name!r})
path, task = pathlib.Path({str(path)!r}), goalgap.task("CheeseCorner", size=5)
with isolated(path, task, code=True, backend=backend) as (policy, _):
    print("ready", flush=True)
    policy(numpy.zeros((6, 7, 7, 3), numpy.uint8), None, numpy.ones(6, bool))
"""
    place = os.environ | {"TMPDIR": str(tmp_path)}
    evaluator = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=place)
    assert evaluator.stdout is not None
    assert evaluator.stdout.readline() == b"ready\n"
    assert len(processes(path.name)) >= 2
    evaluator.kill()
    evaluator.wait()
    deadline = time.monotonic() + 5
    while processes(path.name) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes(path.name)
