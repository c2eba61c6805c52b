"""The account of the operating system that this process runs under."""

import os
import pwd


def account_name() -> str:
    """Return the name of this process's account; its number where the system knows no name for it.

    A container often runs under a number that /etc/passwd does not list.
    """
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name or str(number)
    except KeyError:
        return str(number)
