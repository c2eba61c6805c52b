"""The place of a store: a folder, or a PostgreSQL database with a folder of this computer beside it.

The folder of a database holds its address, the bundles in use and the log. So every command takes a folder.
"""

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from engine.errors import UnusableError
from replay.folders import FolderError, expanded, state_folder

ADDRESS_FILE = "store.url"
"""Name of the file with the address of a database, inside the folder that stands for it."""

_ADDRESS = re.compile(r"postgres(?:ql)?:/{1,2}(?!/)")
"""How an address begins; a path that went through `Path` has lost a slash."""


_SECRETS = frozenset({"password", "sslpassword", "oauth_client_secret"})
"""Options of an address that nobody may see."""

_ENCODED = "write %40 for @, %2F for /, %3F for ?, %23 for # and %25 for %"


def is_address(text: str) -> bool:
    """Return whether a text is the address of a database instead of a folder."""
    return _ADDRESS.match(text) is not None


def state_place(text: str) -> Path:
    """Return the folder of a store; for the address of a database, the folder of this account beside it.

    Args:
        text: a folder, or postgresql://USER@HOST/DATABASE.

    Raises:
        UnusableError: the address names no database, or the folder cannot be made.
    """
    if not is_address(text):
        try:
            return expanded(text)
        except FolderError as error:
            raise UnusableError(str(error)) from error
    address = _ADDRESS.sub("postgresql://", text)
    _check_account(address)
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        # Not shown: where the host is missing, its port is the password.
        raise UnusableError(
            "the address of the database names no host and port that can be read; write"
            " postgresql://USER@HOST:PORT/DATABASE"
        ) from None
    if not parts.path.strip("/"):
        raise UnusableError(f"{shown(address)}: names no database; write postgresql://USER@HOST/DATABASE")
    try:
        folder = state_folder() / f"postgresql-{hashlib.sha256(shown(address).encode()).hexdigest()[:16]}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = folder / ADDRESS_FILE
        if not known.exists() or known.read_text("utf-8") != address:
            draft = folder / f".{ADDRESS_FILE}-{os.getpid()}"
            # It may hold a password.
            draft.touch(mode=0o600)
            draft.write_text(address, "utf-8")
            draft.replace(known)
    except FolderError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        raise UnusableError(f"{error.filename}: cannot be written ({error.strerror})") from error
    return folder


def _check_account(address: str) -> None:
    """See that user and password end at the only @ of an address: else a part of them would be its host.

    Raises:
        UnusableError: they hold a letter that must be encoded; the message holds no part of them.
    """
    account, at, _ = address.partition("://")[2].rpartition("@")
    if at and any(letter in account for letter in "@/?#"):
        raise UnusableError(
            "the address of the database holds a letter with a meaning of its own in its user, password,"
            f" database or options: {_ENCODED}; or put the password into ~/.pgpass"
        )


def shown(address: str) -> str:
    """Return an address without its password."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    options = parse_qsl(parts.query, keep_blank_values=True)
    query = parts.query
    if any(name.lower() in _SECRETS for name, _ in options):
        query = urlencode([(name, value) for name, value in options if name.lower() not in _SECRETS])
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=query))
