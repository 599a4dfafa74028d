"""A zip file of strangers: members by name, each once, and none larger than it may be. Nothing is extracted."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from ...choices import shown

ENTRY = b"PK\1\2"  # what each entry of a zip's list of members begins with
ENTRIES = 4096  # of a file and the zips in it


class Archive:
    """The members of a zip file.

    Args:
        content: of the file.
        most: how many members it may have.
        methods: how members may be stored; what is packed in other ways is unpacked all at once, whatever its size.

    Raises:
        ValueError: there are more members, or two have one name.
        zipfile.BadZipFile: it is no zip file.
    """

    def __init__(self, content: bytes, most: int, methods: tuple[int, ...] = (ZIP_STORED, ZIP_DEFLATED)) -> None:
        if content.count(ENTRY) > ENTRIES:  # before a list of millions is read
            raise ValueError(f"it lists more than {ENTRIES} members")
        self._zip, self._methods = ZipFile(BytesIO(content)), methods
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
            content = file.read(member.file_size)  # and no more, whatever was packed
        if len(content) < member.file_size:
            raise ValueError(f"{shown(name)} was cut short")
        return content
