"""The kernels of an environment are its own, those it shares, and those of the contract, which loops call."""

from __future__ import annotations

from types import ModuleType

import pytest

from goalgap import SUITE
from goalgap.envs.engine.kernels import contract, loops
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
def test_stubs_say_that_they_are_unbound(name):
    stub = REQUIRED[name]
    with pytest.raises(RuntimeError, match=f"{name} is a stub: compiling puts an environment's own kernel"):
        stub(*[None] * stub.__code__.co_argcount)
    assert stub.__doc__


def test_loops_call_the_stubs_and_nothing_that_is_not_in_the_contract():
    used = {name for name, item in vars(loops).items() if getattr(item, "is_stub", False)}
    assert used == set(REQUIRED) | set(OPTIONAL)


def test_every_environment_of_the_suite_defines_all_that_is_required(name):
    kernels = SUITE[name].kernels
    assert all(kernels[each] is not REQUIRED[each] for each in REQUIRED)
    assert kernels["act"] is not OPTIONAL["act"] or SUITE[name].exact
