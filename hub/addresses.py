"""Where a bundle lies on the Hub: hf://USER/NAME, and @REVISION if not the newest."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from ..choices import shown

SCHEME = "hf://"
USUAL = "https://huggingface.co"
PART = r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,94}"
REPOSITORY = re.compile(f"{PART}/{PART}")
REVISION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_/-]|\.(?!\.)){0,99}")
COMMIT = re.compile("[0-9a-f]{40}")


class HubError(ValueError):
    """The Hub has not what is asked for, or does not give or take it; the message says why and what to do."""


def is_address(word: str) -> bool:
    """Whether a word names something on the Hub."""
    return word.startswith(SCHEME)


def endpoint() -> str:
    """The address of the Hub."""
    return (os.environ.get("HF_ENDPOINT") or USUAL).rstrip("/")


def token() -> str | None:
    """The user's token, if there is one; HubError where it is none: what cannot be sent would stand in an error."""
    from huggingface_hub import constants, get_token

    known = None if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token()
    if known and not (known.isascii() and known.isprintable() and " " not in known):
        raise HubError("what is given as a token, in HF_TOKEN or by `hf auth login`, has characters that no token has")
    return known or None


def origin(url: str) -> tuple[str, str, int | None]:
    """What two addresses of one server have in common: how it is spoken to, its name and its port."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme)


@dataclass(frozen=True)
class Address:
    """A repository of models, and a revision of it: a branch, a tag or a commit."""

    repository: str
    revision: str = "main"

    @classmethod
    def of(cls, word: str) -> Address:
        """The address that a word is; HubError where it is none."""
        repository, _, revision = word.removeprefix(SCHEME).partition("@")
        made = cls(checked_repository(repository), revision or "main")
        if not REVISION.fullmatch(made.revision):
            raise HubError(f"a revision is a branch, a tag or a commit, not {shown(revision)}")
        return made

    def __str__(self) -> str:
        return f"{SCHEME}{self.repository}@{self.revision}"

    def pinned(self, commit: object) -> Address:
        """The same at a commit, which never changes; HubError where it is none."""
        if not isinstance(commit, str) or not COMMIT.fullmatch(commit):
            raise HubError(f"{self} has no commit: the Hub names {shown(commit)}")
        return replace(self, revision=commit)

    @property
    def listing(self) -> str:
        """Where the Hub lists its files and their sizes."""
        return f"{endpoint()}/api/models/{self.repository}/revision/{quote(self.revision, safe='')}?blobs=true"

    def file(self, name: str) -> str:
        """Where one of its files lies."""
        return f"{endpoint()}/{self.repository}/resolve/{quote(self.revision, safe='')}/{quote(name)}"


def checked_repository(name: str) -> str:
    """A name of a repository; HubError where it is none."""
    if not REPOSITORY.fullmatch(name):
        raise HubError(f"a repository on the Hub is named USER/NAME, such as somebody/corner-lover, not {shown(name)}")
    return name
