"""The blocks of code on a page of Markdown, and what the page says that they print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

FENCED = re.compile(r'^```(\w*)(?: title="([^"\n]+)")?\n(.*?)^```$', re.M | re.S)


class Block(NamedTuple):
    language: str
    title: str
    content: str


def blocks(page: str) -> list[Block]:
    """All blocks, in order."""
    return [Block(*parts) for parts in FENCED.findall(page)]


def snippets(listed: Sequence[Block]) -> Iterator[tuple[Block, str]]:
    """The blocks of Python, each with what it prints: the block of text behind it; empty where there is none."""
    for block, after in zip(listed, [*listed, Block("", "", "")][1:], strict=True):
        if block.language == "python":
            yield block, after.content if after.language == "text" else ""
