"""Guesses what somebody meant who wrote a name that there is not."""

import difflib
from collections.abc import Iterable


def nearest(text: str, valid: Iterable[str]) -> str:
    """Make "; the nearest is 'X'" of the choice spelled most like `text`, or nothing where none is."""
    close = difflib.get_close_matches(text, list(valid), n=1)
    return f"; the nearest is '{close[0]}'" if close else ""
