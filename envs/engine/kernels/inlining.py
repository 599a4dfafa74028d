"""Kernels that only compiled code calls: typed and lowered once, optimized where they are called.

numba makes machine code of every function that it compiles, and optimizes it anew in every function that calls it. Code
of the kernels inside a loop is never run from Python, so its library here is only linked into the loop's, where all
is optimized as one: that takes a third off the time to compile. This is the only module that knows how numba links,
and it imports numba: import it late.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

codegen: Any = import_module("numba.core.codegen")  # numba has types here and there
compiler: Any = import_module("numba.core.compiler")


class Linked(codegen.JITCodeLibrary):  # type: ignore[misc]
    """A library of code for other libraries: none of it has an address."""

    @property
    def codegen(self) -> Any:
        """What sets the environment of a function that has an address."""
        return NoEnvironment()

    def finalize(self) -> None:
        """Link in what is called, and leave the rest to the caller's library."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)  # noqa: SLF001
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)  # noqa: SLF001
        self._finalized = True


class NoEnvironment:
    """In place of a code generator."""

    def set_env(self, name: str, environment: Any) -> None:
        """There is nothing that could be called with it."""


class Inlined(compiler.Compiler):  # type: ignore[misc]
    """Compiles a function for other compiled functions alone: by numba's own passes, into a library of its own kind."""

    def define_pipelines(self) -> Any:
        """Numba's passes; lowering takes the library that it finds."""
        self.state.library = Linked(self.state.targetctx.codegen(), self.state.func_id.func_qualname)
        return super().define_pipelines()
