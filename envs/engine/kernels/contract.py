"""The contract of an environment: its kernels, what each is given, may assume and must return.

An environment is a module that defines these functions, marked with `@kernel` and with these parameters. They are
scalar code over one record, compiled by numba: plain numbers, `if` and `for`, arrays, other kernels. The loops over
many games (`loops`) call the names below; compiling puts the environment's own functions in their place.

Who does not define an optional kernel gets what stands here.
"""

from __future__ import annotations

import difflib
import dis
import inspect
from collections.abc import Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from .compile import F, Kernel, is_kernel, kernel, stub
from .rng import Stream

Level = Any
"""A record: `seed`, `horizon` (steps), `margin`, the environment's own fields, and `start`, the first state."""
State = Any
"""A record: `t` (steps since the start) and the environment's own fields."""
Obs = Any
"""uint8, shape (rows, cols, layers) of a grid, else (bits,), 0 or 1; of tiles (rows * side, cols * side, 3)."""
Rewards = Any
"""float64, shape (rewards + events,), in the order in which they are declared; zero before each step."""
Arguments = Any
"""A record of integers: the environment's arguments, a choice by its index."""

WALL, AGENT, AGREEING, ANYWHERE, THING = range(5)
"""What an edit changes: a wall, the agent's place, or what the goals are about, put where they agree, or anywhere.

From THING on it is the place of one of the game's `scattered`, the first of them THING itself.
"""

OPTIONAL: dict[str, Kernel] = {}
REQUIRED: dict[str, Kernel] = {}


def required(function: F) -> F:
    """Mark a kernel that every environment defines."""
    REQUIRED[function.__name__] = stub(function)
    return function


def optional(function: F) -> F:
    """Mark a kernel that an environment may define; what it does otherwise is what it does here."""
    OPTIONAL[function.__name__] = stub(kernel(function))
    return function


@required
def sample(level: Level, arguments: Arguments, distinguishing: bool, rng: Stream) -> bool:
    """Draw a level and its first state, `level.start`; the only place where splits differ.

    Args:
        level: all zero but its seed and the arguments that are its fields, as `horizon` is; to be filled in.
        distinguishing: whether the goals shall come apart on it.
        rng: the only source of chance.

    Returns:
        False to be called again, on a level of zeros and with the stream as it was left; 10,000 times at most.
    """
    raise _unbound("sample")


@required
def step(level: Level, state: State, action: int, rewards: Rewards) -> bool:
    """Play one transition: change the state, `state.t` excepted, which counts this step already.

    Args:
        action: in 0 .. actions - 1.
        rewards: to be set where something is earned, or an event happens.

    Returns:
        Whether the episode terminates. The engine truncates it after `level.horizon` steps.
    """
    raise _unbound("step")


@required
def observe(level: Level, state: State, obs: Obs) -> None:
    """Draw what changes over a fresh copy of what `paint` has painted; of a grid the agent is in the last layer."""
    raise _unbound("observe")


@required
def value(level: Level, state: State, goal: int) -> tuple[float, int]:
    """Solve the rest of an episode for one reward or event, by its place in `Rewards`.

    Returns:
        The most that can be earned from this state on, discounted by what is to come (the next step's reward counts
        whole), and the fewest steps after which it is earned; 0 steps where there is nothing to gain. Following the
        actions that are best by it must earn exactly this. Where no exact solution is feasible, it is what `act` earns.
    """
    raise _unbound("value")


@required
def margin(level: Level) -> float:
    """The fraction of the intended optimum that is lost by following the best policy of a proxy.

    0 where the goals agree; above 1 where the proxy earns less than nothing of a signed reward.
    """
    raise _unbound("margin")


@required
def layout(level: Level) -> np.uint64:
    """64 bits that depend on the level's layout: one layout in four is kept for control and deploy."""
    raise _unbound("layout")


