"""Sends the message that standard input describes, and exits with 0 once the service has taken it."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from engine.errors import FailedError, UnusableError
from engine.notification.message import check_message, message_of
from engine.notification.sending import call, send
from engine.system.addresses import address_of
from engine.system.output import complain


def main() -> int:
    """Carry out one request; return the exit code."""
    try:
        request: Mapping[str, Any] = json.load(sys.stdin)
        if "ping" in request:
            reference = str(request["ping"])
            call(reference, address_of(reference, os.environ), float(request["timeout"]))
            return 0
        reference, machine = str(request["address"]), str(request["machine"])
        address = address_of(reference, os.environ)
        if request.get("test"):
            send(reference, address, check_message(machine))
            return 0
        send_alarms(reference, address, request)
    except (UnusableError, FailedError) as error:
        complain(str(error))
        return 1
    except Exception as error:
        # Its text, or a traceback, could show the address.
        complain(f"the message failed ({type(error).__name__})")
        return 1
    return 0


def send_alarms(reference: str, address: str, request: Mapping[str, Any]) -> None:
    """Send the message of a request, with the explanation and the report of its alarm."""
    events, minutes = request["events"], float(request["minutes"])
    with TemporaryDirectory(prefix="raceway-message-") as folder:
        alone = len(events) == 1
        sentences, files = explained(request, Path(folder)) if alone else ((), ())
        send(reference, address, message_of(str(request["machine"]), events, minutes, sentences), files)


def explained(request: Mapping[str, Any], folder: Path) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Return sentences and files about the alarm of a request; a message without them is better than none."""
    if "state" not in request:
        return (), ()
    try:
        from engine.notification.explanation import told_of

        place = folder if request.get("report") else None
        told = told_of(Path(request["state"]), int(request["assessment"]), request["events"][0], place)
    except Exception as error:
        complain(f"the message has no explanation ({type(error).__name__})")
        return (), ()
    return told.sentences, () if told.report is None else (told.report,)


if __name__ == "__main__":
    sys.exit(main())
