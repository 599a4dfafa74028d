"""What was measured, in one table at the end, beside what the project asks for; `benchmarks/speed.md` keeps a copy."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

TABLE = Path(__file__).with_name("speed.md")
ROWS: list[tuple[str, str, str]] = []


@pytest.fixture
def report() -> Callable[..., None]:
    """Call with what was measured, the number, and what is asked for."""

    def add(what: str, measured: str, asked: str = "") -> None:
        ROWS.append((what, measured, asked))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS:
        terminalreporter.section("speed")
        for what, measured, asked in ROWS:
            terminalreporter.write_line(f"{what:<66} {measured:>22}   {asked}")
        TABLE.write_text(page(), encoding="utf-8")
        terminalreporter.write_line(f"written: {TABLE}")


def page() -> str:
    """The table as Markdown, with the machine and the date."""
    machine = f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    lines = [
        "# Speed",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}.",
        "One core, processor time, random play, fresh levels included. Machines differ, so compare the ratios.",
        "| what | measured | asked for |\n| --- | ---: | --- |",
    ]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in ROWS)
    return "\n\n".join(lines) + f"\n{rows}\n"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
