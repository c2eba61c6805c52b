"""How a command ends badly, of which there are two ways, and how a store does.

Each message is a sentence for the person at the terminal.
"""

import difflib
from collections.abc import Iterable


class UnusableError(Exception):
    """The input (settings, bundle, recordings) cannot be used as it is; nothing was begun."""


class FailedError(Exception):
    """The work began and could not be finished: a disk, a store, another engine at work."""


class StoreError(FailedError):
    """The store cannot be opened or used; the message says which file and what to do."""


class StoreMissingError(StoreError):
    """There is no store in the folder."""


class StoreLostError(StoreError):
    """The database of a store is gone or empty, though bundles beside it say that there were records."""


class StoreBusyError(StoreError):
    """Another program held the store longer than a write waits. Nothing was stored; it may be tried again."""


class StoreFaultError(StoreError):
    """The disk failed. Nothing of this write was stored; it may be tried again."""


class StoreUncertainError(StoreFaultError):
    """The connection to the database ended during a commit: nobody knows whether this write was stored."""


class StoreFullError(StoreError):
    """The disk is full. Nothing of this write was stored; it may be tried again when there is room."""


def nearest(text: str, valid: Iterable[str]) -> str:
    """Make "; the nearest is 'X'" of the choice spelled most like `text`, or nothing where none is."""
    close = difflib.get_close_matches(text, list(valid), n=1)
    return f"; the nearest is '{close[0]}'" if close else ""
