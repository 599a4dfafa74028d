"""What commands say in a line: text as it is, whatever stands in a path or a name, and mistakes as a sentence."""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import suppress
from typing import Any, TextIO

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from ..choices import printable
from ..eval.table.record import first_mistake
from ..files import StorageError

WORD, LINE = 400, 2000  # characters that are shown of one word, and of one mistake
WIDE = 10_000  # columns of a pipe
READING = {
    errno.EACCES: "you may not read it: change its permissions",
    errno.EISDIR: "it is a folder, not a file",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links lead in circles",
}


def output(stderr: bool = False) -> Console:
    """Where commands write: lines are as long as a terminal is wide, or COLUMNS says; on a pipe none is broken."""
    console = Console(file=Aside(sys.stderr)) if stderr else Console()  # type: ignore[arg-type]
    if not console.width or not (console.is_terminal or os.environ.get("COLUMNS", "").isdigit()):
        console.width = WIDE
    return console


class Aside:
    """A stream for what is said by the way. Once nobody reads it any more, or the disk is full, it goes nowhere.

    What is at work must not end for that.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            self._forget()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            self._forget()

    def _forget(self) -> None:
        """Let the stream write to nowhere, also what it has not written yet: it will be flushed at the end."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


def say(console: Console, text: str) -> None:
    """Print a line as it is, but for characters that cannot be printed."""
    console.print(Text(printable(text)), soft_wrap=True)


def tell_mistake(error: BaseException) -> None:
    """Print on stderr what the user can mend."""
    output(stderr=True).print(Text.assemble(("error:", "bold red"), " ", sentence(error)), soft_wrap=True)


def sentence(error: BaseException) -> str:
    """What is wrong, in one line of bounded length."""
    text = printable(" ".join(_words(error).split()))
    text = re.sub(rf"\S{{{WORD},}}", lambda word: f"{word[0][: WORD // 2]}...", text)
    return text if len(text) <= LINE else f"{text[: LINE // 2]} ... {text[-LINE // 2 :]}"


def _words(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"there is not enough memory for this: ask for less at a time. {error}"
    if isinstance(error, OSError) and not isinstance(error, StorageError) and error.errno and error.filename:
        return f"cannot read {error.filename}: {READING.get(error.errno, error.strerror)}"
    if isinstance(error, ValidationError):
        return first_mistake(error)
    return str(error) or type(error).__name__


def write_any_terminal() -> None:
    """Let what a terminal cannot write, such as one of ASCII only, become question marks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
