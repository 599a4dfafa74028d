"""Kernels are plain Python functions; this module compiles them, late and once.

An environment is written as scalar functions over one record, marked with `@kernel`. Importing it costs nothing:
numba is imported, and code compiled, when the first batch is made. A loop over many games (see `loops`) is compiled
for one game and one kind of records: the game's kernels take the place of the stubs that it calls. It is compiled as
a module-level function, because numba does not find closures over compiled functions in its cache. The cached name
carries a digest of the bytecode and constants it was made from, so a changed kernel can never meet code compiled from
an older one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from types import CodeType, FunctionType
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])
Kernel = Callable[..., Any]
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
INNER = {**OPTIONS, "no_cpython_wrapper": True}  # called by compiled code only, which halves the time to compile it
CONSTANTS = (np.ndarray, np.generic, np.dtype, int, float, str, tuple)


def kernel(function: F) -> F:
    """Mark a function that the engine compiles: scalar code over records, no Python objects."""
    function.__dict__["is_kernel"] = True
    return function


def stub(function: F) -> F:
    """Mark a function whose place a game's kernel of the same name takes."""
    function.__dict__["is_stub"] = True
    return function


class Compiler:
    """Compiles functions with the kernels of one game, for one kind of records.

    numba numbers what one function's cache holds, and two processes that compile for other types at once take the
    same number, so each set of types gets its own cache. The symbols of the kernels inside bear the tag too: numba
    calls a record type by a number that is its own in each process, so code that two processes compiled for other
    records would meet under one symbol.

    Args:
        name: of the game, for people who look at the cache.
        kernels: what takes the place of global names that lead to kernels.
        records: the types it is for, as text.
    """

    def __init__(self, name: str, kernels: Mapping[str, Kernel], records: str = "") -> None:
        self.name, self.kernels, self.records = name, dict(kernels), records
        self._tag = _short(f"{name} {records}")
        self._inner: dict[Kernel, Kernel] = {}

    def loop(self, template: F) -> F:
        """`template` compiled, cached on disk where a folder for that can be written."""
        from numba import njit

        from .cache import SoundCache

        dispatcher = njit(self._bind(template, f"{self.name}_{self.digest(template)}"), **OPTIONS)
        with suppress(RuntimeError):  # there is no such folder: compile in each process
            vars(dispatcher)["_cache"] = SoundCache(dispatcher.py_func)
        return dispatcher

    def digest(self, template: Kernel) -> str:
        """12 hexadecimal digits that depend on all code, constants and types of a compiled loop."""
        parts = {"options": repr(OPTIONS), "cache": "with checksums", "records": f"in every symbol: {self.records}"}
        self._collect(template, parts)
        return _short(repr(sorted(parts.items())))

    def _compiled(self, function: Any) -> Kernel:
        from numba import njit

        from .inlining import Inlined

        if function not in self._inner:
            self._inner[function] = njit(self._bind(function, self._tag), pipeline_class=Inlined, **INNER)
        return self._inner[function]

    def _bind(self, function: Any, tag: str) -> FunctionType:
        """A copy of `function` whose global names lead to compiled kernels."""
        used = {name: self._meant(function, name) for name in function.__code__.co_names}
        bound = with_globals(function, **{name: self._compiled(each) for name, each in used.items() if is_kernel(each)})
        bound.__qualname__ = bound.__name__ = f"{function.__name__}_{tag}"
        return bound

    def _meant(self, function: Any, name: str) -> Any:
        """What a global name of a function leads to: the game's kernel, where it leads to a stub of the contract."""
        used = function.__globals__.get(name)
        return self.kernels.get(name, used) if getattr(used, "is_stub", False) else used

    def _collect(self, function: Any, parts: dict[str, str]) -> None:
        """Add the code of a function, of every kernel it calls, and the global constants that they use."""
        key = f"{function.__module__}.{function.__qualname__}"
        if key in parts:
            return
        parts[key] = repr(_content(function.__code__))
        for name in function.__code__.co_names:
            used = self._meant(function, name)
            if is_kernel(used):
                parts[f"{key}.{name}"] = f"{used.__module__}.{used.__qualname__}"
                self._collect(used, parts)
            elif isinstance(used, CONSTANTS):
                parts[f"{key}.{name}"] = repr((used.dtype, used.tolist()) if isinstance(used, np.ndarray) else used)


@cache
def compiled(function: Any) -> Kernel:
    """A kernel compiled by itself, in this process, for whatever it is called with."""
    from numba import njit

    return njit(Compiler("", {})._bind(function, "alone"), **OPTIONS)  # noqa: SLF001


def with_globals(function: Any, **used: Any) -> FunctionType:
    """A copy of a function that finds other things under some global names."""
    return FunctionType(function.__code__, {**function.__globals__, **used}, function.__name__, function.__defaults__)


def is_kernel(item: Any) -> bool:
    """Whether an object is a function marked with `@kernel`."""
    return bool(getattr(item, "is_kernel", False))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _content(code: CodeType) -> tuple[Any, ...]:
    """What a code object does, whichever file and line it stands on."""
    constants = [_content(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars
