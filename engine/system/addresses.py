"""Addresses of services, read from the environment or a private file; they are never printed."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from engine.config.sections.notify import FILED, NAMED
from engine.errors import UnusableError
from replay.folders import expanded

LARGEST = 16_384
"""Bytes of a file with an address."""


class AddressError(UnusableError):
    """An address that cannot be read; the message names the reference and never the address."""


def address_of(reference: str, environment: Mapping[str, str]) -> str:
    """Return the address that a reference names.

    A file holds it on its first line that is neither empty nor a comment (#).

    Args:
        reference: "env:NAME" or "file:PATH".
        environment: of this process.

    Raises:
        AddressError: there is none, or others can read the file.
    """
    if reference.startswith(NAMED):
        found = environment.get(reference.removeprefix(NAMED), "").strip()
        if not found:
            raise AddressError(f"{reference}: the variable is not set in the environment of the engine")
        return found
    path = expanded(reference.removeprefix(FILED))
    lines = [line.strip() for line in _content(path).splitlines()]
    found = next((line for line in lines if line and not line.startswith("#")), "")
    if not found:
        raise AddressError(f"{path}: holds no address")
    return found


def _content(path: Path) -> str:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise AddressError(f"{path}: is not a regular file")
            if about.st_mode & 0o077:
                raise AddressError(f"{path}: other accounts can read this secret; chmod 600 {path}")
            return file.read(LARGEST).decode()
    except OSError as error:
        raise AddressError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        raise AddressError(f"{path}: is not text") from None


def direct_address(value: str) -> str:
    """Return an address that a setting holds itself, or names by a reference.

    Raises:
        AddressError: the reference names none.
    """
    return address_of(value, os.environ) if value.startswith((NAMED, FILED)) else value
