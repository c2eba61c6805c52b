"""Sends a message by Apprise, and calls an address; errors are told in words that hold no secret."""

import logging
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from engine.errors import UnusableError
from engine.notification.message import Message

MISSING = "messages need Apprise: pip install 'raceway[notify]'"

_CODE = re.compile(r"error\s*[=:]\s*\(?(\d{3})\b")
"""How Apprise writes the status that a service answered with."""


class SendingError(UnusableError):
    """A message that was not taken; the message holds no part of the address."""


def send(reference: str, address: str, message: Message, files: Sequence[Path] = ()) -> None:
    """Send a message to one address.

    Args:
        reference: of the address, for the words of an error.
        address: of Apprise; it is a secret.
        message: title and body.
        files: to attach, where the service takes files.

    Raises:
        SendingError: Apprise is missing, the address is none, or the service did not take the message.
    """
    if find_spec("apprise") is None:
        raise SendingError(MISSING)
    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    # The log of Apprise may hold parts of the address: it goes nowhere but into `heard`.
    logger.propagate = False
    import apprise

    service = apprise.Apprise()
    try:
        is_known = service.add(address)
    except Exception:
        is_known = False
    if not is_known:
        raise SendingError(f"{reference} holds no address that Apprise knows")
    try:
        taken = service.notify(
            title=message.title,
            body=message.body,
            body_format=apprise.NotifyFormat.TEXT,
            attach=[str(file) for file in files] or None,
        )
    except Exception as error:
        raise SendingError(f"{reference}: sending failed ({type(error).__name__})") from None
    if not taken:
        raise SendingError(f"{reference}: {heard.words()}")


def call(reference: str, address: str, timeout: float) -> None:
    """Call an http address, the dead man's.

    Args:
        reference: of the address, for the words of an error.
        address: of http or https; it is a secret.
        timeout: in seconds.

    Raises:
        SendingError: it is no such address, or it did not answer with success.
    """
    if not address.startswith(("http://", "https://")):
        raise SendingError(f"{reference} holds no http address")
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        raise SendingError(f"{reference}: it answered {error.code}") from None
    except (OSError, ValueError, UnicodeError) as error:
        raise SendingError(f"{reference}: it cannot be reached ({type(error).__name__})") from None


class _Heard(logging.Handler):
    """Keeps from the log of Apprise the status code alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._code = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Look for a status code."""
        found = _CODE.search(record.getMessage())
        self._code = found[1] if found else self._code

    def words(self) -> str:
        """Return why the message was not taken."""
        if self._code:
            return f"the service answered {self._code}"
        return "the service cannot be reached, or did not take the message"
