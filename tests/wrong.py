"""Public calls with wrong arguments, made at random: what users, scripts and hostile input may hand to the package.

A case is a call and a text that tells it. Whatever it is given, a call returns, or refuses in the package's own words:
`mistake` says what is wrong with how a call ended, if anything is. Cases depend on their number alone.
"""

from __future__ import annotations

import linecache
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.error import Error, ResetNeeded

import goalgap
from goalgap.cli import COMMANDS, main
from goalgap.envs.engine.batch import Batch
from goalgap.eval.table.episodes import Episodes
from goalgap.files import StorageError

ROOT = str(Path(goalgap.__file__).parent)
NAMES, ID = ("CheeseCorner", "ChimeBandit"), "goalgap/{}-v{}"
REFUSALS = (ValueError, TypeError, KeyError, IndexError, FileNotFoundError, StorageError, ResetNeeded)
LONGEST = 4000  # characters of a message
TEXTS = (
    "", " ", "x", "..", "-1", "0", "CheeseCorner", "oracle:cheese", "oracle:x", "degraded:cheese:2", "train", "deploy",
    "x" * 10_000, "[/b]", "[bold]x", "\x1b[31mred", "\u202eedit", "\u65e5\u672c", "a\nb", "a\x00b", "no/such.zip",
    "***", "name=1", "size=9", ".:x", "os:x", "#c.m", "rgb_array", "SameStep", "9" * 5000, "1e400", "nan", "\ud800",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, 1, 2, 3, -1, -(2**63), 2**31, 2**63 - 1, 2**63, 10**30, 10**5000, 1.5, -0.0, float("nan"), float("inf"),
    True, False, np.int8(1), np.uint64(2**63), np.float32(0.5), np.ones(1, bool)[0], np.int64(-7), 3 + 1j,
)  # fmt: skip
ARRAYS: tuple[Any, ...] = (
    np.zeros(0), np.zeros(3), np.zeros(3, int), np.zeros((3, 1), int), np.arange(-1, 2), np.full(3, 10**7),
    np.ones(3, bool), np.array(1), np.zeros((2, 0)),
    np.array([1, 2, 2**63], np.uint64), np.array(["a", "b", "c"]), np.array([None, 1, 2]),
    np.zeros(3, "i1,f8"), np.array([1.0, np.nan, 2.0]), np.arange(3, dtype=">i8"), np.arange(6)[::2], np.zeros(2, int),
)  # fmt: skip
OTHERS: tuple[Any, ...] = (
    None,
    [],
    (),
    {},
    b"x",
    object(),
    int,
    len,
    {1},
    {"a": 1},
    range(3),
    Path("x"),
    ...,
    iter([1]),
)


class BrokenRuleError(Exception):
    """A command that ended as no command may."""


class Case(NamedTuple):
    """A call, and how people read it."""

    told: str
    call: Callable[[], Any]


class World(NamedTuple):
    """What cases call, made once: environments of each face, and batches, one of which has never begun."""

    task: Any
    faces: tuple[Any, ...]
    batches: tuple[Any, ...]


@cache
def world() -> World:
    """The things that calls are made on."""
    task = goalgap.task("CheeseCorner")
    faces = [gymnasium.make(ID.format("CheeseCorner", 0)), gymnasium.make(ID.format("ChimeBandit", 1)).unwrapped]
    modes = ("NextStep", "SameStep", "Disabled")
    faces += [gymnasium.make_vec(task.game.id, num_envs=3, autoreset_mode=mode, horizon=9) for mode in modes]
    for each in faces[:4]:
        each.reset(seed=0)
    bandit = Batch.of(goalgap.task("ChimeBandit"), [0, 1, 2])
    return World(task, tuple(faces), (Batch.of(task, [0, 1, 2]), bandit, Batch(task, 3)))


def value(rng: random.Random, depth: int = 0) -> Any:
    """Anything, and now and then a list or a dictionary of such things."""
    kind = rng.randrange(12)
    if kind < 2 and depth < 2:
        return [value(rng, depth + 1) for _ in range(rng.choice((1, 2, 3, 3, 3)))]
    if kind < 3 and depth < 2:
        return {rng.choice((*OPTIONS, "x", 1)): value(rng, depth + 1) for _ in range(rng.randrange(3))}
    return rng.choice(rng.choice((TEXTS, NUMBERS, NUMBERS, ARRAYS, OTHERS)))


OPTIONS = ("level", "level_seed", "reset_mask")
ARGUMENTS = ("size", "maze", "region", "horizon", "alpha", "reward", "split", "render_mode", "sise", "game")


