"""Tokens of callers, each with a role, from a file that only its owner can read."""

import hashlib
import hmac
import os
import tomllib
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from engine.errors import UnusableError
from engine.operator.operator import worded
from replay.bounded_read import IrregularError, OversizedError, read_bounded

SHORTEST = 16
"""Characters of a token at least: a shorter one can be guessed."""

LARGEST_FILE = 2**20


class TokensError(UnusableError):
    """The token file cannot be used; the message names the file and the fault."""


class Role(IntEnum):
    """The rights of a token; each role includes those below it."""

    READ = 1
    SCORE = 2
    OPERATE = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of a token: the name that an acknowledgement gets, and the role."""

    name: str
    role: Role


NOBODY_ELSE = Caller("local", Role.OPERATE)
"""Every caller, where the service listens on loopback alone and has no token file."""


class Tokens:
    """The known tokens. Only their SHA-256 is kept in memory."""

    def __init__(self, callers: dict[bytes, Caller]) -> None:
        """Take the callers by the SHA-256 of their tokens."""
        self._callers = callers

    def caller(self, authorization: str) -> Caller | None:
        """Return the caller of an Authorization header, None for an unknown one.

        Every known token is compared, in constant time, so that the time of an answer tells nothing.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        asked = hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).digest()
        found = None
        for digest, caller in self._callers.items():
            if hmac.compare_digest(digest, asked):
                found = caller
        return found


def load_tokens(path: Path) -> Tokens:
    """Read a token file: TOML with one [[token]] table each, of `name`, `role` and `token`.

    Raises:
        TokensError: others can read it, or its content is not of this form.
    """
    content = _private_content(path)
    try:
        entries = tomllib.loads(content.decode()).get("token", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TokensError(f"{path}: is not TOML ({error})") from error
    if not isinstance(entries, list) or not entries:
        raise TokensError(f"{path}: no [[token]] found; each needs a name, a role and a token")
    callers: dict[bytes, Caller] = {}
    for number, entry in enumerate(entries, 1):
        digest, caller = _entry(path, number, entry)
        if digest in callers:
            raise TokensError(f"{path}: token {number} is that of {callers[digest].name}; tokens must differ")
        callers[digest] = caller
    return Tokens(callers)


def _entry(path: Path, number: int, entry: object) -> tuple[bytes, Caller]:
    """Check one [[token]]."""
    where = f"{path}: token {number}"
    if not isinstance(entry, dict) or set(entry) != {"name", "role", "token"}:
        raise TokensError(f"{where}: needs name, role and token, and nothing else")
    name, role, token = entry["name"], entry["role"], entry["token"]
    if not isinstance(name, str) or not worded(name):
        raise TokensError(f"{where}: its name must be text")
    roles = {one.name.lower(): one for one in Role}
    if not isinstance(role, str) or role not in roles:
        raise TokensError(f"{where} ({worded(name)}): its role must be one of {', '.join(roles)}")
    if not isinstance(token, str) or len(token) < SHORTEST:
        raise TokensError(f"{where} ({worded(name)}): a token has {SHORTEST} characters or more")
    return hashlib.sha256(token.encode()).digest(), Caller(worded(name)[:100], roles[role])


def _private_content(path: Path) -> bytes:
    """Return the content of a file that nobody but its owner can read."""

    def private(found: os.stat_result) -> None:
        if found.st_mode & 0o077:
            raise TokensError(f"{path}: others can read it; run: chmod 600 {path}")

    try:
        return read_bounded(path, LARGEST_FILE, follow=False, check=private)
    except (IrregularError, OversizedError) as error:
        raise TokensError(f"{path}: is not a token file") from error
    except OSError as error:
        raise TokensError(f"{path}: cannot be read ({error.strerror})") from error
