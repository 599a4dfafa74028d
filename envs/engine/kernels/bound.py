"""The loops of one game, compiled for its records when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any, TypeVar

from . import loops
from .compile import Compiler, Kernel

F = TypeVar("F", bound=Callable[..., Any])


class Loops:
    """The loops of `loops`, bound to the kernels of a game.

    A loop is always called with arguments of the same types: its batch makes them. So after the first call, which
    compiles it or finds it on the disk, the compiled code is called directly.
    """

    def __init__(self, name: str, kernels: Mapping[str, Kernel], records: str) -> None:
        self._full = Compiler(name, kernels, records)
        self._agreeing = Compiler(name, {**kernels, "distinguishes": loops.never}, records)
        self.dispatchers: list[Any] = []

    @cached_property
    def draw(self) -> Callable[[Any, Any, Any, loops.Draw], int]:
        return self._bind(self._full, loops.draw_levels)

    @cached_property
    def draw_agreeing(self) -> Callable[[Any, Any, Any, loops.Draw], int]:
        """As `draw`, where no distinguishing level is wanted."""
        return self._bind(self._agreeing, loops.draw_levels)

    @cached_property
    def next_seeds(self) -> Callable[..., None]:
        return self._bind(self._full, loops.next_seeds)

    @cached_property
    def measure(self) -> Callable[[Any], None]:
        return self._bind(self._full, loops.measure_margins)

    @cached_property
    def start(self) -> Callable[[loops.Games, Any], None]:
        return self._bind(self._full, loops.start_games)

    @cached_property
    def observe(self) -> Callable[[loops.Games, Any, Any], None]:
        return self._bind(self._full, loops.observe_games)

    @cached_property
    def step(self) -> Callable[[loops.Games, Any, int, Any], int]:
        return self._bind(self._full, loops.step_games)

    @cached_property
    def play_randomly(self) -> Callable[..., None]:
        return self._bind(self._full, loops.play_randomly)

    @cached_property
    def value(self) -> Callable[[Any, Any, Any], None]:
        return self._bind(self._full, loops.value_games)

    @cached_property
    def act(self) -> Callable[[Any, Any, int, Any], None]:
        return self._bind(self._full, loops.act_games)

    @cached_property
    def look_ahead(self) -> Callable[..., None]:
        return self._bind(self._full, loops.look_ahead)

    def _bind(self, compiler: Compiler, template: F) -> F:
        dispatcher: Any = compiler.loop(template)
        self.dispatchers.append(dispatcher)
        return _Direct(dispatcher)  # type: ignore[return-value]


class _Direct:
    """Calls what numba compiled for the first call's types, without asking for the types again."""

    def __init__(self, dispatcher: Any) -> None:
        self._dispatcher, self._code = dispatcher, None

    def __call__(self, *arguments: Any) -> Any:
        if self._code is None:
            result = self._dispatcher(*arguments)
            self._code = self._dispatcher.get_overload(self._dispatcher.signatures[-1])
            return result
        return self._code(*arguments)


@cache
def loops_for(game: Any, records: str) -> Loops:
    """The loops of a game for records of the types that `records` tells."""
    return Loops(game.name, game.kernels, records)
