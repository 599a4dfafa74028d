"""Declaring an environment checks its module against the contract of kernels, and an error names what is wrong."""

from __future__ import annotations

from types import ModuleType

import pytest

from goalgap import SUITE
from goalgap.envs.engine.kernels import contract, editing, loops
from goalgap.envs.engine.kernels.compile import is_kernel
from goalgap.envs.engine.kernels.contract import OPTIONAL, REQUIRED, kernels_of

WHOLE = """
from goalgap.envs.engine.kernels import kernel

@kernel
def sample(level, arguments, distinguishing, rng):
    return helped(level)

@kernel
def helped(level):
    return True

@kernel
def step(level, state, action, rewards):
    return False

@kernel
def observe(level, state, obs):
    pass

@kernel
def value(level, state, goal):
    return 0.0, 0

@kernel
def margin(level):
    return 0.0

@kernel
def layout(level):
    return level.seed
"""


def module(source):
    made = ModuleType("two_doors")
    exec(source, made.__dict__)  # noqa: S102
    return made


def test_a_module_that_defines_what_is_required_gets_the_rest_from_the_contract():
    kernels = kernels_of(module(WHOLE), {}, exact=True)
    assert set(kernels) == set(REQUIRED) | set(OPTIONAL)
    assert kernels["step"].__module__ == "two_doors"
    assert {name for name, kernel in kernels.items() if kernel.__module__ == contract.__name__} == set(OPTIONAL)
    assert all(is_kernel(kernel) for kernel in kernels.values())


def test_kernels_that_are_shared_need_not_be_defined():
    shared = {"layout": module(WHOLE).layout}
    without = WHOLE[: WHOLE.index("@kernel\ndef layout")]
    assert kernels_of(module(without), shared, exact=True)["layout"] is shared["layout"]
    assert kernels_of(module(WHOLE), shared, exact=True)["layout"] is not shared["layout"]


@pytest.mark.parametrize("name", [*REQUIRED])
def test_a_missing_kernel_is_named_and_described(name):
    start = WHOLE.index(f"@kernel\ndef {name}(")
    end = WHOLE.find("@kernel", start + 1)
    source = WHOLE[:start] + (WHOLE[end:] if end > 0 else "")
    source = source.replace("@kernel\ndef helped(level):\n    return True\n", "") if name == "sample" else source
    with pytest.raises(ValueError, match=rf"two_doors has no kernel {name}\(level.*\): [A-Z0-9]"):
        kernels_of(module(source), {}, exact=True)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "def value(level, state, goal)",
            "def value(level, goal, state)",
            r"kernel two_doors\.value\(level, goal, sta",
        ),
        ("def observe(level, state, obs)", "def observe(level, state)", r"observe.*says: \(level, state, obs\)"),
        ("@kernel\ndef margin", "def margin", r"two_doors\.margin is a kernel: mark it with @kernel"),
        ("@kernel\ndef helped", "def helped", r"kernel two_doors\.sample uses helped, which is none: mark it with @ke"),
        (
            "@kernel\ndef layout",
            "@kernel\ndef pain(level, obs):\n    pass\n\n@kernel\ndef layout",
            "'pain' that is not",
        ),
        ("@kernel\ndef layout", "@kernel\ndef pain(level, obs):\n    pass\n\n@kernel\ndef layout", "mean 'paint'"),
        ("return helped(level)", "return True", "'helped' that is not in the contract and that no other kernel calls"),
    ],
)
def test_what_is_wrong_with_a_kernel_is_named(old, new, told):
    assert old in WHOLE
    with pytest.raises(ValueError, match=told):
        kernels_of(module(WHOLE.replace(old, new)), {}, exact=True)


def test_where_there_is_no_exact_solution_a_reference_policy_is_required():
    with pytest.raises(ValueError, match=r"two_doors has no kernel act\(level, state, goal\)"):
        kernels_of(module(WHOLE), {}, exact=False)
    act = "@kernel\ndef act(level, state, goal):\n    return 1\n"
    assert kernels_of(module(WHOLE + act), {}, exact=False)["act"](None, None, 0) == 1


@pytest.mark.parametrize("name", [*REQUIRED])
def test_stubs_say_that_they_are_unbound(name):
    stub = REQUIRED[name]
    with pytest.raises(RuntimeError, match=f"{name} is a stub: compiling puts an environment's own kernel"):
        stub(*[None] * stub.__code__.co_argcount)
    assert stub.__doc__


def test_loops_call_the_stubs_and_nothing_that_is_not_in_the_contract():
    called = {**vars(loops), **vars(editing)}
    used = {name for name, item in called.items() if getattr(item, "is_stub", False)}
    assert used == set(REQUIRED) | set(OPTIONAL)


def test_every_environment_of_the_suite_defines_all_that_is_required(name):
    kernels = SUITE[name].kernels
    assert all(kernels[each] is not REQUIRED[each] for each in REQUIRED)
    assert kernels["act"] is not OPTIONAL["act"] or SUITE[name].exact