def made(rng: random.Random) -> Case:
    """Making an environment, or a task."""
    game, given = (
        goalgap.SUITE[rng.choice(NAMES)],
        {rng.choice(ARGUMENTS): value(rng) for _ in range(rng.randrange(1, 3))},
    )
    if rng.random() < 0.3:
        return call(goalgap.task, rng.choice((game.name, value(rng))), **given)
    if rng.random() < 0.5:
        return call(gymnasium.make, game.id, **given)
    few = rng.choice([each for each in NUMBERS if not isinstance(each, int) or not 10**4 < each <= 10**7])
    return call(gymnasium.make_vec, game.id, num_envs=few, **given)


def reset(rng: random.Random) -> Case:
    """Resetting an environment, by seeds, options and levels."""
    env, options = rng.choice(world().faces), value(rng)
    if rng.random() < 0.6:
        options = {rng.choice((*OPTIONS, "levels")): rng.choice((value(rng), drawing(rng)))}
    return call(env.reset, **rng.choice(({"options": options}, {"seed": value(rng)}, {"seed": 1, "options": options})))


def drawing(rng: random.Random) -> str:
    """A level as text, with a few characters changed, or lines lost or doubled."""
    batch = rng.choice(world().batches[:2])
    text = list(batch.task.game.art.level(batch.scenes()[0]))
    for _ in range(rng.randrange(4)):
        place = rng.randrange(len(text))
        text[place] = rng.choice(("#", ".", "c", "m", "\n", "", "0", "-", "payoff", "999999999999", "\u65e5"))
    lines = "".join(text).split("\n")
    return "\n".join(rng.choices(lines, k=len(lines))) if rng.random() < 0.2 else "\n".join(lines)


def step(rng: random.Random) -> Case:
    """Stepping an environment, or looking at it."""
    env = rng.choice(world().faces)
    return call(env.step, rng.choice((value(rng), [value(rng, 2) for _ in range(3)])))


INSIDE = (
    "seed", "reset", "reset_to_seeds", "reset_to_levels", "put", "step", "observe", "random_play", "action_values",
    "best_actions", "margins", "values", "advance",
)  # fmt: skip


def inside(rng: random.Random) -> Case:
    """What is called on a batch by hand."""
    batch, name = rng.choice(world().batches), rng.choice((*INSIDE, "of", "on", "new", "edit"))
    if name in ("of", "on"):
        return call(getattr(Batch, name), batch.task, value(rng))
    if name == "new":
        return call(Batch, batch.task, rng.choice([each for each in NUMBERS if not isinstance(each, int) or each < 9]))
    if name == "edit":
        return edited(rng, batch)
    if name in ("margins", "values", "advance"):
        return call(getattr(batch, name))
    given = (
        (value(rng), value(rng)) if rng.random() < 0.4 and name.startswith(("reset_", "put", "seed")) else (value(rng),)
    )
    if name == "random_play":
        given = (rng.choice([each for each in (*NUMBERS, *TEXTS) if not isinstance(each, int) or each < 9]),)
    return call(getattr(batch, name), *given)


def edited(rng: random.Random, batch: Any) -> Case:
    """Levels or states whose numbers were changed, and what looks at them afterwards."""
    records, number = rng.choice((batch.levels, batch.states)).copy(), rng.choice((-1, 10**6, -(10**6), 11, 99))
    enter = rng.choice((batch.reset_to_levels, batch.put))
    parts = [records, records["start"]] if "start" in records.dtype.names else [records]
    name = rng.choice([name for name in records.dtype.names if name != "start"])
    for part in parts:
        if name in part.dtype.names and part.dtype[name].names is None:
            part[name] = np.array(number).astype(part.dtype[name].base)
        elif name in part.dtype.names:
            part[name] = (number, 1)

    def look() -> None:
        enter(records)
        batch.observe()
        batch.values()
        batch.step(np.zeros(3, int))

    return Case(f"{enter.__name__}(records with {name} = {number})", look)


def judged(rng: random.Random) -> Case:
    """Evaluating, reading and reporting."""
    task = rng.choice((world().task, "CheeseCorner", value(rng)))
    policy = rng.choice(("random", "oracle:corner", value(rng)))
    levels = rng.choice(
        (1, *(each for each in (*NUMBERS, *OTHERS) if not isinstance(each, int | np.integer) or not 9 < each < 10**7))
    )
    where = rng.choice(({}, {"splits": value(rng)}, {"splits": ["deploy"]}, {"name": value(rng)}))
    return rng.choice((
        call(goalgap.evaluate, task, policy, levels, **where), call(goalgap.reference, value(rng)),
        call(goalgap.reference, "random", seed=value(rng)), call(goalgap.Report.of, value(rng)),
        call(Episodes.read, rng.choice((*TEXTS, Path("/dev/zero"), Path("/"), Path(__file__)))),
        call(goalgap.load_agent, rng.choice((*TEXTS, "/dev/zero", "/", __file__)), task),
        call(Episodes.join, value(rng)),
    ))  # fmt: skip


