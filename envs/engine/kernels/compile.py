"""Kernels are plain Python functions; this module compiles them, late and once.

An environment is written as scalar functions over one record, marked with `@kernel`.
Importing it costs nothing: numba is imported, and code compiled, when the first batch is made.
`compile_loop` takes a loop over many games (see `loops`), puts one game's kernels in place of
the names it uses, and compiles it as a module-level function, because numba does not find
closures over compiled functions in its cache. The cached name carries a digest of the bytecode
and constants it was made from, so a changed kernel can never meet code compiled from an older one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
Kernel = Callable[..., Any]
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def kernel(function: F) -> F:
    """Mark a function that the engine compiles: scalar code over records, no Python objects."""
    function.__dict__["is_kernel"] = True
    return function


def compile_loop(loop: Kernel, kernels: Mapping[str, Kernel], module: ModuleType, records: str = "") -> Kernel:
    """Compile `loop` with `kernels` bound to the names it calls, cached on disk for `module`.

    `records` names the types it is for. numba numbers what one function's cache holds, and two processes
    that compile for other types at once take the same number, so each set of types gets its own cache.
    The symbols of the kernels inside bear the tag too: numba calls a record type by a number that is its own in
    each process, so code that two processes compiled for other records would meet under one symbol.
    """
    from numba import njit

    tag = f"{module.__name__.rpartition('.')[2]}_{_digest(loop, kernels, records)}"
    bound: Any = _bind(loop, dict(kernels), hashlib.sha256(records.encode()).hexdigest()[:12])
    bound.__qualname__ = bound.__name__ = f"{loop.__name__}_{tag}"
    try:
        return njit(bound, cache=True, **OPTIONS)
    except RuntimeError:  # no folder for compiled code can be written: compile in each process
        return njit(bound, **OPTIONS)


@cache
def _compiled(function: FunctionType, tag: str = "") -> Kernel:
    from numba import njit

    bound: Any = _bind(function, {}, tag)
    bound.__qualname__ = bound.__name__ = f"{function.__name__}_{tag}"
    return njit(bound, **OPTIONS)


def _bind(function: Any, kernels: dict[str, Kernel], tag: str) -> FunctionType:
    """A copy of `function` whose global names lead to compiled kernels."""
    scope = dict(function.__globals__)
    for name in function.__code__.co_names:
        used = kernels.get(name, scope.get(name))
        if getattr(used, "is_kernel", False):
            scope[name] = _compiled(used, tag)
    return FunctionType(function.__code__, scope, function.__name__, function.__defaults__)


def _digest(loop: Kernel, kernels: Mapping[str, Kernel], records: str = "") -> str:
    parts = {"options": repr(OPTIONS), "records": f"in every symbol: {records}"}
    _collect(loop, kernels, parts)
    return hashlib.sha256(repr(sorted(parts.items())).encode()).hexdigest()[:12]


def _collect(function: Any, kernels: Mapping[str, Kernel], parts: dict[str, str]) -> None:
    """Add the code of a function, of every kernel it calls, and the global numbers that they use."""
    key = f"{function.__module__}.{function.__qualname__}"
    if key in parts:
        return
    parts[key] = repr(_content(function.__code__))
    for name in function.__code__.co_names:
        used = kernels.get(name, function.__globals__.get(name))
        if getattr(used, "is_kernel", False):
            parts[f"{key}.{name}"] = f"{used.__module__}.{used.__qualname__}"
            _collect(used, kernels, parts)
        elif isinstance(used, np.ndarray | np.generic | int | float | str | tuple):
            parts[f"{key}.{name}"] = repr((used.dtype, used.tolist()) if isinstance(used, np.ndarray) else used)


def _content(code: CodeType) -> tuple[Any, ...]:
    """What a code object does, whichever file and line it stands on."""
    constants = [_content(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars
