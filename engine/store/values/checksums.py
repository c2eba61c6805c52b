"""Column types whose values carry a checksum, so that damage is noticed when a value is read.

A value of a store that an earlier Raceway wrote has none, and is taken as it is. The checksum lies in the
value: nobody who writes a row can forget it.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, LargeBinary, Text, TypeDecorator

MARK = b"\x00crc"
"""Stands between the bytes of a value and their CRC-32, which takes four bytes."""

TEXT_MARK = "\n#"
"""Stands between a JSON text, which holds no line break, and its CRC-32 in eight hexadecimal digits."""

DIFFERS = "its checksum does not agree"


@dataclass(frozen=True, slots=True)
class Damaged:
    """A stored value that is not the one that was written, and what is wrong with it."""

    words: str


class CheckedBytes(TypeDecorator[bytes]):
    """Bytes with a checksum; read, they are bytes, None, or `Damaged`."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Append the checksum."""
        return None if value is None else value + MARK + zlib.crc32(value).to_bytes(4)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return `read_bytes`: the usual conversion fails on a value that is not a blob."""
        return read_bytes


class CheckedText(TypeDecorator[str]):
    """JSON text with a checksum; read, it is text or `Damaged`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Append the checksum."""
        return None if value is None else f"{value}{TEXT_MARK}{zlib.crc32(value.encode()):08x}"

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return `read_text`."""
        return read_text


def read_bytes(value: object) -> bytes | Damaged | None:
    """Return the bytes that were written, without their checksum."""
    if value is None:
        return None
    if not isinstance(value, bytes | memoryview):
        return Damaged("it is not a blob")
    content = bytes(value)
    if content[-8:-4] != MARK:
        return content
    content, checksum = content[:-8], content[-4:]
    return content if zlib.crc32(content) == int.from_bytes(checksum) else Damaged(DIFFERS)


def read_text(value: object) -> str | Damaged | None:
    """Return the text that was written, without its checksum."""
    if value is None:
        return None
    if not isinstance(value, str):
        return Damaged("it is not text")
    content, mark, checksum = value.rpartition(TEXT_MARK)
    if not mark:
        return value
    return content if f"{zlib.crc32(content.encode()):08x}" == checksum else Damaged(DIFFERS)
