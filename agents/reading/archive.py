"""A zip file of strangers: members by name, each once, and none larger than it may be. Nothing is extracted."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from ...choices import shown

PART = 2**17  # bytes that are read at once


class InParts(BytesIO):
    """A file that is read in parts: zipfile reads a zip's list of members in one, and then works on each for long."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > PART:
            raise ValueError(f"its list of members has more than {PART} bytes")
        return super().read(size)


class Archive:
    """The members of a zip file.

    Args:
        content: of the file.
        most: how many members it may have.
        methods: how members may be stored; what is packed in other ways is unpacked all at once, whatever its size.

    Raises:
        ValueError: there are more members, two have one name, or their list is too long.
        zipfile.BadZipFile: it is no zip file.
    """

    def __init__(self, content: bytes, most: int, methods: tuple[int, ...] = (ZIP_STORED, ZIP_DEFLATED)) -> None:
        self._zip, self._methods = ZipFile(InParts(content)), methods
        listed = self._zip.infolist()
        self.members = {member.filename: member for member in listed}
        if len(listed) > most:
            raise ValueError(f"it has {len(listed)} members, and {most} are allowed")
        if len(self.members) < len(listed):
            raise ValueError("two of its members have one name")

    def read(self, name: str, most: int) -> bytes:
        """The content of a member; ValueError where it is missing, cut short, or has more than `most` bytes."""
        if name not in self.members:
            raise ValueError(f"{shown(name)} is missing")
        member = self.members[name]
        if member.compress_type not in self._methods:
            raise ValueError(f"{shown(name)} is packed in a way that is not read")
        if member.file_size > most:
            raise ValueError(f"{shown(name)} has {member.file_size} bytes, and {most} are allowed")
        with self._zip.open(member) as file:
            content = b"".join(iter(partial(file.read, PART), b""))  # never more than `file_size`, whatever was packed
        if len(content) < member.file_size:
            raise ValueError(f"{shown(name)} was cut short")
        return content
