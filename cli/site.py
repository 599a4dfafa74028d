"""`goalgap leaderboard build` and `goalgap leaderboard serve`."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import tyro

from ..leaderboards import board
from ..leaderboards.folders import ENTRIES, entry_folders
from ..leaderboards.site.folder import LIST, check_place, write_site
from ..leaderboards.site.pages import board_files, entry_files
from ..leaderboards.site.rounds import round_tables
from .leaderboard import Entries, good_entries, tell_refused
from .options import RefusedError, optional
from .progress import OnWork, progress_shown
from .rounds import ROUNDS
from .saying import output, say, tell_mistake

HOST = "127.0.0.1"
Built = Annotated[
    Path | None,
    tyro.conf.Positional,
    optional("FOLDER", "what `goalgap leaderboard build` has written; left out, it is built anew and not kept"),
]


def build(
    out: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="OUT")],
    entries: Entries = ENTRIES,
    rounds: Path = ROUNDS,
) -> None:
    """Write the leaderboard as a static site: pages that fetch nothing, from the raw episodes of all entries.

    The same entries give the same files, byte by byte, of which one number is told at the end.

    Args:
        out: the folder to write, which may hold an older site, and nothing else.
        rounds: the folder of rounds, shown if there are any.
    """
    check_place(out)
    console, folders = output(), entry_folders(entries)
    refused: dict[Path, str] = {}
    with progress_shown(output(stderr=True)) as update:
        entered = board.ordered(good_entries(folders, refused, update))
        sums = write_site(out, chain(_files(entered, update), board_files(entered, round_tables(rounds))))
    say(console, f"site: {out / 'index.html'}; {len(sums)} files, SHA-256 of their list {sums[LIST]}")
    tell_refused(console, entries, len(folders), refused)


def _files(entered: dict[str, list[board.Reported]], update: OnWork) -> Iterator[tuple[str, str]]:
    listed = list(chain.from_iterable(entered.values()))
    for k, each in enumerate(listed):
        update("write pages", k, len(listed))
        yield from entry_files(*each)
    update("write pages", len(listed), len(listed))


def serve(folder: Built = None, port: int = 8000, entries: Entries = ENTRIES, rounds: Path = ROUNDS) -> None:
    """Show the leaderboard's site in a browser, to this machine alone, until Ctrl-C.

    Args:
        port: to listen on; 0 takes any that is free.
        rounds: the folder of rounds, shown if there are any.
    """
    if folder is not None and not (folder / LIST).is_file():
        raise ValueError(f"{folder} holds no site: `goalgap leaderboard build {folder}` writes one")
    with tempfile.TemporaryDirectory() as made, _listening(folder or Path(made) / "site", port) as server:
        if folder is None:
            _build_what_can_be(Path(made) / "site", entries, rounds)
        say(output(), f"the leaderboard is at http://{HOST}:{server.server_port}/ until Ctrl-C")
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def _build_what_can_be(out: Path, entries: Path, rounds: Path) -> None:
    """As `build`, but entries that are refused only miss."""
    try:
        build(out, entries, rounds)
    except RefusedError as error:
        tell_mistake(error)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing of a request."""


def _listening(folder: Path, port: int) -> ThreadingHTTPServer:
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Quiet, directory=str(folder)))
    except OverflowError:
        raise ValueError(f"a port is a number in 0 .. 65535, not {port}") from None
    except OSError as error:
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise RefusedError(f"port {port} {why}: choose another by --port, or 0 for any") from None
