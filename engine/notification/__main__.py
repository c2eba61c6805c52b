"""Sends the message that standard input describes, and exits with 0 once the service has taken it."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import FailedError, UnusableError
from engine.notification.addresses import address_of
from engine.notification.message import check_message, message_of
from engine.notification.sending import call, send
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
        events = request["events"]
        told = sentences(request) if len(events) == 1 else ()
        send(reference, address, message_of(machine, events, float(request["minutes"]), told))
    except (UnusableError, FailedError) as error:
        complain(str(error))
        return 1
    except Exception as error:
        # Its text, or a traceback, could show the address.
        complain(f"the message failed ({type(error).__name__})")
        return 1
    return 0


def sentences(request: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the explanation of the alarm; a message without it is better than none."""
    try:
        from engine.notification.explanation import sentences_of

        return sentences_of(Path(request["state"]), int(request["assessment"]), request["events"][0])
    except Exception as error:
        complain(f"the message has no explanation ({type(error).__name__})")
        return ()


if __name__ == "__main__":
    sys.exit(main())
