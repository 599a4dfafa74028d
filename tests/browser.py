"""Chromium without a window, by its own protocol over two pipes: what a page shows, does, says and asks for."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--remote-debugging-pipe",
)  # fmt: skip
PATIENCE = 60  # seconds that an answer may take
TALK = 'exec "$@" 3<&{} 4>&{}'  # where the browser reads and writes


class Browser:
    """One page of a browser.

    Attributes:
        requests: addresses that pages have asked for.
        complaints: what the console was told, and errors that nothing has caught.
    """

    def __init__(self, orders: int, answers: int) -> None:
        self.orders, self.answers = orders, answers
        self.number, self.session = 0, ""
        self.rest = b""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.events: list[str] = []
        page = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give an order and wait until it is carried out."""
        self.number += 1
        order = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            order["sessionId"] = self.session
        written = json.dumps(order).encode() + b"\0"
        assert os.write(self.orders, written) == len(written)
        while (answer := self.read()).get("id") != self.number:
            pass
        assert "error" not in answer, answer
        return dict(answer["result"])

    def read(self) -> dict[str, Any]:
        """The next message, noted where it tells what a page has done."""
        while b"\0" not in self.rest:
            assert select([self.answers], [], [], PATIENCE)[0], "the browser says nothing"
            part = os.read(self.answers, 2**16)
            assert part, "the browser has ended"
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        self.note(told.get("method", ""), told.get("params", {}))
        return told

    def note(self, event: str, told: dict[str, Any]) -> None:
        self.events.append(event)
        if event == "Network.requestWillBeSent":
            self.requests += [told["request"]["url"]] * (not told["request"]["url"].startswith("data:"))
        if event in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
            self.complaints.append(json.dumps(told))

    def open(self, address: str) -> None:
        """Go to a page and wait until all of it is there."""
        self.events.clear()
        self.ask("Page.navigate", url=address)
        self.loaded()

    def loaded(self) -> None:
        """Wait until a page is there; `events` has been cleared before it was asked for."""
        while "Page.loadEventFired" not in self.events:
            self.read()

    def run(self, script: str) -> Any:
        """The value of a script's last expression in the page."""
        told = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, such as "ArrowRight", where the focus is."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=CODES[key], **text)

    def resize(self, width: int, height: int = 900, dark: bool = False) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def scripts(self, run: bool) -> None:
        """Whether pages that are opened from now on may run scripts."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not run)

    def picture(self, path: Path) -> None:
        """A PNG of what is in the window."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))


CODES = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowLeft": 37, "End": 35, "Home": 36}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for a block; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"there is no browser here: none of {', '.join(NAMES)}")
    reads, orders = os.pipe()
    answers, writes = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ("bash", "-c", TALK.format(reads, writes), "bash", program, *FLAGS, f"--user-data-dir={profile}")
        process = subprocess.Popen(
            command, pass_fds=(reads, writes), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        for end in (reads, writes):
            os.close(end)
        try:
            browser = Browser(orders, answers)
            yield browser
            browser.session = ""
            browser.ask("Browser.close")
        finally:
            process.kill()
            process.wait()
            for end in (orders, answers):
                os.close(end)
