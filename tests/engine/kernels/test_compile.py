"""Compiled code is what the sources say: found again by the next process, never taken from older sources."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from types import FunctionType, ModuleType

import gymnasium
import numpy as np
import pytest
from numba.core import caching, config

from goalgap import SUITE
from goalgap.envs.engine.kernels import rng
from goalgap.envs.engine.kernels.bound import Loops
from goalgap.envs.engine.kernels.compile import Compiler, compiled, kernel
from goalgap.envs.engine.kernels.loops import never

TOY = """
from goalgap.envs.engine.kernels.compile import Compiler, kernel, stub

@stub
@kernel
def worth(x):
    return x

@kernel
def own_worth(x):
    return x + {number}

def total(values):
    result = 0
    for value in values:
        result += worth(value)
    return result
"""
RUN = """
import json, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import toy
loop = toy.Compiler("toy", {"worth": toy.own_worth}).loop(toy.total)
answer = loop(np.arange(4))
print(json.dumps([int(answer), sum(loop.stats.cache_hits.values()), sum(loop.stats.cache_misses.values())]))
"""
PLAY = """
import json, sys
import gymnasium, goalgap
told = {}
for env_id in sys.argv[1:]:
    env = gymnasium.make(env_id)
    env.reset(seed=0)
    env.step(0)
    env.unwrapped.batch.values()
    used = env.unwrapped.batch.loops.dispatchers
    told[env_id] = [len(used), sum(sum(loop.stats.cache_misses.values()) for loop in used)]
