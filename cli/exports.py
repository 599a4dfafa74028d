"""Options by which a command that shows tables also writes them to files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from ..eval.show.exports import as_csv, as_json, as_latex
from ..eval.show.figures import figure
from ..eval.show.tables import Section
from ..files import check_file, write_whole
from .options import OptionalPath
from .saying import say

Draw = Callable[[list[Section]], str]


@dataclass(frozen=True)
class Tables:
    """Files that the tables are written to as well."""

    csv: OptionalPath = None
    """a file for the tables as CSV"""
    latex: OptionalPath = None
    """a file for the tables as LaTeX, which needs the package booktabs"""
    json: OptionalPath = None
    """a file for the tables as JSON"""

    @property
    def given(self) -> dict[str, Path]:
        """The files that were asked for, by option."""
        files = {"csv": self.csv, "latex": self.latex, "json": self.json, "svg": self.drawn}
        return {option: path for option, path in files.items() if path}

    def check(self) -> None:
        """Before there is anything to write: StorageError where it could not be, ValueError of a figure not in SVG."""
        if self.drawn and self.drawn.suffix.lower() != ".svg":
            raise ValueError(f"{self.drawn} must end in .svg, which is what is written to it")
        for path in self.given.values():
            check_file(path)

    def write(
        self, console: Console, shown: Iterable[Section], long: Iterable[Section] = (), figure: Draw = figure
    ) -> None:
        """Write what was asked for and say so.

        Args:
            shown: the tables that the command shows.
            long: the same in tables of like columns, which CSV takes; those that are shown, if left out.
            figure: draws those that are shown.

        Raises:
            StorageError: a file cannot be written.
            ValueError: there is nothing to draw.
        """
        listed = list(shown)
        made = ((self.csv, as_csv, list(long) or listed), (self.latex, as_latex, listed), (self.json, as_json, listed))
        texts = {path: text(sections) for path, text, sections in (*made, (self.drawn, figure, listed)) if path}
        for path, text in texts.items():
            write_whole(path, text.encode())
            say(console, f"written: {path}")

    @property
    def drawn(self) -> Path | None:
        """The file for the figure."""
        return None


@dataclass(frozen=True)
class Exports(Tables):
    """Files that the tables, and what is drawn of them, are written to as well."""

    svg: OptionalPath = None
    """a file for the figure as SVG"""

    @property
    def drawn(self) -> Path | None:
        return self.svg


TableFiles = Annotated[Tables, tyro.conf.arg(name="")]
Files = Annotated[Exports, tyro.conf.arg(name="")]