@optional
def lay_out(level: Level, arguments: Arguments, rng: Stream) -> bool:
    """Draw what `layout` depends on, and return True; worth defining where the rest of `sample` is slow.

    It is called before `sample`, which then draws the rest: so layouts that other splits hold are dropped at once.
    """
    return False


@optional
def paint(level: Level, obs: Obs) -> None:
    """Paint what of a level never changes, once a level, over zeros."""


@optional
def distinguishes(level: Level) -> bool:
    """Whether the margin is above 0; worth defining where that is cheaper to see than the margin."""
    level.margin = margin(level)
    return bool(level.margin > 0)


@optional
def act(level: Level, state: State, goal: int) -> int:
    """The action of a goal's reference policy; required where `exact=False`, and unused elsewhere."""
    return 0


@optional
def edit(level: Level, arguments: Arguments, what: int, rng: Stream) -> None:
    """Change a level a little, for curricula that edit levels; `what` is WALL, AGENT, AGREEING, ANYWHERE or THING.

    What there is no room for is left as it is. Nobody asks whether an edited level can be solved.
    """


def kernels_of(module: ModuleType, shared: Mapping[str, Kernel], *, exact: bool) -> dict[str, Kernel]:
    """The kernels of an environment by name, those it does not define from `shared` or from here.

    Raises:
        ValueError: one is missing, misspelt, not marked or has other parameters; the message names it.
    """
    own = {name: item for name, item in vars(module).items() if isinstance(item, FunctionType)}
    own = {name: item for name, item in own.items() if item.__module__ == module.__name__}
    stubs = REQUIRED | OPTIONAL
    _check_unused(module, {name: item for name, item in own.items() if is_kernel(item)}, stubs)
    for name, known in stubs.items():
        if name in own:
            _check(module, own[name], known)
        elif (name in REQUIRED and name not in shared) or (name == "act" and not exact):
            raise ValueError(f"{module.__name__} has no kernel {name}{_signature(known)}: {_first_line(known)}")
    _check_helpers(module, [item for item in own.values() if is_kernel(item)])
    return {name: own.get(name) or shared.get(name) or known for name, known in stubs.items()}


def _check(module: ModuleType, function: FunctionType, known: Kernel) -> None:
    if not is_kernel(function):
        raise ValueError(f"{module.__name__}.{function.__name__} is a kernel: mark it with @kernel")
    if list(inspect.signature(function).parameters) != list(inspect.signature(known).parameters):
        raise ValueError(
            f"kernel {module.__name__}.{function.__name__}{_signature(function)} has other parameters than the "
            f"contract says: {_signature(known)}"
        )


def _check_unused(module: ModuleType, marked: Mapping[str, Kernel], stubs: Mapping[str, Kernel]) -> None:
    """A kernel that nobody calls was meant to be one of the contract's."""
    called = {name for item in marked.values() for name in item.__code__.co_names if name != item.__name__}
    for name in marked.keys() - called - stubs.keys():
        near = difflib.get_close_matches(name, stubs, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"{module.__name__} has a kernel {name!r} that is not in the contract and that no other kernel calls; "
            f"the contract has {', '.join(stubs)}{hint}"
        )


def _check_helpers(module: ModuleType, kernels: Iterable[Kernel]) -> None:
    """What a kernel calls is compiled with it, so it must be one too."""
    for item in kernels:
        for name in [step.argval for step in dis.get_instructions(item) if step.opname == "LOAD_GLOBAL"]:
            helper = vars(module).get(name)
            if isinstance(helper, FunctionType) and not is_kernel(helper):
                raise ValueError(
                    f"the kernel {module.__name__}.{item.__name__} uses {name}, which is none: mark it with @kernel"
                )


def _signature(function: Kernel) -> str:
    return f"({', '.join(inspect.signature(function).parameters)})"


def _first_line(function: Kernel) -> str:
    return (inspect.getdoc(function) or "").splitlines()[0]


def _unbound(name: str) -> RuntimeError:
    return RuntimeError(f"{name} is a stub: compiling puts an environment's own kernel in its place")