print(json.dumps(told))
"""


def toy(folder, number=1):
    """A module of its own with a stub, a kernel to take its place, and a loop that uses it."""
    path, source = folder / "toy.py", TOY.format(number=number)
    if not path.exists() or path.read_text() != source:  # compiled code is bound to the file's time
        path.write_text(source)
    module = ModuleType("toy")
    exec(compile(path.read_text(), str(path), "exec"), module.__dict__)  # noqa: S102
    return module


def loop_of(module):
    return Compiler("toy", {"worth": module.own_worth}).loop(module.total)


def process(script, *args, **variables):
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/", env=os.environ | variables)


def told(started):
    out, _ = started.communicate(timeout=120)
    assert started.returncode == 0
    return json.loads(out)


def test_kernels_stay_plain_functions():
    """Nothing is compiled by importing; a kernel can be read, and called, as it is written."""
    for game in SUITE.values():
        assert isinstance(game.kernels["step"], FunctionType)
    with np.errstate(over="ignore"):
        words = np.array([rng.mix(np.uint64(word)) for word in range(50)])
    fast = compiled(rng.mix)
    np.testing.assert_array_equal(words, [fast(np.uint64(word)) for word in range(50)])


def test_a_loop_gets_the_kernels_of_its_game_in_place_of_stubs(tmp_path):
    one, two = toy(tmp_path), toy(tmp_path, 2)
    assert loop_of(one)(np.arange(4)) == 10
    assert loop_of(two)(np.arange(4)) == 14
    assert Compiler("toy", {}).loop(one.total)(np.arange(4)) == 6
    assert isinstance(one.worth, FunctionType)
    assert one.total(np.arange(4)) == 6


def test_other_code_other_kernels_and_other_records_have_other_names(tmp_path):
    """What is compiled is what was loaded, also when the file has changed since."""
    modules = [toy(tmp_path, number) for number in (1, 2, 1)]
    names = [loop_of(module).__name__ for module in modules]
    assert names[0] == names[2] != names[1]
    plain, other = Compiler("toy", {}), Compiler("toy", {}, "other records")
    assert len({names[0], *(compiler.loop(modules[0].total).__name__ for compiler in (plain, other))}) == 3


def test_loops_of_a_game_share_their_kernels():
    """Though where no distinguishing level is wanted, what tells them is not compiled."""
    game = SUITE["KeysAndChests"]
    loops = Loops(game.name, game.kernels, "")
    assert loops.draw_agreeing is not None
    drawing = set(loops._compiler._inner)
    assert game.kernels["distinguishes"] not in drawing
    assert loops.draw is not None
    assert set(loops._compiler._inner) > drawing >= {game.kernels["sample"], never}
    assert len({loop.py_func.__name__ for loop in loops.dispatchers}) == 2


def test_the_name_depends_on_all_that_is_used():
    """Kernels of kernels, numbers, and arrays; not on the names of files, and not on the order of loading."""

    def digest(factor, table):
        scope = {"kernel": kernel, "FACTOR": factor, "TABLE": table, "__name__": "toy"}
        code = "@kernel\ndef inner(x):\n    return x * FACTOR + TABLE[0]\n@kernel\ndef outer(x):\n    return inner(x)\n"
        exec(code, scope)  # noqa: S102
        return Compiler("toy", {}).digest(scope["outer"])

    digests = [digest(2, np.arange(3)), digest(3, np.arange(3)), digest(2, np.arange(1, 4)), digest(2, np.arange(3.0))]
    assert len(set(digests)) == 4
    assert digest(2, np.arange(3)) == digests[0]


def test_the_next_process_finds_compiled_code(tmp_path):
    toy(tmp_path)
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert told(process(RUN, tmp_path, **cache)) == [10, 0, 1]
    assert told(process(RUN, tmp_path, **cache)) == [10, 1, 0]
    toy(tmp_path, 5)
    assert told(process(RUN, tmp_path, **cache)) == [26, 0, 1]


def test_processes_that_compile_at_once_do_not_harm_each_other(tmp_path):
    toy(tmp_path)
    cache = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    started = [process(RUN, tmp_path, **cache) for _ in range(3)]
    assert [told(each)[0] for each in started] == [10, 10, 10]
    assert told(process(RUN, tmp_path, **cache)) == [10, 1, 0]


def test_environments_compile_nothing_in_the_next_process():
    ids = [game.id for game in SUITE.values()]
    for env_id in ids:
        env = gymnasium.make(env_id)
        env.reset(seed=0)
        env.step(0)
        env.unwrapped.batch.values()
    for used, missed in told(process(PLAY, *ids)).values():
        assert used >= 6
        assert missed == 0


def test_code_that_different_processes_compiled_for_different_records_does_not_mix(tmp_path):
    """Each process numbers its record types from the start, and loaded code must not be told apart by that alone."""
    script = (
        "import sys, zlib, goalgap, numpy as np\n"
        "from goalgap.envs.engine.batch import Batch\n"
        "for size in map(int, sys.argv[1:]):\n"
        "    task = goalgap.task('CheeseCorner', size=size)\n"
        "    levels = np.zeros(64, task.level_dtype)\n"
        "    levels['walls'] = np.arange(64)[:, None] << 1 & 2**size | 1 | 1 << size + 1\n"
        "    levels['walls'][:, [0, -1]], levels['horizon'] = 2 ** (size + 2) - 1, 9\n"
        "    levels['start']['mouse'] = 3, 3\n"
        "    batch = Batch.on(task, levels)\n"
        "    batch.step(np.arange(64) % 4)\n"
        "    print(size, zlib.crc32(batch.observe()), flush=True)\n"
    )
    here = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    alone, other, both = (
        subprocess.check_output([sys.executable, "-c", script, *sizes], env=here, text=True)
        for sizes in (["13"], ["5"], ["13", "5"])
    )
    assert both == alone + other


def test_without_a_folder_to_write_it_compiles_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    loop = loop_of(toy(tmp_path, 4))
    assert loop(np.arange(4)) == 22
    assert loop.stats.cache_path is None


def loaded(folder):
    """A loop of a process that begins now, what it gives, and how often it was found on the disk and compiled."""
    loop = loop_of(toy(folder))
    return int(loop(np.arange(4))), sum(loop.stats.cache_hits.values()), sum(loop.stats.cache_misses.values())


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A folder with a toy whose loop is compiled and kept, in its folder `cache`."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "toy", ModuleType("toy"))  # where loaded code is looked for
    assert loaded(tmp_path) == (10, 0, 1)
    assert loaded(tmp_path) == (10, 1, 0)
    return tmp_path


def flipped(content):
    """One bit of the code itself changed, far behind the names of what is held."""
    place = len(content) * 2 // 3
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


DAMAGE = {"empty": lambda _: b"", "cut": lambda content: content[: len(content) // 2], "flipped": flipped}


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_code_is_compiled_again_and_kept(cached, kind, damage):
    (file,) = (cached / "cache").rglob(f"*.{kind}")
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    assert loaded(cached)[:2] == (10, 0)
    assert loaded(cached) == (10, 1, 0)


def test_code_that_cannot_be_kept_runs_and_says_where_there_is_no_room(cached, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    shutil.rmtree(cached / "cache")
    monkeypatch.setattr(caching.IndexDataCacheFile, "save", full)
    with pytest.warns(UserWarning, match=r"cannot be kept in .*cache.* \(No space left.*make room there"):
        assert loaded(cached) == (10, 0, 1)
