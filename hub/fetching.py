"""Fetching a bundle: its files are listed first, with their sizes, and then two of them are read, no more than that.

A listing or a file may be redirected within the Hub, and a file from there to its stores, to which no token is sent;
anywhere else is refused before anything is asked of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..agents.bundles.manifest import MANIFEST, MOST, ONNX, WEIGHTS, Bundle
from ..agents.reading.errors import AgentError
from ..agents.records import ZIP
from ..choices import printable, shortened, shown
from ..extras import needs_extras
from ..files import write_whole
from .addresses import USUAL, Address, HubError, endpoint, is_address, origin, token

LIMITS = {MANIFEST: MOST, WEIGHTS: 64 * 2**20, ONNX: 64 * 2**20}  # bytes of the files that are read
LISTING = 8 * 2**20  # bytes
SILENCE, LONGEST = 30.0, 600.0  # seconds without an answer, and for a whole file
REDIRECTS = 5
STORES = (".hf.co", ".huggingface.co")  # where the Hub keeps large files
ADVICE = {
    401: "there is none of that name, or it is private: give a token that may read it in HF_TOKEN",
    403: "the token in use may not read it",
    404: "there is none of that name or revision",
    429: "the Hub asks to wait: try again later",
}


@dataclass(frozen=True)
class Fetched:
    """A bundle that was fetched: from where, pinned to a commit, and the folder that it is in."""

    address: Address
    folder: Path
    digest: str


@contextmanager
def local(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Address]]]:
    """Words in which folders stand for what lies on the Hub, and where each bundle came from, by its content hash.

    The folders are there until the block ends.

    Raises:
        HubError: something cannot be fetched.
        MissingPackageError: huggingface-hub is not installed.
    """
    if not any(map(is_address, words)):
        yield words, {}
        return
    with TemporaryDirectory(prefix="goalgap-") as place:
        fetched = {
            word: fetch(Address.of(word), Path(place) / str(k)) for k, word in enumerate(words) if is_address(word)
        }
        folders = tuple(str(fetched[word].folder) if word in fetched else word for word in words)
        yield folders, {each.digest: each.address for each in fetched.values()}


def fetch(address: Address, folder: Path) -> Fetched:
    """Write the manifest and the weights of a bundle into a folder; HubError where they are not to be had."""
    listed = _listed(address)
    pinned, sizes = address.pinned(listed.get("sha")), _sizes(address, listed)
    for name in sizes:
        content = _content(pinned.file(name), sizes[name])
        if len(content) != sizes[name]:
            raise HubError(f"{name} of {pinned} has {len(content)} bytes, and {sizes[name]} were listed: try again")
        write_whole(folder / name, content)
    try:
        return Fetched(pinned, folder, Bundle.read(folder).digest)
    except AgentError as error:
        raise HubError(str(error).replace(str(folder), str(pinned))) from None


def _listed(address: Address) -> dict[str, Any]:
    content = _content(address.listing, LISTING)
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HubError(f"what the Hub tells of {address} is no JSON") from error
    if not isinstance(told, dict) or not isinstance(told.get("siblings"), list):
        raise HubError(f"the Hub lists no files of {address}")
    return told


def _sizes(address: Address, listed: dict[str, Any]) -> dict[str, int]:
    """The sizes of the files that are read; HubError where one is missing or too large, or any leads elsewhere."""
    told: list[tuple[Any, Any]] = [
        (each.get("rfilename"), each.get("size")) for each in listed["siblings"] if isinstance(each, dict)
    ]
    if any(not isinstance(name, str) or _leads_out(name) for name, _ in told):
        raise HubError(f"{address} names files outside of itself, and is not read")
    files = dict(told)
    wanted = [MANIFEST, ONNX if ONNX in files and WEIGHTS not in files else WEIGHTS]
    if missing := [name for name in wanted if name not in files]:
        models = [name for name in files if name.endswith((ZIP, ".zip", ".pkl", ".pt", ".pth", ".bin"))]
        other = f"; it holds {shortened(printable(', '.join(models)))}, which is not opened" if models else ""
        raise HubError(f"{address} is no bundle: {' and '.join(missing)} is missing{other}. `goalgap pack` makes one")
    for name in wanted:
        if type(files[name]) is not int or not 0 < files[name] <= (most := LIMITS[name]):
            raise HubError(f"{name} of {address} has {shown(files[name])} bytes: 1 to {most} are allowed")
    return {name: files[name] for name in wanted}


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or not name.isprintable()


def _content(url: str, most: int) -> bytes:
    """What lies at an address of the Hub; HubError where it has more bytes, or cannot be had."""
    with needs_extras():
        import httpx2
        from huggingface_hub import get_session
        from huggingface_hub.errors import OfflineModeIsEnabled
    try:
        for _ in range(REDIRECTS):
            with get_session().stream(
                "GET", url, headers=_headers(url), follow_redirects=False, timeout=SILENCE
            ) as answer:
                if answer.status_code not in (301, 302, 303, 307, 308):
                    return _read(answer, url, most)
                url = _checked_redirect(url, answer.headers.get("location", ""))
    except (httpx2.HTTPError, httpx2.InvalidURL, OfflineModeIsEnabled, OSError) as error:
        told = shortened(printable(str(error) or type(error).__name__))
        raise HubError(f"{_place(url)} cannot be reached: {told}") from error
    raise HubError(f"{_place(url)} redirects again and again")


def _headers(url: str) -> dict[str, str]:
    """The token, if there is one, goes to the Hub alone."""
    known = token() if origin(url) == origin(endpoint()) else None
    return {"accept-encoding": "identity", **({"authorization": f"Bearer {known}"} if known else {})}


def _checked_redirect(url: str, location: str) -> str:
    """Where a redirect leads; HubError where that is neither the Hub nor, from there, one of its stores."""
    hub = origin(endpoint())
    try:
        target = urljoin(url, location)
        scheme, host, _ = there = origin(target)
    except ValueError as error:
        raise HubError(f"{_place(url)} redirects to what is no address") from error
    if there != hub and not (hub == origin(USUAL) and scheme == "https" and host.endswith(STORES)):
        raise HubError(
            f"{_place(url)} redirects to {_place(target)}, which is not of the Hub: nothing is fetched there"
        )
    return target


def _read(answer: Any, url: str, most: int) -> bytes:
    if answer.status_code != 200:
        why = ADVICE.get(answer.status_code, "try again later")
        raise HubError(f"{_place(url)} answers {answer.status_code}: {why}")
    content, until = bytearray(), time.monotonic() + LONGEST
    for part in answer.iter_raw():
        content += part
        if len(content) > most:
            raise HubError(f"{_place(url)} sends more than the {most} bytes that it has at most")
        if time.monotonic() > until:
            raise HubError(f"{_place(url)} takes more than {LONGEST:.0f} seconds")
    return bytes(content)


def _place(url: str) -> str:
    """An address without what it asks: signed addresses hold keys."""
    parts = urlsplit(url)
    return shortened(
        printable(f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}")
    )