FLAGS = (
    "--size", "--alpha", "--reward", "--set", "--levels", "--seeds", "--processes", "--algorithm", "--split", "--png",
    "--svg", "--level-seeds", "--name", "--training-seed", "--argmax", "--forget", "--out", "--markdown", "--entries",
    "--x",
)  # fmt: skip
LAST = {
    "run": ("--steps", "0"),
    "train": ("--steps", "0"),
    "standard": ("no such",),
    "eval": ("--levels", "2"),
    "leaderboard": ("--entries", "none"),
    "leaderboard build": ("--entries", "none"),
    "leaderboard serve": ("--entries", "none"),
    "play": ("--level", "-1"),
}


def typed(rng: random.Random) -> Case:
    """A command line; those that would train or wait for a player end in an option that refuses to."""
    command = rng.choice((*COMMANDS, *TEXTS[:4]))
    words = [word for word in TEXTS if word not in ("..", "os:x")]
    line = [command, *rng.choices((*NAMES, *words), k=rng.randrange(3))]
    for _ in range(rng.randrange(4)):
        line += [rng.choice(FLAGS), rng.choice((*words, *map(str, range(-1, 10)), "99999999999"))]
    line += LAST.get(command, ())
    return Case(f"goalgap {line!r}", partial(run, line))


def run(line: list[str]) -> None:
    """Run a command, and hold what it says to the rules."""
    said, told, code = StringIO(), StringIO(), 0
    with redirect_stdout(said), redirect_stderr(told):
        try:
            main(line)
        except SystemExit as ending:
            code = ending.code or 0
    heard = told.getvalue()
    if code not in (0, 2) or "Traceback" in heard or len(heard) > 4 * LONGEST:
        raise BrokenRuleError(f"exit code {code}, {len(heard)} characters on stderr: {heard[-300:]}")


KINDS: dict[Callable[[random.Random], Case], int] = {made: 18, reset: 22, step: 18, inside: 24, judged: 14, typed: 8}


def case(number: int) -> Case:
    """The case of a number."""
    rng = random.Random(number)  # noqa: S311
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    return kind(rng)


def call(function: Any, *given: Any, **named: Any) -> Case:
    """A case that calls a function."""
    told = ", ".join([*map(short, given), *(f"{name}={short(each)}" for name, each in named.items())])
    return Case(f"{getattr(function, '__qualname__', function)}({told})", partial(function, *given, **named))


def short(given: Any) -> str:
    try:
        return repr(given)[:120]
    except ValueError:
        return "10^5000"


def mistake(made: Case) -> str:
    """What is wrong with how a call ends, in words; empty where it returns, or refuses as it should."""
    try:
        made.call()
    except BrokenRuleError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (whatever it is)
        return _fault(error)
    return ""


def _fault(error: BaseException) -> str:
    """A refusal is raised on purpose, by a line of ours, and says why; what never came to us is not ours."""
    places = [_is_ours(file) for file, _ in _places(error.__traceback__)]
    if not any(places) or _of_gymnasium(error):
        return _fault(error.__cause__) if error.__cause__ else ""
    file, line = list(_places(error.__traceback__))[-1]
    told, purpose = f"{type(error).__name__}: {error}"[:300], linecache.getline(file, line).strip().startswith("raise")
    refused = isinstance(error, REFUSALS) or (isinstance(error, RuntimeError) and "found no" in str(error))
    if not (refused and purpose and _is_ours(file)):
        return f"{told} at {file}:{line}"
    return "" if 0 < len(str(error)) <= LONGEST else f"a message of {len(str(error))} characters: {told}"


def _is_ours(file: str) -> bool:
    """Whether a file is the package's, and neither of a virtual environment below it nor one of its tests."""
    return file.startswith(ROOT) and not {"site-packages", "tests"} & {*Path(file.removeprefix(ROOT)).parts}


def _of_gymnasium(error: BaseException) -> bool:
    """Whether Gymnasium refused, or passed on what we said in words of its own."""
    return isinstance(error, Error) or "was raised from the environment creator" in str(error)


def _places(trace: Any) -> Iterator[tuple[str, int]]:
    """File and line of each frame, from the call inwards."""
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


if __name__ == "__main__":
    first, last = map(int, sys.argv[1:])
    out = os.dup(1)  # what the cases themselves print goes nowhere
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for number in range(first, last):
        os.write(out, f"{number}\n".encode())
        made_up = case(number)
        if wrong := mistake(made_up):
            os.write(out, f"{number}: {made_up.told[:200]!a} -> {wrong!a}\n".encode())
