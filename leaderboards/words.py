"""What people read of an entry: words that can stand in a terminal, in Markdown and in a page as they are."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from ..choices import check_name, shown

STACK = 3  # marks on one letter


def _readable(text: str) -> str:
    """ValueError unless a text, which may be empty, is made of characters that are seen, none of them out of its line.

    Its characters are the usual ones of their kind (NFC), so that what looks the same is the same.
    """
    check_name("a text", text)
    if text != unicodedata.normalize("NFC", text) or text != " ".join(text.split()):
        raise ValueError(f"a text is in Unicode's usual form (NFC), with single spaces, unlike {shown(text)}")
    if re.search("1" * (STACK + 1), "".join("01"[unicodedata.category(each) in ("Mn", "Me")] for each in text)):
        raise ValueError(f"a letter has at most {STACK} marks, unlike one of {shown(text)}")
    return text


def _title(name: str) -> str:
    """ValueError unless a text can name an entry and its folder."""
    if not re.search("[a-z0-9]", name.lower()):
        raise ValueError(f"the name of an entry has a letter a-z or a digit, for its folder, which {shown(name)} lacks")
    if not name[0].isalnum():
        raise ValueError(f"the name of an entry begins with a letter or a digit, unlike {shown(name)}")
    return name


def slug(name: str) -> str:
    """A name as a folder's name; names that look alike have the same."""
    plain = unicodedata.normalize("NFKD", name).lower()
    return re.sub(r"[^a-z0-9.]+", "-", re.sub(r"[\u0300-\u036f]", "", plain)).strip("-.")


Text = Annotated[str, AfterValidator(_readable)]
Title = Annotated[str, AfterValidator(_readable), AfterValidator(_title)]
