"""`goalgap play`: playing a level oneself, in a window or in the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.text import Text

from ..envs.engine.faces.single import GoalGapEnv
from ..envs.engine.keys import keys
from ..envs.engine.levels import checked_seeds
from ..envs.engine.looks.font import write
from ..envs.engine.looks.goals import INK, LINE, PAPER
from ..envs.engine.task import Task
from ..extras import needs_extras
from ..terms import Split
from .keyboard import pressed
from .options import Environment, Flag, Options, RefusedError, Shared
from .saying import output

QUIT, AGAIN, NEXT = ("q", "escape"), ("r",), ("n", "enter", "return", "space")


def play(
    environment: Environment,
    options: Shared = Options(),  # noqa: B008
    split: Split = "train",
    level: int = 0,
    terminal: Flag = False,
) -> None:
    """Play levels yourself: arrows or w a s d move, digits take any action; n next level, r again, q quit.

    Args:
        environment: name or id.
        options: how the environment is made.
        split: of which split.
        level: the first level, by its seed.
        terminal: play in the terminal instead of a window.
    """
    task = options.task(environment)
    session = Session(task if split == "train" else task.on(split), int(checked_seeds([level])[0]))
    if terminal:
        play_in_terminal(session, pressed(), output())
        return
    with needs_extras():
        play_in_window(session)


class Session:
    """Levels played one after another by keys.

    Attributes:
        told: what there is to say, line by line.
        over: whether the episode has ended.
    """

    def __init__(self, task: Task, level: int) -> None:
        self.env, self.level = GoalGapEnv(task, "rgb_array"), level
        self.keys = keys(task.game.actions)
        self.begin(level)

    def begin(self, level: int) -> None:
        """Start on a level."""
        self.level, self.over = level, False
        _, info = self.env.reset(options={"level_seed": level})
        self.told = [f"{self.env.task.game.name}, {self.env.task.split}, level {level}", self._earned(info)]

    def press(self, key: str) -> bool:
        """Do what a key asks for; whether to go on."""
        if key in QUIT:
            return False
        if key in AGAIN or (key in NEXT and key not in self.keys):
            self.begin(self.level + (key in NEXT))
        elif key in self.keys and not self.over:
            self._act(self.keys[key])
        return True

    def _act(self, action: int) -> None:
        _, _, terminated, truncated, info = self.env.step(action)
        game, clock = self.env.task.game, int(self.env.batch.states["t"][0])
        gains = [f"{name} {amount:+g}" for name, amount in info["goals"].items() if amount]
        self.told[1:] = [self._earned(info), f"step {clock}: {', '.join([game.actions[action], *gains])}"]
        self.over = terminated or truncated
        if self.over:
            end, went = (
                "The end" if terminated else "Time is up",
                "You went" if info["is_success"] else "You did not go",
            )
            self.told.append(f"{end}. {went} for {game.intended.name}. n: next level")

    def _earned(self, info: dict[str, Any]) -> str:
        goals = self.env.task.game.goals
        return ", ".join(f"{goal.name} ({goal.role}) {info['returns'][goal.name]:.2f}" for goal in goals)


def play_in_terminal(session: Session, keyboard: Iterable[str], console: Console) -> None:
    """Draw the level as text after each key, until the keys end or one says so."""
    _print(session, console)
    for key in keyboard:
        if not session.press(key):
            return
        _print(session, console)


def _print(session: Session, console: Console) -> None:
    console.clear()
    art, scene = session.env.task.game.art, session.env.batch.scenes()[0]
    legend = " ".join(f"{glyph} {name}" for name, glyph in art.glyphs(session.env.task.game.things).items() if glyph)
    for line in (art.text(scene), "", legend, *session.told, _help(session)):
        console.print(Text(line), soft_wrap=True)


def _help(session: Session) -> str:
    actions = session.env.task.game.actions
    digits = [f"{key} {actions[action]}" for key, action in session.keys.items() if key.isdigit()]
    moves = "arrows move" if "up" in session.keys else ", ".join(digits)
    return f"{moves}; r again, n next level, q quit"


def play_in_window(session: Session) -> None:
    """Open a window, and redraw it after each key, until it is closed or a key says so."""
    import pygame

    _open(pygame)
    try:
        _show(pygame, session)
        for key in _window_keys(pygame):
            if not session.press(key):
                return
            _show(pygame, session)
    finally:
        pygame.display.quit()


def _open(pygame: Any) -> None:
    """RefusedError where there is no screen: SDL would draw a window that nobody sees, unless it was told to."""
    try:
        pygame.display.init()
        unseen = pygame.display.get_driver() == "offscreen" and "SDL_VIDEODRIVER" not in os.environ
    except pygame.error:
        unseen = True
    if unseen:
        raise RefusedError("there is no screen to open a window on: play in this terminal with --terminal")


def _window_keys(pygame: Any) -> Iterator[str]:
    while (event := pygame.event.wait()).type != pygame.QUIT:
        if event.type == pygame.KEYDOWN:
            yield pygame.key.name(event.key).strip("[]")  # as keys of the number pad are called


def _show(pygame: Any, session: Session) -> None:
    picture = window_picture(session)
    size = picture.shape[1::-1]
    screen = pygame.display.get_surface() or pygame.display.set_mode(size, pygame.SCALED | pygame.RESIZABLE)
    pygame.display.set_caption(session.told[0])
    screen.blit(pygame.surfarray.make_surface(picture.swapaxes(0, 1)), (0, 0))
    pygame.display.flip()


def window_picture(session: Session) -> NDArray[np.uint8]:
    """The level with its goals, and below what there is to say, uint8, shape (height, width, 3)."""
    picture = session.env.render()
    strip = np.full((LINE * 3 + 4, picture.shape[1], 3), PAPER, np.uint8)
    for k, line in enumerate([*session.told[2:4], *[""] * (4 - len(session.told)), _help(session)]):
        ink = write(line)[:, : strip.shape[1] - 10]
        strip[LINE * k + 2 : LINE * k + 2 + ink.shape[0], 5 : 5 + ink.shape[1]][ink] = INK
    return np.concatenate([picture, strip])
