"""A stand-in for the Hub's interface that speaks real HTTP on this machine, and notes all that is asked of it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Repositories by name, each a dictionary of files.

    Attributes:
        asked: method, path and token of each request.
        listed: what is listed in place of a file's size, or of the files, by name.
        redirects: addresses that others redirect to, by path.
        sent: what is sent in place of what lies at a path.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.asked: list[tuple[str, str, str | None]] = []
        self.listed: dict[str, Any] = {}
        self.redirects: dict[str, str] = {}
        self.sent: dict[str, bytes] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def listing(self, name: str) -> dict[str, Any]:
        files = {path: len(content) for path, content in self.repositories[name].items()} | self.listed
        return {"sha": COMMIT, "siblings": [{"rfilename": path, "size": size} for path, size in files.items()]}


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        path = self._begun()
        if path is None:
            return
        match path.strip("/").split("/"):
            case ["api", "models", user, name, "revision", *_] if f"{user}/{name}" in self.server.repositories:
                self._answer(json.dumps(self.server.listing(f"{user}/{name}")).encode())
            case [user, name, "resolve", _, *inner] if "/".join(inner) in self.server.repositories.get(
                f"{user}/{name}", {}
            ):
                self._answer(self.server.repositories[f"{user}/{name}"]["/".join(inner)])
            case _:
                self._answer(b"{}", 404)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self._begun()
        if path is None:
            return
        if self.headers.get("authorization") is None:
            self._answer(b'{"error": "who are you?"}', 401)
        elif path == "/api/repos/create":
            told = json.loads(content)
            self._answer(json.dumps({"url": f"{self.server.url}/{told['organization']}/{told['name']}"}).encode())
        elif path == "/api/validate-yaml":
            self._answer(b'{"errors": [], "warnings": []}')
        elif "/preupload/" in path:
            files = [
                {"path": each["path"], "uploadMode": "regular", "shouldIgnore": False}
                for each in json.loads(content)["files"]
            ]
            self._answer(json.dumps({"files": files}).encode())
        else:
            self._commit(path, content)

    def _commit(self, path: str, content: bytes) -> None:
        name = path.removeprefix("/api/models/").partition("/commit/")[0]
        for line in map(json.loads, content.splitlines()):
            if line["key"] == "file":
                file = line["value"]
                self.server.repositories.setdefault(name, {})[file["path"]] = base64.b64decode(file["content"])
        told = {"commitUrl": f"{self.server.url}/{name}/commit/{COMMIT}", "commitOid": COMMIT, "success": True}
        self._answer(json.dumps(told).encode())

    def _begun(self) -> str | None:
        """The path that is asked for; None where the answer has been given."""
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append((self.command, path, self.headers.get("authorization")))
        if path in self.server.redirects:
            self._answer(b"", 307, location=self.server.redirects[path])
            return None
        if path in self.server.sent:
            self._answer(self.server.sent[path])
            return None
        return path

    def _answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that serves until the block ends."""
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
