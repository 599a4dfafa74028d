"""What was measured, in one table at the end, beside what the project asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

LINES: list[str] = []


@pytest.fixture
def report() -> Callable[[str, str, str], None]:
    """Call with what was measured, the number, and what is asked for."""

    def add(what: str, measured: str, asked: str = "") -> None:
        LINES.append(f"{what:<62} {measured:>16}   {asked}")

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LINES:
        terminalreporter.section("speed")
        for line in LINES:
            terminalreporter.write_line(line)
