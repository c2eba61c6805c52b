"""Atomic file writes: a draft beside the old file replaces it once it is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def replacing(path: Path, *, mode: int = 0o666, durable: bool = False) -> Iterator[TextIO]:
    """Open a draft for UTF-8 text; it replaces the file at the end, and is removed on any error.

    Args:
        path: the file; a device or a pipe, which cannot be replaced, is written directly.
        mode: permissions of the new file, less the umask.
        durable: whether the content survives a power cut after this returned.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="") as file:
                yield file
            return
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            # Remove a leftover of a killed process, and create the file exclusively: no link is followed.
            draft.unlink(missing_ok=True)
            number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        if durable:
            _flush_folder(path.parent)
    except OSError as error:
        raise OSError(error.errno, f"cannot be written ({error.strerror})", str(path)) from error


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o666, durable: bool = False) -> None:
    """Write a file in place of the old one, or leave the old one; arguments as for `replacing`.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path, mode=mode, durable=durable) as file:
        if isinstance(content, bytes):
            file.buffer.write(content)
        else:
            file.write(content)


def write_bytes_whole(path: Path, content: bytes) -> None:
    """Write a file of bytes in place of the old one, or leave the old one.

    Raises:
        OSError: the file cannot be written.
    """
    with replacing(path) as file:
        file.buffer.write(content)


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
