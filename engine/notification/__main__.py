"""Sends the message that standard input describes, and exits with 0 once the service has taken it."""

import json
import os
import sys
from collections.abc import Mapping
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
        send(reference, address, message_of(machine, request["events"], float(request["minutes"])))
    except (UnusableError, FailedError) as error:
        complain(str(error))
        return 1
    except Exception as error:
        # Its text, or a traceback, could show the address.
        complain(f"the message failed ({type(error).__name__})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
