"""The loops of one game, compiled for its records when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from . import loops
from .compile import Compiler, Kernel, with_globals
from .editing import Editing, edit_levels
from .loops import Draw, Games
from .notice import told

AGREEING = with_globals(loops.draw_levels, distinguishes=loops.never)
GAMELESS = Compiler("any", {})  # for loops that call no kernel of a game and see no records


class Loops:
    """The loops of `loops`, bound to the kernels of a game.

    A loop is always called with arguments of the same types: its batch makes them. So the first call compiles it, or
    finds it on the disk, and puts the compiled code in the attribute's place: later calls need not ask for types.
    """

    def __init__(self, name: str, kernels: Mapping[str, Kernel], records: str) -> None:
        self._compiler = Compiler(name, kernels, records)
        self.dispatchers: list[Any] = []

    @cached_property
    def draw(self) -> Callable[[Any, Any, Any, Draw], int]:
        return self._bind("draw", loops.draw_levels)

    @cached_property
    def draw_agreeing(self) -> Callable[[Any, Any, Any, Draw], int]:
        """As `draw`, where no distinguishing level is wanted."""
        return self._bind("draw_agreeing", AGREEING)

    @cached_property
    def next_seeds(self) -> Callable[[Any, Any, Any, Any], None]:
        return self._bind("next_seeds", loops.next_seeds, GAMELESS)

    @cached_property
    def edit(self) -> Callable[[Any, Any, Draw, Editing], None]:
        return self._bind("edit", edit_levels)

    @cached_property
    def measure(self) -> Callable[[Any], None]:
        return self._bind("measure", loops.measure_margins)

    @cached_property
    def start(self) -> Callable[[Games, Any], None]:
        return self._bind("start", loops.start_games)

    @cached_property
    def observe(self) -> Callable[[Games, Any, Any], None]:
        return self._bind("observe", loops.observe_games)

    @cached_property
    def step(self) -> Callable[[Games, Any, int, Any], int]:
        return self._bind("step", loops.step_games)

    @cached_property
    def play_randomly(self) -> Callable[[Any, Any, int, Any, Any, Any], None]:
        return self._bind("play_randomly", loops.play_randomly)

    @cached_property
    def value(self) -> Callable[[Any, Any, Any, Any], None]:
        return self._bind("value", loops.value_games)

    @cached_property
    def act(self) -> Callable[[Any, Any, int, Any], None]:
        return self._bind("act", loops.act_games)

    @cached_property
    def look_ahead(self) -> Callable[[Games, Any, int, Any, Any, Any], None]:
        return self._bind("look_ahead", loops.look_ahead)

    def _bind(self, name: str, template: Kernel, compiler: Compiler | None = None) -> Kernel:
        dispatcher: Any = (compiler or self._compiler).loop(template)
        self.dispatchers.append(dispatcher)

        def first(*arguments: Any) -> Any:
            with told(self._compiler.name):
                result = dispatcher(*arguments)
            self.__dict__[name] = dispatcher.get_overload(dispatcher.signatures[-1])
            return result

        return first


@cache
def loops_for(game: Any, records: str) -> Loops:
    """The loops of a game for records of the types that `records` tells."""
    return Loops(game.name, game.kernels, records)
